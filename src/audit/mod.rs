//! The audit log: what staff did, when, from which request, and what it changed.
//!
//! Owns the table `audit_entry`. Emits nothing. Invariants: an entry is written in the transaction of the change that it
//! tells of; the database refuses to change or delete one; it holds neither secrets nor what describes a person, because
//! what cannot be deleted must not have to be.

mod actor;
mod diff;
mod graphql;
mod query;
mod record;

pub use actor::{Actor, Identity};
pub use diff::{Difference, MASK, difference, masked};
pub use graphql::AuditQuery;
pub use query::{AuditEntry, AuditFilter, ListError, count, list};
pub use record::{Entry, record};
