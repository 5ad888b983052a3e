//! Accounts: what a person signs in with.
//!
//! Owns the tables `account`, `session`, `refresh_token`, `one_time_token`, `recovery_code`, `external_identity`,
//! `external_sign_in` and `signing_key`. Emits nothing. Invariants: an address opens one account of a kind (UNIQUE); of
//! passwords, refresh tokens and one-time secrets only hashes are kept; a one-time secret works once; no password is
//! hashed inside a transaction.

mod authenticate;
mod block;
mod change_password;
mod client;
pub mod cookie;
mod create_account;
mod delete_account;
mod events;
pub mod external;
mod graphql;
mod guessing;
mod hashing;
mod jobs;
pub mod mfa;
mod one_time;
mod own_password;
mod password;
mod query;
mod reset_password;
mod session;
mod set_password;
mod sign_in;
mod sweep;
mod token;

use crate::app::App;
use crate::platform::jobs::Registry;

pub(crate) use authenticate::{authenticate, goes_on};
pub(crate) use block::{block, unblock};
pub use change_password::{ChangePassword, ChangePasswordError, change_password};
pub use client::Client;
pub(crate) use create_account::create;
pub use create_account::{CreateAccountError, NewAccount};
pub(crate) use delete_account::delete_account;
pub use entity::account::account::AccountKind;
pub use events::EmailProven;
pub use graphql::{
    AccountMutation, AccountQuery, ExternalMutation, ExternalQuery, MfaMutation, MfaQuery, SessionObject,
};
pub use guessing::{Attempt, GuessError, attempt, attempt_from, attempt_own};
pub use hashing::{Passwords, hash_password, verify_password};
pub use jobs::{SendPasswordChanged, SendReset};
pub use one_time::Purpose;
pub(crate) use one_time::{end_secrets, issue, redeem};
pub(crate) use own_password::{OwnPassword, check_own_password};
pub use password::{Password, WeakPassword};
pub use query::Account;
pub(crate) use query::{account_by_email, account_by_id, accounts_by_ids};
pub use reset_password::{RequestResetError, ResetPasswordError, request_reset, reset_password};
pub use session::{
    EndReason, GRACE, LISTED_MAX, Lifetime, RefreshError, RevokeError, Session, Sessions, Signed, Turn, sessions_of,
    turn,
};
pub(crate) use session::{Revoke, end_sessions, refresh_session, revoke_sessions};
pub(crate) use set_password::set_password;
pub use sign_in::{SecondFactor, SignIn, SignInError, sign_in};
pub use sweep::sweep;
pub use token::{ACCESS_LIFETIME, AUDIENCE, Access, Subject, TYPE, Tokens, rotate_keys};

/// An e-mail address in the form that is stored, if it can be one.
pub use crate::platform::text::normalise_email as normal_email;

/// Registers jobs.
pub fn register(registry: &mut Registry<App>) {
    registry.add(|app: App, job: SendReset| async move { jobs::send_reset(&app, job).await });
    registry.add(|app: App, job: SendPasswordChanged| async move { jobs::send_password_changed(&app, job).await });
}
