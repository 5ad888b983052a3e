//! Staff adds to a gift card, or takes away.

use entity::GiftCardId;
use sea_orm::DbErr;
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::payment::gift_card::create::{AMOUNT_MAX, NOTE_MAX};
use crate::payment::gift_card::entry::{Change, post_given, record, shift};
use crate::payment::gift_card::query::{GiftCard, by_id};
use crate::platform::db::retry_conflicts;
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::platform::money::{Currency, Money};

/// A correction of a balance.
#[derive(Clone, Debug)]
pub struct AdjustCard {
    /// The card.
    pub card: GiftCardId,
    /// What is added; below 0 takes away. Not 0.
    pub delta: Money,
    /// Why, for the history.
    pub reason: String,
}

/// Why a balance was not changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum AdjustError {
    /// No such card.
    NotFound,
    /// It changes nothing, or is in another currency, or more than any card holds.
    Amount,
    /// The reason is too long.
    Reason,
    /// Only this much is on it.
    Balance(Money),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl AdjustError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("gift-card-not-found"),
            Self::Amount => message!("gift-card-amount"),
            Self::Reason => message!("note-too-long", max = NOTE_MAX),
            Self::Balance(balance) => message!("gift-card-balance", balance = *balance),
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

impl From<DbErr> for AdjustError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Changes the balance of a card.
///
/// # Errors
/// See [`AdjustError`].
pub async fn adjust(app: &App, actor: &Actor, command: AdjustCard) -> Result<GiftCard, AdjustError> {
    let amount = command.delta.minor;
    if amount == 0 || !(-AMOUNT_MAX..=AMOUNT_MAX).contains(&amount) {
        return Err(AdjustError::Amount);
    }
    if command.reason.chars().count() > NOTE_MAX {
        return Err(AdjustError::Reason);
    }
    retry_conflicts(AdjustError::db, || adjust_once(app, actor, &command)).await
}

async fn adjust_once(app: &App, actor: &Actor, command: &AdjustCard) -> Result<GiftCard, AdjustError> {
    let (now, amount) = (app.clock.now(), command.delta.minor);
    let tx = app.db.begin().await?;
    let card = by_id(&tx, command.card).await?.ok_or(AdjustError::NotFound)?;
    let currency: Currency = card
        .currency_code
        .parse()
        .map_err(|e| Fault::part("currency of a gift card", e))?;
    if currency != command.delta.currency || card.balance > AMOUNT_MAX - amount.max(0) {
        return Err(AdjustError::Amount);
    }
    let after = shift(&tx, now, card.id, amount).await?;
    let after = after.ok_or(AdjustError::Balance(Money::new(card.balance, currency)))?;
    let change = Change {
        kind: "adjusted",
        amount,
        payment: None,
        note: Some(command.reason.clone()),
    };
    let entry = record(&tx, &app.ids, now, card.id, change).await?;
    post_given(&tx, &app.ids, now, (entry, "gift_card_adjusted"), (amount, currency)).await?;
    let entry = Entry::new("giftCardAdjust", "GiftCard", card.id)
        .before(&json!({ "balance": after.balance - amount }))?
        .after(&json!({ "balance": after.balance, "reason": command.reason }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(after)
}
