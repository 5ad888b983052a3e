//! Staff gives money back to a buyer.

use std::collections::HashMap;

use entity::order::{order_line, orders};
use entity::payment::refund::{RefundLine, RefundLines, RefundStatus};
use entity::{OrderId, OrderLineId, PaymentId, RefundId};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry, Identity};
use crate::channel::Scope;
use crate::order::query::{Order, currency_of, lines_of};
use crate::order::share::{Shares, share_of_units, shares};
use crate::payment::{
    GIFT_CARD, NewRefund, Payment, Refund, finish_refund, hold_payments_of_order, refundable, refunds_of_orders,
    request_refund,
};
use crate::platform::crash::crash_point;
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::platform::money::Money;
use crate::platform::permission::Permission;

/// Longest reason in characters.
const REASON_MAX: usize = 500;
/// Most lines of a refund.
const LINES_MAX: usize = 500;

/// Money to give back. Without amount, lines and delivery: all that is left.
#[derive(Clone, Debug)]
pub struct CreateRefund {
    /// Of which order.
    pub order: OrderId,
    /// To which payment; to those of the order when none.
    pub payment: Option<PaymentId>,
    /// How much; what the lines and the delivery come to when none.
    pub amount: Option<Money>,
    /// Which units it is for.
    pub lines: Vec<RefundLine>,
    /// Whether it is for the delivery.
    pub shipping: bool,
    /// Why, for people.
    pub reason: Option<String>,
}

/// Why no money went back.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum RefundError {
    /// No such order, or not for the viewer.
    NoOrder,
    /// The order has no such payment.
    NoPayment,
    /// The order has no such line.
    NoLine {
        /// Which of the lines, from 0.
        index: usize,
    },
    /// Only so many units of a line were bought and not refunded yet.
    Units {
        /// Which of the lines, from 0.
        index: usize,
        /// Units.
        left: i64,
    },
    /// The delivery was refunded before.
    Shipping,
    /// The reason, or the list of lines, is too long.
    TooLong,
    /// The amount is not above zero, or in another currency.
    Amount,
    /// Nothing was captured.
    NotCaptured,
    /// Only this much can go back.
    TooLarge(Money),
    /// The gateway refused, in its words.
    Refused(String),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl RefundError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoOrder => message!("order-not-found"),
            Self::NoPayment => message!("order-payment-not-found"),
            Self::NoLine { .. } => message!("order-line-not-found"),
            Self::Units { left, .. } => message!("refund-units", available = *left),
            Self::Shipping => message!("refund-shipping"),
            Self::TooLong => message!("refund-too-long", max = REASON_MAX, most = LINES_MAX),
            Self::Amount => message!("amount-not-positive"),
            Self::NotCaptured => message!("order-not-captured"),
            Self::TooLarge(left) => message!("refund-too-large", left = *left),
            Self::Refused(_) => message!("refund-refused"),
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

impl From<DbErr> for RefundError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// What went back, and the order as it is then.
#[derive(Clone, Debug)]
pub struct Refunded {
    /// The order.
    pub order: Order,
    /// One for each payment that money goes back to, in this order.
    pub refunds: Vec<Refund>,
}

/// Gives money back: first our rows, with the amount set aside, then the gateways, then the books, with the units that are
/// put back into stock. When a gateway does not answer, a job goes on asking with the same key and the refund stays
/// pending.
///
/// # Errors
/// See [`RefundError`]; no money goes back then.
pub async fn create_refund(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: CreateRefund,
) -> Result<Refunded, RefundError> {
    if command.lines.len() > LINES_MAX || command.reason.as_ref().is_some_and(|r| r.chars().count() > REASON_MAX) {
        return Err(RefundError::TooLong);
    }
    let requested = retry_conflicts(RefundError::db, || request(app, scope, actor, &command)).await?;
    crash_point("refund.requested");
    let mut refunds = Vec::with_capacity(requested.len());
    for refund in requested {
        refunds.push(match finish_refund(app, refund.id).await {
            Ok(refund) => refund,
            Err(error) => {
                tracing::warn!(refund = %refund.id, %error, "the gateway failed, the refund stays pending");
                refund
            }
        });
    }
    if refunds.iter().all(|refund| refund.status == RefundStatus::Failed) {
        let reason = refunds.into_iter().find_map(|refund| refund.failure);
        return Err(RefundError::Refused(reason.unwrap_or_default()));
    }
    let order = orders::Entity::find_by_id(command.order).one(&app.db).await?;
    let order = order.ok_or(Fault::Invariant("an order vanished"))?;
    Ok(Refunded { order, refunds })
}

