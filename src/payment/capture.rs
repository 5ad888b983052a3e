//! Staff takes money that was authorised.

use entity::payment::payment::PaymentStatus;
use entity::payment::payment_capture;
use entity::payment::payment_capture::CaptureStatus;
use entity::{CaptureId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::payment::apply::{apply, held, tell};
use crate::payment::books::currency_of;
use crate::payment::events::PaymentNews;
use crate::payment::gateway::{Answer, CaptureRequest, Snapshot};
use crate::payment::jobs::{FinishCapture, gateway_of, within_deadline};
use crate::payment::merge::Says;
use crate::payment::query::{Payment, handle_of, payment_by_id, payment_of_scope};
use crate::platform::crash::crash_point;
use crate::platform::db::retry_conflicts;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::platform::locale::{Message, message};
use crate::platform::money::Money;
use crate::platform::permission::Permission;

/// Authorised money to take.
#[derive(Clone, Debug)]
pub struct CapturePayment {
    /// Of which payment.
    pub payment: PaymentId,
    /// How much; all that is left when none.
    pub amount: Option<Money>,
    /// Whether the rest is let go. Many gateways capture once only, and let it go in any case.
    pub is_final: bool,
}

/// Why no money was taken.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum CaptureError {
    /// No such payment, or not for the viewer.
    NoPayment,
    /// Nothing of it is authorised.
    NotAuthorized,
    /// The amount is not above zero, or in another currency.
    Amount,
    /// Only this much can be taken.
    TooLarge(Money),
    /// The gateway refused, in its words.
    Refused(String),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CaptureError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoPayment => message!("payment-not-found"),
            Self::NotAuthorized => message!("payment-not-authorized"),
            Self::Amount => message!("amount-not-positive"),
            Self::TooLarge(left) => message!("capture-too-large", left = *left),
            Self::Refused(_) => message!("capture-refused"),
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

impl From<DbErr> for CaptureError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Takes authorised money: first our row, then the gateway, then the books. When the gateway does not answer, a job goes
/// on asking it with the same key, and the payment says what is under way.
///
/// # Errors
/// See [`CaptureError`]; nothing is taken then.
pub async fn capture(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: CapturePayment,
) -> Result<Payment, CaptureError> {
    let id = retry_conflicts(CaptureError::db, || reserve(app, scope, actor, &command)).await?;
    crash_point("capture.reserved");
    match finish_capture(app, id).await {
        Ok(Some(reason)) => return Err(CaptureError::Refused(reason)),
        Ok(None) => {}
        Err(error) => tracing::warn!(capture = %id, %error, "the gateway failed, the capture stays pending"),
    }
    let payment = payment_by_id(&app.db, command.payment).await?;
    Ok(payment.ok_or(Fault::Invariant("a payment vanished"))?)
}

async fn reserve(app: &App, scope: &Scope, actor: &Actor, command: &CapturePayment) -> Result<CaptureId, CaptureError> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let seen = payment_of_scope(&tx, scope, Permission::PaymentsCapture, command.payment).await?;
    let seen = seen.ok_or(CaptureError::NoPayment)?;
    let row = held(&tx, seen.id).await?.ok_or(CaptureError::NoPayment)?;
    let left = capturable(&row);
    if left == 0 {
        return Err(CaptureError::NotAuthorized);
    }
    let all = Money::new(left, currency_of(&row)?);
    let amount = command.amount.unwrap_or(all);
    if amount.currency != all.currency || amount.minor <= 0 {
        return Err(CaptureError::Amount);
    }
    if amount.minor > left {
        return Err(CaptureError::TooLarge(all));
    }
    let capture = payment_capture::Model {
        id: app.ids.new_id(),
        payment_id: row.id,
        amount: amount.minor,
        is_final: command.is_final,
        status: CaptureStatus::Pending,
        failure: None,
        created_at: now,
        updated_at: now,
    };
    let capture = capture.into_active_model().insert(&tx).await?;
    let next = Payment {
        capturing_amount: row.capturing_amount + amount.minor,
        version: row.version + 1,
        updated_at: now,
        ..row.clone()
    };
    let next = next.into_active_model().reset_all().update(&tx).await?;
    let entry = Entry::new("paymentCapture", "Payment", row.id)
        .before(&json!({ "capturable": left }))?
        .after(&json!({ "capturable": left - amount.minor, "capture": capture.id, "final": command.is_final }))?;
    audit::record(&tx, app, actor, entry).await?;
    let news = PaymentNews::new("capture_pending", amount.minor, Some(capture.id.to_string()));
    tell(&tx, &app.ids, now, &next, vec![news]).await?;
    jobs::enqueue(&tx, &FinishCapture { capture: capture.id }).await?;
    tx.commit().await?;
    Ok(capture.id)
}

