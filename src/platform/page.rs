//! Keyset pages: a cursor names the last row seen, so that page 1,000 costs what page 1 does.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::platform::locale::{Message, message};

/// Rows a page when nothing is said.
pub const DEFAULT_PAGE: usize = 20;
/// Rows a page at most.
pub const MAX_PAGE: usize = 100;
/// Rows a page at most for staff.
pub const MAX_PAGE_STAFF: usize = 250;

/// Why a page cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum PageError {
    /// `first` is below 0 or above the limit.
    Size(usize),
    /// The cursor was not made here, or was changed.
    Cursor,
    /// The cursor belongs to another list or to another sort order.
    ForeignCursor,
}

impl PageError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Size(max) => message!("out-of-range", name = "first", min = 0, max = *max),
            Self::Cursor => message!("cursor-malformed"),
            Self::ForeignCursor => message!("cursor-foreign"),
        }
    }
}

/// What a client asks of a list.
#[derive(Clone, Debug, Default)]
pub struct PageArgs {
    /// Rows wanted.
    pub first: usize,
    /// The cursor to start behind.
    pub after: Option<String>,
}

impl PageArgs {
    /// Checks `first` against the limit of the viewer.
    ///
    /// # Errors
    /// [`PageError::Size`].
    pub fn new(first: Option<i32>, after: Option<String>, staff: bool) -> Result<Self, PageError> {
        let max = if staff { MAX_PAGE_STAFF } else { MAX_PAGE };
        let first = match first {
            None => DEFAULT_PAGE,
            Some(n) => usize::try_from(n)
                .ok()
                .filter(|n| *n <= max)
                .ok_or(PageError::Size(max))?,
        };
        Ok(Self { first, after })
    }

    /// The key of the row to start behind, if the client gave a cursor of the list `tag`.
    ///
    /// # Errors
    /// [`PageError::Cursor`] or [`PageError::ForeignCursor`].
    pub fn after_key<K: DeserializeOwned>(&self, tag: &str) -> Result<Option<K>, PageError> {
        self.after
            .as_deref()
            .map(|cursor| decode_cursor(tag, cursor))
            .transpose()
    }
}

/// A page of rows, each with its cursor.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<(String, T)>,
    /// Whether more rows follow.
    pub has_next: bool,
    /// Whether the page started behind a cursor.
    pub has_previous: bool,
}

impl<T> Page<T> {
    /// Makes a page of up to `first + 1` rows: the surplus row only says that there are more.
    pub fn from_rows<K: Serialize>(args: &PageArgs, tag: &str, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Self {
        let has_next = rows.len() > args.first;
        rows.truncate(args.first);
        let rows = rows
            .into_iter()
            .map(|row| (encode_cursor(tag, &key(&row)), row))
            .collect();
        Self {
            rows,
            has_next,
            has_previous: args.after.is_some(),
        }
    }

    /// Cuts a page out of rows that are all in memory; `key` must be unique.
    pub fn from_slice<K>(args: &PageArgs, tag: &str, rows: Vec<T>, key: impl Fn(&T) -> K) -> Result<Self, PageError>
    where
        K: Serialize + DeserializeOwned + PartialEq,
    {
        let start = match args.after_key::<K>(tag)? {
            None => 0,
            // A row that has gone since ends the list rather than starting it again.
            Some(after) => rows
                .iter()
                .position(|row| key(row) == after)
                .map_or(rows.len(), |i| i + 1),
        };
        let rows = rows
            .into_iter()
            .skip(start)
            .take(args.first.saturating_add(1))
            .collect();
        Ok(Self::from_rows(args, tag, rows, key))
    }

    /// Replaces the rows, in order.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(|(cursor, row)| (cursor, f(row))).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Cursor<K>(String, K);

/// The cursor of a row: the tag of list and sort, and the key of the row.
pub fn encode_cursor<K: Serialize>(tag: &str, key: &K) -> String {
    let json = serde_json::to_vec(&(tag, key)).unwrap_or_default();
    base64url(&json)
}

/// Reads a cursor of the list `tag`.
///
/// # Errors
/// [`PageError::Cursor`] or [`PageError::ForeignCursor`].
pub fn decode_cursor<K: DeserializeOwned>(tag: &str, cursor: &str) -> Result<K, PageError> {
    let json = unbase64url(cursor).ok_or(PageError::Cursor)?;
    let Cursor(found, key): Cursor<serde_json::Value> = serde_json::from_slice(&json).map_err(|_| PageError::Cursor)?;
    if found != tag {
        return Err(PageError::ForeignCursor);
    }
    serde_json::from_value(key).map_err(|_| PageError::Cursor)
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn unbase64url(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()
}
