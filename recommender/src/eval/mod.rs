//! How good it is, measured: full ranking, split by time, the parameters of the shop, tested once.

mod baseline;
mod baskets;
mod clicks;
mod holdout;
mod personal;

pub use baskets::{ORDERS, asked, complementary, leave_one_out};
pub use clicks::{Click, next_click};
pub use holdout::{Holdout, holdout};
pub use personal::{Personal, personal};

/// What a method reached.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The method.
    pub method: &'static str,
    /// The mean over all that was asked.
    pub value: f64,
    /// Share of the items that were shown to anybody; where it is measured.
    pub coverage: Option<f64>,
}

/// Normalised discounted gain of the first 10 of `shown`: every one of `wanted` gains 1.
pub fn ndcg_at_10(shown: &[u32], wanted: &[u32]) -> f64 {
    let discount = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let first = shown.iter().take(10).enumerate();
    let gain: f64 = first
        .filter(|(_, item)| wanted.contains(item))
        .map(|(place, _)| discount(place))
        .sum();
    let ideal: f64 = (0..wanted.len().min(10)).map(discount).sum();
    if ideal > 0.0 { gain / ideal } else { 0.0 }
}
