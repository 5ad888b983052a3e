//! Money goes back to where it came from.

use entity::payment::payment;
use entity::payment::refund::{self, RefundLines, RefundStatus};
use entity::{OrderId, RefundId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::payment::apply::{tell, write_refund};
use crate::payment::books::currency_of;
use crate::payment::events::PaymentNews;
use crate::payment::gateway::{Answer, RefundRequest, RefundSnapshot};
use crate::payment::gift_card;
use crate::payment::jobs::{FinishRefund, gateway_of, within_deadline};
use crate::payment::query::{GIFT_CARD, Payment, Refund, handle_of, payment_by_id};
use crate::payment::refresh::refresh;
use crate::platform::crash::crash_point;
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::platform::money::Money;

/// Money to give back.
pub(crate) struct NewRefund {
    /// Minor units: more than 0, at most what is [`refundable`].
    pub amount: i64,
    /// Why, for people.
    pub reason: Option<String>,
    /// What it is for.
    pub lines: Option<RefundLines>,
    /// Who asks: `staff:<id>`, `system`.
    pub requested_by: String,
}

/// The payments of an order, oldest first, held for the rest of the transaction: who else gives money back waits.
pub(crate) async fn hold_payments_of_order(tx: &Tx, order: OrderId) -> Result<Vec<Payment>> {
    Ok(payment::Entity::find()
        .filter(payment::Column::OrderId.eq(order))
        .order_by_asc(payment::Column::Id)
        .lock_exclusive()
        .all(tx)
        .await?)
}

/// What of a payment can still be given back: without what is on its way, and what a bank holds.
pub(crate) fn refundable(payment: &Payment) -> i64 {
    let gone = payment.refunded_amount + payment.refunding_amount + payment.disputed_amount;
    Ord::max(payment.captured_amount - gone, 0)
}

/// Writes that money of a payment is to go back, and sets the amount aside: whatever many ask at once, no more goes back
/// than was captured. A gift card has it at once; a gateway is asked by [`finish_refund`], which a job does in any case.
pub(crate) async fn request_refund(app: &App, tx: &Tx, payment: &Payment, new: NewRefund) -> Result<Refund> {
    use payment::Column;
    let (now, amount) = (app.clock.now(), new.amount);
    let gone = Expr::col(Column::RefundedAmount)
        .add(Expr::col(Column::RefundingAmount))
        .add(Expr::col(Column::DisputedAmount));
    let set_aside = payment::Entity::update_many()
        .col_expr(Column::RefundingAmount, Expr::col(Column::RefundingAmount).add(amount))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(payment.id))
        .filter(Expr::col(Column::CapturedAmount).gte(gone.add(amount)))
        .exec_with_returning(tx)
        .await?;
    let payment = set_aside
        .into_iter()
        .next()
        .ok_or(Fault::Invariant("a refund of more than was captured"))?;
    let row = refund::Model {
        id: app.ids.new_id(),
        payment_id: payment.id,
        order_id: payment.order_id,
        amount,
        currency_code: payment.currency_code.clone(),
        status: RefundStatus::Pending,
        reason: new.reason,
        gateway_reference: None,
        failure: None,
        lines: new.lines,
        requested_by: new.requested_by,
        created_at: now,
        updated_at: now,
    };
    let row = row.into_active_model().insert(tx).await?;
    let news = PaymentNews::new("refund_pending", amount, Some(row.id.to_string()));
    tell(tx, &app.ids, now, &payment, vec![news]).await?;
    if payment.gateway == GIFT_CARD {
        gift_card::credit(tx, &app.ids, now, payment.id, amount, "refunded").await?;
        let done = answer_to(&row, RefundStatus::Succeeded, None);
        write_refund(tx, &app.ids, now, payment.id, done).await?;
    } else {
        jobs::enqueue(tx, &FinishRefund { refund: row.id }).await?;
    }
    Ok(row)
}

fn answer_to(refund: &Refund, status: RefundStatus, failure: Option<String>) -> RefundSnapshot {
    RefundSnapshot {
        refund: Some(refund.id),
        reference: String::new(),
        amount: refund.amount,
        status,
        failure,
    }
}

/// Has the gateway give the money of a refund back, or asks what became of it, and books it. Gives the refund as it is then.
///
/// # Errors
/// When the gateway does not answer: the refund is still pending.
pub(crate) async fn finish_refund(app: &App, id: RefundId) -> Result<Refund> {
    let row = refund::Entity::find_by_id(id).one(&app.db).await?;
    let row = row.ok_or(Fault::Invariant("a refund vanished"))?;
    if row.status != RefundStatus::Pending {
        return Ok(row);
    }
    match row.gateway_reference {
        // It was accepted: the gateway is asked what became of it.
        Some(_) => {
            refresh(app, row.payment_id).await?;
        }
        None => give_back(app, &row).await?,
    }
    let row = refund::Entity::find_by_id(id).one(&app.db).await?;
    row.ok_or(Fault::Invariant("a refund vanished"))
}

async fn give_back(app: &App, row: &Refund) -> Result<()> {
    let payment = payment_by_id(&app.db, row.payment_id).await?;
    let payment = payment.ok_or(Fault::Invariant("a refund without its payment"))?;
    let request = RefundRequest {
        refund: row.id,
        payment: handle_of(&payment)?,
        amount: Money::new(row.amount, currency_of(&payment)?),
    };
    let says = match within_deadline(gateway_of(app, &payment)?.refund(&request)).await? {
        Answer::Done(says) => RefundSnapshot {
            // Whatever name the gateway was given, it answers to this request.
            refund: Some(row.id),
            ..says
        },
        Answer::Refused(reason) => answer_to(row, RefundStatus::Failed, Some(reason)),
    };
    crash_point("refund.given");
    let write = || async {
        let tx = app.db.begin().await?;
        write_refund(&tx, &app.ids, app.clock.now(), payment.id, says.clone()).await?;
        Ok(tx.commit().await?)
    };
    retry_conflicts(Fault::db, write).await
}
