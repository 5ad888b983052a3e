//! What was begun and has not come to its end, whatever its age: the gateway is asked how it stands, and what nobody works
//! on any more is asked for again.

use chrono::TimeDelta;
use entity::PaymentId;
use entity::payment::dispute::DisputeStatus;
use entity::payment::payment::PaymentStatus;
use entity::payment::payment_capture::CaptureStatus;
use entity::payment::refund::RefundStatus;
use entity::payment::{dispute, payment, payment_capture, refund};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::payment::SharedGateway;
use crate::payment::gateway::{DEADLINE, Snapshot};
use crate::payment::jobs::{FinishCapture, FinishRefund};
use crate::payment::query::{Payment, handle_of, note_checked};
use crate::payment::reconcile::examine::{Examined, examine};
use crate::platform::error::Result;
use crate::platform::jobs;

/// Payments, captures and refunds that are looked at in one round: each at most so many.
const LEFT_MAX: u64 = 200;
/// From what age on a capture or a refund must have an answer, or a job that asks for one.
const ANSWERED_BY: TimeDelta = TimeDelta::hours(1);

/// Compares the payments of which something is under way, disputed, or left at the gateway after they were called off: those
/// first that were looked at longest ago.
pub(super) async fn compare_left(app: &App, gateway: &SharedGateway, examined: &mut Examined) -> Result<()> {
    let id = gateway.info().id;
    let rows = left_of(app, &id).await?;
    let ids: Vec<PaymentId> = rows.iter().map(|row| row.id).collect();
    note_checked(&app.db, app.clock.now(), &ids).await?;
    let mut there: Vec<Snapshot> = Vec::with_capacity(rows.len());
    for row in rows {
        match tokio::time::timeout(DEADLINE, gateway.read(&handle_of(&row)?)).await {
            Ok(Ok(snapshot)) => there.extend(snapshot),
            Ok(Err(error)) => {
                tracing::warn!(payment = %row.id, %error, "the gateway failed, the payment is asked about again later");
            }
            Err(_) => {}
        }
    }
    examine(app, &id, there, examined).await
}

async fn left_of(app: &App, gateway: &str) -> Result<Vec<Payment>> {
    use payment::Column;
    let captures = Query::select()
        .column(payment_capture::Column::PaymentId)
        .from(payment_capture::Entity)
        .and_where(payment_capture::Column::Status.eq(CaptureStatus::Pending))
        .to_owned();
    let refunds = Query::select()
        .column(refund::Column::PaymentId)
        .from(refund::Entity)
        .and_where(refund::Column::Status.eq(RefundStatus::Pending))
        .to_owned();
    let disputes = Query::select()
        .column(dispute::Column::PaymentId)
        .from(dispute::Entity)
        .and_where(dispute::Column::Status.is_in([DisputeStatus::NeedsResponse, DisputeStatus::UnderReview]))
        .to_owned();
    let money_left = Expr::col(Column::CapturedAmount).gt(Expr::col(Column::RefundedAmount));
    let called_off = Condition::all()
        .add(Column::Status.eq(PaymentStatus::Cancelled))
        .add(Condition::any().add(money_left).add(Column::AuthorizedAmount.gt(0)));
    let left = Condition::any()
        .add(Column::Id.in_subquery(captures))
        .add(Column::Id.in_subquery(refunds))
        .add(Column::Id.in_subquery(disputes))
        .add(called_off);
    Ok(payment::Entity::find()
        .filter(Column::Gateway.eq(gateway))
        .filter(left)
        .order_by_asc(Expr::col(Column::CheckedAt).if_null(Expr::col(Column::CreatedAt)))
        .limit(LEFT_MAX)
        .all(&app.db)
        .await?)
}

/// Has the captures and refunds that still have no answer asked for again, where no job does: its last attempt failed, or
/// it was lost with its table.
pub(super) async fn ask_again(app: &App, gateway: &str) -> Result<()> {
    let before = app.clock.now() - ANSWERED_BY;
    let captures = payment_capture::Entity::find()
        .filter(payment_capture::Column::Status.eq(CaptureStatus::Pending))
        .filter(payment_capture::Column::UpdatedAt.lte(before))
        .filter(payment_capture::Column::PaymentId.in_subquery(payments_at(gateway)))
        .order_by_asc(payment_capture::Column::Id)
        .limit(LEFT_MAX)
        .all(&app.db)
        .await?;
    // What has a name at the gateway is under way there, and its payment is read instead.
    let refunds = refund::Entity::find()
        .filter(refund::Column::Status.eq(RefundStatus::Pending))
        .filter(refund::Column::GatewayReference.is_null())
        .filter(refund::Column::UpdatedAt.lte(before))
        .filter(refund::Column::PaymentId.in_subquery(payments_at(gateway)))
        .order_by_asc(refund::Column::Id)
        .limit(LEFT_MAX)
        .all(&app.db)
        .await?;
    if captures.is_empty() && refunds.is_empty() {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    for row in captures {
        jobs::enqueue_unless_waiting(&tx, &FinishCapture { capture: row.id }).await?;
    }
    for row in refunds {
        jobs::enqueue_unless_waiting(&tx, &FinishRefund { refund: row.id }).await?;
    }
    Ok(tx.commit().await?)
}

fn payments_at(gateway: &str) -> SelectStatement {
    Query::select()
        .column(payment::Column::Id)
        .from(payment::Entity)
        .and_where(payment::Column::Gateway.eq(gateway))
        .to_owned()
}
