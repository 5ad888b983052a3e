//! What a password may be. Pure.
//!
//! After NIST SP 800-63B: length counts, not the kinds of characters; what everybody tries first is refused; nothing
//! expires.

mod first_tried;

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::platform::locale::{Message, message};

/// Fewest characters.
pub const MIN: usize = 8;
/// Most characters.
pub const MAX: usize = 128;
/// Shorter words of a hint say nothing.
const HINT_MIN: usize = 4;
/// Letters and digits that must be left of a password without the words of the hints.
const REST_MIN: usize = 4;

/// A password that may be set. It shows itself to nobody.
#[derive(Clone)]
pub struct Password(String);

/// Why a text may not be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum WeakPassword {
    /// Too few characters.
    TooShort {
        /// Fewest.
        min: usize,
    },
    /// Too many characters.
    TooLong {
        /// Most.
        max: usize,
    },
    /// One of those that are tried first.
    Common,
    /// Little more than the person's name or address.
    LikeYou,
}

impl WeakPassword {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::TooShort { min } => message!("password-too-short", min = *min),
            Self::TooLong { max } => message!("password-too-long", max = *max),
            Self::Common => message!("password-common"),
            Self::LikeYou => message!("password-like-you"),
        }
    }
}

impl Password {
    /// Takes `text` as a password of somebody whom `hints` describe: e-mail address, names, the shop.
    ///
    /// # Errors
    /// See [`WeakPassword`].
    pub fn parse(text: &str, hints: &[&str]) -> Result<Self, WeakPassword> {
        // More bytes than any form of so many characters has: not worth the work.
        if text.len() > MAX * 4 {
            return Err(WeakPassword::TooLong { max: MAX });
        }
        let text = normal(text);
        let length = text.chars().count();
        if length < MIN {
            return Err(WeakPassword::TooShort { min: MIN });
        }
        if length > MAX {
            return Err(WeakPassword::TooLong { max: MAX });
        }
        let lower = text.to_lowercase();
        if first_tried::is_common(&lower) {
            return Err(WeakPassword::Common);
        }
        if is_like(&lower, hints) {
            return Err(WeakPassword::LikeYou);
        }
        Ok(Self(text))
    }

    /// A password that somebody has already, whatever the rules were then.
    pub(super) fn known(text: &str) -> Self {
        Self(normal(text))
    }

    /// Its text, for the hash.
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// The one form of a text that keyboards write in several ways.
pub(super) fn normal(text: &str) -> String {
    text.nfkc().collect()
}

/// Whether little is left of `password` without the words of `hints`.
fn is_like(password: &str, hints: &[&str]) -> bool {
    let hints: Vec<String> = hints.iter().map(|hint| hint.to_lowercase()).collect();
    let words = hints.iter().flat_map(|hint| hint.split(|c: char| !c.is_alphanumeric()));
    let mut words: Vec<&str> = words.chain(hints.iter().map(String::as_str)).collect();
    words.retain(|word| word.chars().count() >= HINT_MIN);
    // The long ones first: they may hold others.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words
        .iter()
        .fold(password.to_owned(), |rest, word| rest.replace(word, ""));
    rest.len() < password.len() && rest.chars().filter(|c| c.is_alphanumeric()).count() < REST_MIN
}
