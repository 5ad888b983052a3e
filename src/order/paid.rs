//! What has been paid of an order follows its payments, in their transaction.

use entity::order::orders;
use entity::order::orders::PaymentState;
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::order::place::event_of;
use crate::order::query::currency_of;
use crate::payment::PaymentChanged;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::money::Money;

/// What the payments of an order come to, minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paid {
    /// Captured.
    pub captured: i64,
    /// Given back of it.
    pub refunded: i64,
    /// Can still be captured.
    pub authorized: i64,
}

/// What has been paid of an order over `total`.
pub fn payment_state(total: i64, paid: Paid) -> PaymentState {
    let Paid {
        captured,
        refunded,
        authorized,
    } = paid;
    if refunded > 0 {
        if refunded >= captured {
            PaymentState::Refunded
        } else {
            PaymentState::PartiallyRefunded
        }
    } else if captured >= total {
        PaymentState::Paid
    } else if captured > 0 {
        PaymentState::PartiallyPaid
    } else if authorized >= total {
        PaymentState::Authorized
    } else {
        PaymentState::Pending
    }
}

/// Counts the payments of the order of a payment that changed, and writes its history.
pub(super) async fn follow_payment(tx: &Tx, ids: &Ids, changed: &PaymentChanged) -> Result<()> {
    let Some(id) = changed.order else { return Ok(()) };
    // Held before its payments are counted: whoever changes another one of them waits here, and counts this one too.
    let Some(order) = orders::Entity::find_by_id(id).lock_exclusive().one(tx).await? else {
        return Ok(());
    };
    let mut paid = Paid::default();
    let payments = payment::Entity::find()
        .filter(payment::Column::OrderId.eq(id))
        .all(tx)
        .await?;
    for payment in payments {
        paid.captured += payment.captured_amount;
        paid.refunded += payment.refunded_amount;
        if payment.status != PaymentStatus::Cancelled {
            paid.authorized += payment.authorized_amount;
        }
    }
    let state = payment_state(order.total, paid);
    if (order.paid_total, order.refunded_total, order.payment_status) != (paid.captured, paid.refunded, state) {
        orders::Entity::update_many()
            .col_expr(orders::Column::PaidTotal, Expr::value(paid.captured))
            .col_expr(orders::Column::RefundedTotal, Expr::value(paid.refunded))
            .col_expr(orders::Column::PaymentStatus, Expr::value(state))
            .filter(orders::Column::Id.eq(id))
            .exec(tx)
            .await?;
    }
    let currency = currency_of(&order)?;
    let history = changed.news.iter().filter_map(|news| {
        let amount = Money::new(news.amount, currency).formatted("en");
        let (kind, message) = entry(&news.kind, &amount)?;
        Some(event_of(ids, id, changed.at, (kind, &message), "system").into_active_model())
    });
    tx.later(history.collect());
    Ok(())
}

/// What the history of an order says of news of a payment; nothing of what is no matter of the order.
fn entry(kind: &str, amount: &str) -> Option<(&'static str, String)> {
    Some(match kind {
        "captured" => ("PAYMENT_CAPTURED", format!("{amount} was captured.")),
        "cancelled" => ("PAYMENT_VOIDED", format!("{amount} that was authorised was let go.")),
        "refunded" => ("REFUNDED", format!("{amount} was given back.")),
        "refund_failed" => ("REFUND_FAILED", format!("{amount} could not be given back.")),
        "dispute_opened" => ("DISPUTE_OPENED", format!("A bank disputes {amount}.")),
        "dispute_won" => ("DISPUTE_WON", format!("The dispute over {amount} was won.")),
        "dispute_lost" => ("DISPUTE_LOST", format!("The dispute over {amount} was lost.")),
        "dispute_closed" => ("DISPUTE_CLOSED", format!("The dispute over {amount} ended.")),
        _ => return None,
    })
}
