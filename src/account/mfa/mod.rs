//! The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes for the day it is lost.
//!
//! Owns the columns `totp_*` of `account` and the table `recovery_code`. Invariants: a code works once; nobody gets a
//! second factor, or loses it, without the password (where there is one) and a code; of recovery codes only hashes are
//! kept.

mod change;
mod check;
mod error;
mod missing;
mod recovery;
mod setup;
mod status;
mod totp;

pub use change::{MfaChange, disable, renew_recovery_codes};
pub use check::MfaOutcome;
pub(crate) use check::check;
pub use error::MfaError;
pub(crate) use missing::is_missing;
pub use recovery::RECOVERY_CODES;
pub use setup::{MfaSetup, confirm, setup};
pub use status::{MfaStatus, status};
pub use totp::{DIGITS, STEP_SECONDS, TotpSecret};
