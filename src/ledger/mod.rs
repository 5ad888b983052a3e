//! The books: double entry, in minor units, a currency apart from the others.
//!
//! Owns the tables `ledger_entry`, `ledger_check`. Emits nothing. Invariants: the entries of a posting share its reference and balance; a
//! reference is posted once, whoever repeats it; the database refuses to change or delete an entry. It knows ids and
//! amounts, and nothing of orders and payments: an entry of a payment belongs to the order that the payment pays, so
//! entries of a payment that came before its order need no change when there is one.

mod check;
mod graphql;
mod post;
mod posting;
mod query;

pub use check::{LedgerCheck, check, check_when_due, last_check, violations};
pub use entity::ledger::ledger_check::Violation;
pub use entity::ledger::ledger_entry::LedgerAccount;
pub use graphql::LedgerQuery;
pub(crate) use post::{post, post_new};
pub use posting::{OrderAmounts, Posting, Unbalanced, order_placed};
pub use query::{Balance, LedgerEntry, LedgerFilter, ListError, balances, count, list};
