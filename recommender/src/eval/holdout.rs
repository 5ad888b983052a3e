//! What a version reaches on the last orders of its shop, which it did not see: noted with each training.

use crate::ease::EaseError;
use crate::eval::{baskets, personal};
use crate::history::History;

/// What the models that a shop recommends by reached, beside what sells best. None where there was nothing to ask.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Holdout {
    /// Customers that were asked for what they bought next.
    pub customers: usize,
    /// ndcg@10 of what sells best.
    pub popular: Option<f64>,
    /// ndcg@10 of the model of customers.
    pub personal: Option<f64>,
    /// Orders from which an item was left out.
    pub orders: usize,
    /// Share of them in which it was among the first 10.
    pub basket: Option<f64>,
    /// ndcg@10 of what is bought together with one item of them.
    pub together: Option<f64>,
}

/// Trains on what is before `split` and asks for what follows.
///
/// # Errors
/// Those of the models.
pub fn holdout(history: &History, split: i64) -> Result<Holdout, EaseError> {
    let people = personal::served(history, split)?;
    let (orders, basket, together) = baskets::served(history, split)?;
    let asked = |value: f64, of: usize| (of > 0).then_some(value);
    Ok(Holdout {
        customers: people.tested,
        popular: people.measures.first().and_then(|m| asked(m.value, people.tested)),
        personal: people.measures.last().and_then(|m| asked(m.value, people.tested)),
        orders,
        basket: asked(basket, orders),
        together: asked(together, orders),
    })
}
