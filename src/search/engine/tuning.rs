//! How hits are ordered, where another way is tried.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How much a sold-out product keeps of its score: enough to decide among equals, and little else.
const SOLD_OUT: f64 = 0.98;
/// What a tenfold of units sold adds to a score.
const POPULARITY: f64 = 0.02;

/// A text of a product in which words are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TextField {
    /// Its name.
    Name,
    /// Its brand.
    Brand,
    /// Its category and those above.
    Category,
    /// SKUs and barcodes.
    Codes,
    /// Its tags.
    Tags,
    /// Values of attributes and options.
    Attributes,
    /// Its description.
    Description,
}

/// How hits are ordered by words. The default is what was measured to be best.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    /// What a word in a text counts, where that is not the usual weight.
    pub weights: BTreeMap<TextField, f32>,
    /// What a sold-out product keeps of its score, from 0 to 1.
    pub sold_out: f64,
    /// What a tenfold of units sold adds to a score.
    pub popularity: f64,
    /// Whether an engine beside the embedded one has a say in its order.
    pub fusion: bool,
    /// Whether what a model makes of the text counts.
    pub embeddings: bool,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            weights: BTreeMap::new(),
            sold_out: SOLD_OUT,
            popularity: POPULARITY,
            fusion: true,
            embeddings: true,
        }
    }
}
