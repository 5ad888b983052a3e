//! A walk through the pages of a search. Its cursors say which search it is, how many hits lie behind, and in which way it
//! was begun, so that later pages belong to the same search, know the places of their hits, and go on in the same order.

use entity::{ExperimentId, ProductId, SearchId};

use crate::platform::page::{Page, decode_cursor, encode_cursor};
use crate::search::trial::Trial;

/// Hits behind a cursor that are believed: more are not there.
const SEEN_MAX: u32 = 1_000_000_000;
/// Names its cursors.
const TAG: &str = "search-walk";

/// A walk, and how far it has come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Walk {
    /// The search that it began with. None where the answer may be kept for others, whose search it is not.
    pub search: Option<SearchId>,
    /// The experiment that it is part of, and the arm.
    pub arm: Option<(ExperimentId, String)>,
    /// Hits behind the cursor.
    pub seen: u32,
}

type Parts = (String, Option<SearchId>, Option<(ExperimentId, String)>, u32);

impl Walk {
    /// One that begins.
    pub fn begun(search: Option<SearchId>, trial: Option<&Trial>) -> Self {
        Self {
            search,
            arm: trial.map(|trial| (trial.experiment, trial.arm.clone())),
            seen: 0,
        }
    }

    /// The walk that `cursor` belongs to, with the cursor of the list underneath. No walk: the cursor is none of these, and
    /// the list underneath says what is wrong with it.
    pub fn behind(cursor: String) -> (Option<Self>, String) {
        match decode_cursor::<Parts>(TAG, &cursor) {
            Ok((cursor, search, arm, seen)) => {
                let seen = seen.min(SEEN_MAX);
                (Some(Self { search, arm, seen }), cursor)
            }
            Err(_) => (None, cursor),
        }
    }

    /// Has the cursors of `page` carry the walk on, and gives each row its place in the whole list, from 1.
    pub fn mark(&self, page: &mut Page<ProductId>) -> Vec<i32> {
        let mut places = Vec::with_capacity(page.rows.len());
        for ((cursor, _), place) in page.rows.iter_mut().zip(self.seen.saturating_add(1)..) {
            *cursor = encode_cursor(TAG, &(&*cursor, self.search, &self.arm, place));
            places.push(i32::try_from(place).unwrap_or(i32::MAX));
        }
        places
    }
}
