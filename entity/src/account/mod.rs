//! What people sign in with.

#[expect(clippy::module_inception, reason = "a file is named like its table")]
pub mod account;
pub mod external_identity;
pub mod external_sign_in;
pub mod one_time_token;
pub mod recovery_code;
pub mod refresh_token;
pub mod session;
pub mod signing_key;
