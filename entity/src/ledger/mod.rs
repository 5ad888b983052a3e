//! The books.

pub mod ledger_entry;
