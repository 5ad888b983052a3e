//! Staff lets authorised money go.

use entity::PaymentId;
use entity::payment::payment::PaymentStatus;
use sea_orm::{ActiveModelTrait, DbErr, IntoActiveModel};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::payment::apply::{held, tell};
use crate::payment::events::PaymentNews;
use crate::payment::jobs::{CancelAtGateway, cancel_now};
use crate::payment::query::{Payment, payment_by_id, payment_of_scope};
use crate::platform::crash::crash_point;
use crate::platform::db::retry_conflicts;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::platform::locale::{Message, message};
use crate::platform::permission::Permission;

/// Authorised money to let go.
#[derive(Clone, Debug)]
pub struct VoidPayment {
    /// Of which payment.
    pub payment: PaymentId,
}

/// Why nothing was let go.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum VoidError {
    /// No such payment, or not for the viewer.
    NoPayment,
    /// It is not authorised, or a part was captured: that is refunded instead.
    NotAuthorized,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl VoidError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoPayment => message!("payment-not-found"),
            Self::NotAuthorized => message!("payment-not-authorized"),
            Self::Fault(_) => message!("failed"),
        }
    }

    fn db(&self) -> Option<&DbErr> {
        match self {
            Self::Fault(fault) => fault.db(),
            _ => None,
        }
    }
}

impl From<DbErr> for VoidError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Lets authorised money go: cancelled here at once, so that nobody captures it any more, then at the gateway, by a job
/// when that does not answer.
///
/// # Errors
/// See [`VoidError`].
pub async fn void(app: &App, scope: &Scope, actor: &Actor, command: VoidPayment) -> Result<Payment, VoidError> {
    let payment = retry_conflicts(VoidError::db, || cancel(app, scope, actor, &command)).await?;
    crash_point("void.noted");
    if let Err(error) = cancel_now(app, &payment).await {
        tracing::warn!(payment = %payment.id, %error, "the gateway failed, a job lets the money go");
    }
    let payment = payment_by_id(&app.db, command.payment).await?;
    Ok(payment.ok_or(Fault::Invariant("a payment vanished"))?)
}

async fn cancel(app: &App, scope: &Scope, actor: &Actor, command: &VoidPayment) -> Result<Payment, VoidError> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let seen = payment_of_scope(&tx, scope, Permission::PaymentsCapture, command.payment).await?;
    let seen = seen.ok_or(VoidError::NoPayment)?;
    let row = held(&tx, seen.id).await?.ok_or(VoidError::NoPayment)?;
    let untouched = row.captured_amount == 0 && row.capturing_amount == 0;
    if row.status != PaymentStatus::Authorized || !untouched {
        return Err(VoidError::NotAuthorized);
    }
    let next = Payment {
        status: PaymentStatus::Cancelled,
        version: row.version + 1,
        updated_at: now,
        ..row.clone()
    };
    let next = next.into_active_model().reset_all().update(&tx).await?;
    let entry = Entry::new("paymentVoid", "Payment", row.id)
        .before(&json!({ "status": row.status }))?
        .after(&json!({ "status": next.status }))?;
    audit::record(&tx, app, actor, entry).await?;
    let news = PaymentNews::new("cancelled", row.authorized_amount, Some("voided".to_owned()));
    tell(&tx, &app.ids, now, &next, vec![news]).await?;
    jobs::enqueue(&tx, &CancelAtGateway { payment: row.id }).await?;
    tx.commit().await?;
    Ok(next)
}
