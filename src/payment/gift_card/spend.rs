//! A gift card pays.

use chrono::{DateTime, Utc};
use entity::payment::payment::PaymentStatus;
use entity::payment::payment_method::MethodDetails;
use entity::payment::refund::RefundStatus;
use entity::payment::{payment, refund};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use crate::ledger::post;
use crate::payment::apply::history;
use crate::payment::books;
use crate::payment::events::PaymentNews;
use crate::payment::gift_card::entry::{Change, credit, record, shift};
use crate::payment::gift_card::query::{GiftCard, Usable, by_code};
use crate::payment::query::Payment;
use crate::payment::record::open_payment;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;
use crate::platform::locale::{Message, message};
use crate::platform::money::{Currency, Money};

/// Why a gift card does not pay.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum SpendError {
    /// No card has the code.
    Unknown,
    /// It was disabled, or its time is over.
    Over,
    /// It holds money of another currency.
    Currency,
    /// It holds only this much.
    Balance(Money),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl SpendError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Unknown => message!("gift-card-unknown"),
            Self::Over => message!("gift-card-over"),
            Self::Currency => message!("gift-card-currency"),
            Self::Balance(balance) => message!("gift-card-balance", balance = *balance),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for SpendError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// The card of a code, when it can pay something in `currency` now.
///
/// # Errors
/// See [`SpendError`].
pub(crate) async fn for_payment(
    tx: &Tx,
    now: DateTime<Utc>,
    code: &str,
    currency: Currency,
) -> Result<GiftCard, SpendError> {
    let card = by_code(tx, code).await?.ok_or(SpendError::Unknown)?;
    if !card.is_usable(now) {
        return Err(SpendError::Over);
    }
    if card.currency_code != currency.code() {
        return Err(SpendError::Currency);
    }
    if card.balance == 0 {
        return Err(SpendError::Balance(Money::new(0, currency)));
    }
    Ok(card)
}

/// Pays `row` with the card, at once: takes the money off it, and writes the payment as one that succeeded. None when the
/// card was spent elsewhere since it was read; the caller rolls back and looks again.
///
/// # Errors
/// When the card never held that much.
pub(crate) async fn spend(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    card: &GiftCard,
    row: Payment,
) -> Result<Option<Payment>, SpendError> {
    let currency: Currency = row
        .currency_code
        .parse()
        .map_err(|e| Fault::part("currency of a payment", e))?;
    if row.amount > card.balance {
        return Err(SpendError::Balance(Money::new(card.balance, currency)));
    }
    let row = Payment {
        gateway: super::GATEWAY.to_owned(),
        status: PaymentStatus::Succeeded,
        captured_amount: row.amount,
        method: Some(MethodDetails {
            kind: super::GATEWAY.to_owned(),
            last4: Some(card.ending.clone()),
            ..MethodDetails::default()
        }),
        ..row
    };
    let row = open_payment(tx, ids, row).await?;
    let change = Change {
        kind: "spent",
        amount: -row.amount,
        payment: Some(row.id),
        note: None,
    };
    record(tx, ids, now, card.id, change).await?;
    post(tx, ids, now, books::captured(&row, row.amount)?).await?;
    let left = shift(tx, now, card.id, -row.amount).await?;
    // Somebody may have disabled it since it was read.
    Ok(left.filter(|card| card.is_usable(now)).map(|_| row))
}

/// Gives all that a payment took back to its card, because the payment pays nothing.
pub(crate) async fn put_back(tx: &Tx, ids: &Ids, now: DateTime<Utc>, row: &Payment) -> Result<()> {
    let amount = row.captured_amount - row.refunded_amount;
    if amount == 0 {
        return Ok(());
    }
    let refund = refund::Model {
        id: ids.new_id(),
        payment_id: row.id,
        order_id: None,
        amount,
        currency_code: row.currency_code.clone(),
        status: RefundStatus::Succeeded,
        reason: None,
        gateway_reference: None,
        failure: None,
        lines: None,
        requested_by: "system".to_owned(),
        created_at: now,
        updated_at: now,
    };
    post(tx, ids, now, books::refunded(row, &refund)?).await?;
    refund::Entity::insert(refund.into_active_model())
        .exec_without_returning(tx)
        .await?;
    payment::Entity::update_many()
        .col_expr(
            payment::Column::RefundedAmount,
            Expr::col(payment::Column::RefundedAmount).add(amount),
        )
        .filter(payment::Column::Id.eq(row.id))
        .exec(tx)
        .await?;
    let news = [PaymentNews::new("refunded", amount, None)];
    history(tx, ids, now, row.id, &news);
    credit(tx, ids, now, row.id, amount, "returned").await
}
