//! Tokens that name a recommendation, for events about it.

use entity::{ExperimentId, ProductId};
use serde::{Deserialize, Serialize};

use crate::platform::page::{decode_cursor, encode_cursor};

/// Names tokens apart from cursors.
const TAG: &str = "recommendation";
/// Longest token in bytes.
const TOKEN_MAX: usize = 1024;
/// Longest name of a surface, strategy or arm in bytes.
const NAME_MAX: usize = 64;

/// Where a recommendation comes from. A token is no secret and proves nothing: a client could make one. What an
/// experiment counts is in its exposures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// What was recommended.
    pub product: ProductId,
    /// Where it stood, such as `related`.
    pub surface: String,
    /// What found it.
    pub strategy: String,
    /// The product it was recommended for.
    pub source: Option<ProductId>,
    /// The experiment and the arm it was part of.
    pub experiment: Option<(ExperimentId, String)>,
}

impl Tracking {
    /// As a token.
    pub fn token(&self) -> String {
        encode_cursor(TAG, self)
    }

    /// What a token says; none when it is none.
    pub fn read(token: &str) -> Option<Self> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let read: Self = decode_cursor(TAG, token).ok()?;
        let arm = read.experiment.as_ref().map_or("", |(_, arm)| arm);
        let short = [read.surface.as_str(), &read.strategy, arm]
            .iter()
            .all(|name| name.len() <= NAME_MAX);
        short.then_some(read)
    }
}
