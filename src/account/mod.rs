//! Accounts: what a person signs in with.
//!
//! Owns the tables `account`, `session`, `refresh_token`, `one_time_token`, `recovery_code`, `external_identity`,
//! `external_sign_in` and `signing_key`. Emits nothing. Invariants: an address opens one account of a kind (UNIQUE); of
//! passwords, refresh tokens and one-time secrets only hashes are kept; a one-time secret works once; no password is
//! hashed inside a transaction.

mod block;
mod client;
mod create_account;
mod hashing;
pub mod mfa;
mod one_time;
mod own_password;
mod password;
mod query;
mod session;
mod set_password;
mod token;

pub(crate) use block::{block, unblock};
pub use client::Client;
pub(crate) use create_account::create;
pub use create_account::{CreateAccountError, NewAccount};
pub use entity::account::account::AccountKind;
pub use hashing::{Passwords, hash_password, verify_password};
pub use one_time::Purpose;
pub(crate) use one_time::{issue, redeem};
pub use password::{Password, WeakPassword};
pub use query::Account;
pub(crate) use query::{account_by_email, account_by_id};
pub use session::{EndReason, Lifetime, Sessions, Signed};
pub(crate) use session::{end_sessions, open_session};
pub(crate) use set_password::set_password;
pub use token::{ACCESS_LIFETIME, AUDIENCE, Access, Subject, TYPE, Tokens, rotate_keys};

/// An e-mail address in the form that is stored, if it can be one.
pub use crate::platform::text::normalise_email as normal_email;