/// What of a payment can still be captured, without what is under way.
pub(super) fn capturable(payment: &Payment) -> i64 {
    match payment.status {
        PaymentStatus::Authorized | PaymentStatus::Succeeded => {
            Ord::max(payment.authorized_amount - payment.capturing_amount, 0)
        }
        _ => 0,
    }
}

/// Has the gateway take the money of a capture that is under way, and books it. Gives why it refused, if it did.
///
/// # Errors
/// When the gateway does not answer: the capture is still under way.
pub(super) async fn finish_capture(app: &App, id: CaptureId) -> Result<Option<String>> {
    let Some(row) = payment_capture::Entity::find_by_id(id).one(&app.db).await? else {
        return Ok(None);
    };
    if row.status != CaptureStatus::Pending {
        return Ok(row.failure);
    }
    let payment = payment_by_id(&app.db, row.payment_id).await?;
    let payment = payment.ok_or(Fault::Invariant("a capture without its payment"))?;
    let request = CaptureRequest {
        capture: id,
        payment: handle_of(&payment)?,
        amount: Money::new(row.amount, currency_of(&payment)?),
        is_final: row.is_final,
    };
    let answer = within_deadline(gateway_of(app, &payment)?.capture(&request)).await?;
    crash_point("capture.taken");
    retry_conflicts(Fault::db, || settle(app, &row, &answer)).await?;
    Ok(match answer {
        Answer::Refused(reason) => Some(reason),
        Answer::Done(_) => None,
    })
}

async fn settle(app: &App, capture: &payment_capture::Model, answer: &Answer<Snapshot>) -> Result<()> {
    let now = app.clock.now();
    let (status, failure) = match answer {
        Answer::Done(_) => (CaptureStatus::Succeeded, None),
        Answer::Refused(reason) => (CaptureStatus::Failed, Some(reason.clone())),
    };
    let tx = app.db.begin().await?;
    let row = held(&tx, capture.payment_id).await?;
    let row = row.ok_or(Fault::Invariant("a capture without its payment"))?;
    // Whoever else asked the gateway may have been faster.
    let settled = payment_capture::Entity::update_many()
        .col_expr(payment_capture::Column::Status, Expr::value(status))
        .col_expr(payment_capture::Column::Failure, Expr::value(failure.clone()))
        .col_expr(payment_capture::Column::UpdatedAt, Expr::value(now))
        .filter(payment_capture::Column::Id.eq(capture.id))
        .filter(payment_capture::Column::Status.eq(CaptureStatus::Pending))
        .exec(&tx)
        .await?;
    if settled.rows_affected == 1 {
        use entity::payment::payment::{Column, Entity};
        let less = Expr::col(Column::CapturingAmount).sub(capture.amount);
        Entity::update_many()
            .col_expr(Column::CapturingAmount, less)
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(row.id))
            .exec(&tx)
            .await?;
        if failure.is_some() {
            let news = PaymentNews::new("capture_failed", capture.amount, failure);
            tell(&tx, &app.ids, now, &row, vec![news]).await?;
        }
    }
    if let Answer::Done(snapshot) = answer {
        let says = Says::Snapshot(Box::new(snapshot.clone()));
        apply(&tx, &app.ids, now, row.id, &says).await?;
    }
    Ok(tx.commit().await?)
}
