//! What every domain stands on. Knows no domain and no GraphQL.

pub mod address;
pub mod breaker;
pub mod cache;
pub mod clock;
pub mod crash;
pub mod db;
pub mod error;
pub mod event;
pub mod gather;
pub mod id;
pub mod idempotency;
pub mod jobs;
pub mod locale;
pub mod money;
pub mod page;
pub mod permission;
pub mod rate_limit;
mod redis;
pub mod seal;
pub mod secret;
pub mod stop;
pub mod text;
pub mod texts;
pub mod tls;
pub mod viewer;

pub use redis::{Redis, Script};
