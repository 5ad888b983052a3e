//! The books: double entry, in minor units, a currency apart from the others.
//!
//! Owns the table `ledger_entry`. Emits nothing. Invariants: the entries of a posting share its reference and balance; a
//! reference is posted once, whoever repeats it; the database refuses to change or delete an entry. It knows ids and
//! amounts, and nothing of orders and payments: an entry of a payment belongs to the order that the payment pays, so
//! entries of a payment that came before its order need no change when there is one.

mod post;
mod posting;

pub use entity::ledger::ledger_entry::LedgerAccount;
pub(crate) use post::{post, post_first};
pub use posting::{OrderAmounts, Posting, Unbalanced, order_placed};
