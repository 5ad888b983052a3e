//! The books.

pub mod ledger_check;
pub mod ledger_entry;
