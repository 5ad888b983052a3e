//! What staff put before the order of an engine.

use entity::{CategoryId, ProductId};

/// What staff want for a search: some products first, others up or down.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curation {
    /// Shown first, in this order, where the channel sells them and the filters let them through, whether or not the
    /// words match. They count in totals and facets, and appear once.
    pub pins: Vec<ProductId>,
    /// What is lifted or lowered.
    pub adjust: Vec<Adjust>,
}

/// Lifts or lowers some hits.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjust {
    /// Which hits.
    pub target: Target,
    /// What is added to the score, in percent of it: 50 lifts, -50 lowers, -100 puts last.
    pub percent: i32,
}

/// Which hits.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// These products.
    Products(Vec<ProductId>),
    /// Those of a brand; case does not matter.
    Brand(String),
    /// Those in a category or below it.
    Category(CategoryId),
    /// Those with a value of an attribute; case does not matter.
    Attribute {
        /// The attribute.
        key: String,
        /// The value.
        value: String,
    },
}

/// Percent that an adjustment may add at most.
const PERCENT_MAX: i32 = 1_000;

impl Adjust {
    /// What a score is multiplied by.
    pub fn factor(&self) -> f32 {
        1.0 + self.percent.clamp(-100, PERCENT_MAX) as f32 / 100.0
    }
}

impl Curation {
    /// The rank of a pinned product: above every score, the first pin highest.
    pub fn pin_rank(&self, product: ProductId) -> Option<i64> {
        let at = self.pins.iter().position(|pin| *pin == product)?;
        Some(i64::MAX - i64::try_from(at).ok()?)
    }
}
