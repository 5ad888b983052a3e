//! The database: one code path for SQLite and PostgreSQL. What differs between them lives in this folder.

mod bulk;
mod connect;
mod counter;
mod given;
mod inspect;
mod keys;
mod later;
mod outbox;
mod relaxed;
mod tx;

pub use bulk::{insert_all, insert_new, upsert_all};
pub use connect::{Backend, Options, connect, is_empty_database, migrate};
pub use counter::Counter;
pub(crate) use given::{GIVEN, given};
pub use inspect::{Inspection, inspect};
pub use keys::{any_of, any_text, lower_like_part, lower_like_prefix};
pub(crate) use later::array;
pub(crate) use outbox::{JobRow, delete_jobs_over, is_job_waiting};
pub use relaxed::{RELAXED, relaxed};
pub use tx::{Db, Tx, constraint_of, refusal_of, retry_conflicts};
