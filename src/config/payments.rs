//! How the shop takes money.

use std::time::Duration;

use clap::{Args, ValueEnum};
use entity::payment::payment::CaptureMethod;

use super::ConfigError;

/// When money is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Capture {
    /// At once.
    #[default]
    Automatic,
    /// When staff says so; until then it is only authorised.
    Manual,
}

/// Whether changes that must not happen twice need a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IdempotencyKeys {
    /// They are refused without one.
    Required,
    /// They take one.
    Optional,
}

/// How the shop takes money.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Payments")]
pub struct Payments {
    /// When the money of a payment is taken: automatic takes it at once, manual has staff take it.
    #[arg(
        long = "capture",
        alias = "merx-capture",
        env = "MERX_CAPTURE",
        default_value = "automatic",
        global = true
    )]
    pub capture: Capture,
    /// Whether checkoutComplete, captures, refunds and adjustments of stock and gift cards need an idempotency key. Not set:
    /// required in production, optional in development.
    #[arg(
        long = "idempotency-keys",
        alias = "merx-idempotency-keys",
        env = "MERX_IDEMPOTENCY_KEYS",
        global = true
    )]
    pub idempotency_keys: Option<IdempotencyKeys>,
    /// Minutes between two comparisons of our books with those of a gateway.
    #[arg(
        long = "reconcile-minutes",
        alias = "merx-reconcile-minutes",
        env = "MERX_RECONCILE_MINUTES",
        default_value_t = 15,
        value_parser = clap::value_parser!(u32).range(1..=1440),
        global = true
    )]
    pub reconcile_minutes: u32,
    /// Who gets a letter when such a comparison finds something. Not set: nobody.
    #[arg(
        long = "finance-email",
        alias = "merx-finance-email",
        env = "MERX_FINANCE_EMAIL",
        global = true
    )]
    pub finance_email: Option<String>,
}

impl Payments {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match &self.finance_email {
            Some(email) if crate::platform::text::normalise_email(email).is_none() => {
                Err(ConfigError::FinanceEmail(email.clone()))
            }
            _ => Ok(()),
        }
    }

    /// When the money of new payments is taken.
    pub fn capture_method(&self) -> CaptureMethod {
        match self.capture {
            Capture::Automatic => CaptureMethod::Automatic,
            Capture::Manual => CaptureMethod::Manual,
        }
    }

    /// The pause between two comparisons of the books.
    pub fn reconcile_every(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.reconcile_minutes))
    }
}
