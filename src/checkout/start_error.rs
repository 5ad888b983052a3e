//! Why no payment was started.

use sea_orm::DbErr;

use crate::checkout::ready::NotReady;
use crate::checkout::share::PARTS_MAX;
use crate::inventory::Shortage;
use crate::payment::gift_card::SpendError;
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::platform::money::Money;

/// Why no payment was started.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StartError {
    /// Nobody has the token.
    NoCart,
    /// The cart has become an order.
    Completed,
    /// The cart cannot be bought as it is.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// There are fewer units than asked for.
    #[error(transparent)]
    Shortage(#[from] Shortage),
    /// No such gateway.
    UnknownGateway,
    /// Everything is paid, or costs nothing.
    NothingDue,
    /// The amount is not above zero, in another currency, or more than what is still to be paid, which is this.
    Amount(Money),
    /// The total is not the expected one, but this.
    TotalMismatch(Money),
    /// The cart has as many payments as it may: the rest is paid at once.
    TooMany,
    /// The customer keeps no such means of payment with the gateway.
    NoMethod,
    /// The means of payment cannot be kept: nobody has signed in, or the gateway keeps none.
    MethodNotKept,
    /// The gateway does not answer.
    Away,
    /// The gift card does not pay.
    #[error(transparent)]
    GiftCard(SpendError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl StartError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoCart => message!("cart-not-found"),
            Self::Completed => message!("cart-completed"),
            Self::NotReady(reason) => reason.message(),
            Self::Shortage(shortage) => shortage.message(),
            Self::UnknownGateway => message!("gateway-not-found"),
            Self::NothingDue => message!("nothing-due"),
            Self::Amount(due) => message!("payment-amount", due = *due),
            Self::TotalMismatch(total) => message!("total-mismatch", total = *total),
            Self::TooMany => message!("payments-full", max = PARTS_MAX),
            Self::NoMethod => message!("payment-method-not-found"),
            Self::MethodNotKept => message!("payment-methods-not-kept"),
            Self::Away => message!("gateway-away"),
            Self::GiftCard(error) => error.message(),
            Self::Fault(_) => message!("failed"),
        }
    }

    /// The error of the database, if that is what went wrong.
    pub(super) fn db(&self) -> Option<&DbErr> {
        match self {
            Self::Fault(Fault::Db(error)) => Some(error),
            _ => None,
        }
    }
}

impl From<DbErr> for StartError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl From<SpendError> for StartError {
    fn from(error: SpendError) -> Self {
        match error {
            SpendError::Fault(fault) => Self::Fault(fault),
            other => Self::GiftCard(other),
        }
    }
}
