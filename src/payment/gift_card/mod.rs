//! Gift cards: money that was paid, or given, in advance.
//!
//! Owns the tables `gift_card`, `gift_card_entry`. Invariants: a balance is the sum of its entries and never below 0
//! (CHECK); only the hash of a code is kept. A card pays in the transaction of its caller: no job, no network.

mod adjust;
mod code;
mod create;
mod disable;
mod entry;
mod graphql;
mod guess;
mod query;
mod spend;

use crate::payment::gateway::GatewayInfo;

pub use adjust::{AdjustCard, AdjustError, adjust};
pub use code::Code;
pub use create::{CreateCard, CreateError, create};
pub use disable::{DisableError, disable};
pub(crate) use entry::credit;
pub use graphql::{GiftCardMutation, GiftCardQuery};
pub use guess::attempt;
pub use query::{CardFilter, GiftCard, ListError, by_code, by_id, count, entries_of, list};
pub use spend::SpendError;
pub(crate) use spend::{for_payment, put_back, spend};

/// Name of the gateway that payments by gift card have.
pub const GATEWAY: &str = crate::payment::query::GIFT_CARD;

/// How gift cards present themselves among the ways to pay.
pub fn offer() -> GatewayInfo {
    GatewayInfo {
        id: GATEWAY.to_owned(),
        name: "Gift card".to_owned(),
        publishable_key: None,
    }
}
