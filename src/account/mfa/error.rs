//! Why a second factor was not changed.

use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::platform::rate_limit::Throttled;

/// Why a second factor was not changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum MfaError {
    /// There is one: it has to go first.
    AlreadySetUp,
    /// There is none, or none that waits to be confirmed.
    NotSetUp,
    /// The password is wrong.
    WrongPassword,
    /// The code is wrong, or was used before.
    WrongCode,
    /// Too much was tried.
    Throttled(Throttled),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl MfaError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::AlreadySetUp => message!("mfa-present"),
            Self::NotSetUp => message!("mfa-absent"),
            Self::WrongPassword => message!("password-wrong"),
            Self::WrongCode => message!("mfa-code-wrong"),
            Self::Throttled(_) => message!("attempts-too-many"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<Throttled> for MfaError {
    fn from(throttled: Throttled) -> Self {
        Self::Throttled(throttled)
    }
}

impl From<sea_orm::DbErr> for MfaError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}