async fn request(app: &App, scope: &Scope, actor: &Actor, command: &CreateRefund) -> Result<Vec<Refund>, RefundError> {
    let tx = app.db.begin().await?;
    let order = order_of_scope(&tx, scope, command.order).await?;
    let order = order.ok_or(RefundError::NoOrder)?;
    // Held from here on: two refunds of an order never look at the same lines at once.
    let mut payments = hold_payments_of_order(&tx, order.id).await?;
    if let Some(wanted) = command.payment {
        payments.retain(|payment| payment.id == wanted);
        if payments.is_empty() {
            return Err(RefundError::NoPayment);
        }
    }
    if payments.iter().all(|payment| payment.captured_amount == 0) {
        return Err(RefundError::NotCaptured);
    }
    let left: i64 = payments.iter().map(refundable).sum();
    let left = Money::new(left, currency_of(&order)?);
    let lines = lines_of(&tx, &[order.id]).await?.remove(&order.id).unwrap_or_default();
    let before = refunds_of_orders(&tx, &[order.id])
        .await?
        .remove(&order.id)
        .unwrap_or_default();
    let asked = parts(&order, &lines, &before, command)?;
    let amount = command.amount.or(asked.map(|minor| Money::new(minor, left.currency)));
    let amount = amount.unwrap_or(left);
    if amount.currency != left.currency || (amount.minor <= 0 && left.minor > 0) {
        return Err(RefundError::Amount);
    }
    if amount.minor > left.minor || left.minor == 0 {
        return Err(RefundError::TooLarge(left));
    }
    let mut rest = amount.minor;
    let mut about = asked.map(|_| RefundLines {
        lines: command.lines.clone(),
        shipping: command.shipping,
    });
    let mut refunds = Vec::new();
    for payment in cards_first(payments) {
        let part = refundable(&payment).min(rest);
        if part > 0 {
            rest -= part;
            let new = NewRefund {
                amount: part,
                reason: command.reason.clone(),
                // What it is for is said once.
                lines: about.take(),
                requested_by: name_of(actor),
            };
            refunds.push(request_refund(app, &tx, &payment, new).await?);
        }
    }
    let ids: Vec<RefundId> = refunds.iter().map(|refund| refund.id).collect();
    let entry = Entry::new("refundCreate", "Order", order.id)
        .before(&json!({ "refundable": left.minor }))?
        .after(&json!({ "refundable": left.minor - amount.minor, "refunds": ids, "reason": command.reason }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(refunds)
}

/// The order, for staff who may give money back in its channel.
async fn order_of_scope(tx: &Tx, scope: &Scope, id: OrderId) -> Result<Option<Order>> {
    let viewer = scope.viewer;
    let mut treatable = Condition::all();
    if !viewer.may_everywhere(Permission::PaymentsRefund) {
        if !viewer.may(Permission::PaymentsRefund) {
            return Ok(None);
        }
        treatable = treatable.add(orders::Column::ChannelId.eq(scope.channel.id));
    }
    Ok(orders::Entity::find_by_id(id).filter(treatable).one(tx).await?)
}

/// What the lines and the delivery of a command come to; none when it names neither.
fn parts(
    order: &Order,
    lines: &[order_line::Model],
    before: &[Refund],
    command: &CreateRefund,
) -> Result<Option<i64>, RefundError> {
    if command.lines.is_empty() && !command.shipping {
        return Ok(None);
    }
    let mut gone: HashMap<OrderLineId, i32> = HashMap::new();
    let mut shipping_gone = false;
    let counting = before.iter().filter(|refund| refund.status != RefundStatus::Failed);
    for about in counting.filter_map(|refund| refund.lines.as_ref()) {
        shipping_gone |= about.shipping;
        for line in &about.lines {
            *gone.entry(line.order_line).or_default() += line.quantity;
        }
    }
    let Shares {
        lines: shares,
        shipping,
    } = shares(order, lines);
    let mut sum = 0;
    for (index, wanted) in command.lines.iter().enumerate() {
        let at = lines.iter().position(|line| line.id == wanted.order_line);
        let at = at.ok_or(RefundError::NoLine { index })?;
        let line = &lines[at];
        let before = gone.entry(line.id).or_default();
        let left = line.quantity - *before;
        if wanted.quantity < 1 || wanted.quantity > left {
            let left = i64::from(left);
            return Err(RefundError::Units { index, left });
        }
        sum += share_of_units(shares[at], line.quantity, *before, wanted.quantity);
        *before += wanted.quantity;
    }
    if command.shipping {
        if shipping_gone {
            return Err(RefundError::Shipping);
        }
        sum += shipping;
    }
    Ok(Some(sum))
}

/// Gift cards last: who paid with both has the card credited before the gift card.
fn cards_first(mut payments: Vec<Payment>) -> Vec<Payment> {
    payments.sort_by_key(|payment| (payment.gateway == GIFT_CARD, payment.id));
    payments
}

fn name_of(actor: &Actor) -> String {
    match actor.identity {
        Identity::Staff(id) => format!("staff:{id}"),
        Identity::ApiKey(id) => format!("api_key:{id}"),
        Identity::Customer(id) => format!("customer:{id}"),
        Identity::Anonymous | Identity::System => "system".to_owned(),
    }
}
