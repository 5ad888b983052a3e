//! Staff issues a gift card.

use chrono::{DateTime, Utc};
use entity::CustomerId;
use entity::customer::customer;
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IntoActiveModel};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::payment::gift_card::code::Code;
use crate::payment::gift_card::entry::{Change, post_given, record};
use crate::payment::gift_card::query::GiftCard;
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::platform::money::Money;

/// Longest note in characters.
pub(super) const NOTE_MAX: usize = 1000;
/// Most that a card may hold, minor units: no shop owes more, and sums of it fit.
pub(super) const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// A gift card to issue.
#[derive(Clone, Debug)]
pub struct CreateCard {
    /// What is on it.
    pub amount: Money,
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// Until when it can be spent.
    pub expires_at: Option<DateTime<Utc>>,
    /// For staff.
    pub note: Option<String>,
}

/// Why no card was issued.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum CreateError {
    /// The amount is not above zero, or too large.
    Amount,
    /// No such customer.
    NoCustomer,
    /// It would be over before it began.
    Expired,
    /// The note is too long.
    Note,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl CreateError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Amount => message!("gift-card-amount"),
            Self::NoCustomer => message!("customer-not-found"),
            Self::Expired => message!("gift-card-expiry"),
            Self::Note => message!("note-too-long", max = NOTE_MAX),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for CreateError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Issues a card. Its code is in the answer, and nowhere else from then on.
///
/// # Errors
/// See [`CreateError`].
pub async fn create(app: &App, actor: &Actor, command: CreateCard) -> Result<(GiftCard, Code), CreateError> {
    let now = app.clock.now();
    if !(1..=AMOUNT_MAX).contains(&command.amount.minor) {
        return Err(CreateError::Amount);
    }
    if command.expires_at.is_some_and(|at| at <= now) {
        return Err(CreateError::Expired);
    }
    if command
        .note
        .as_ref()
        .is_some_and(|note| note.chars().count() > NOTE_MAX)
    {
        return Err(CreateError::Note);
    }
    let code = Code::new(&app.ids);
    let tx = app.db.begin().await?;
    if let Some(customer) = command.customer
        && customer::Entity::find_by_id(customer).one(&tx).await?.is_none()
    {
        return Err(CreateError::NoCustomer);
    }
    let Money { minor, currency } = command.amount;
    let row = GiftCard {
        id: app.ids.new_id(),
        code_hash: code.hash(),
        ending: code.ending().to_owned(),
        currency_code: currency.to_string(),
        initial_amount: minor,
        balance: minor,
        customer_id: command.customer,
        note: command.note,
        expires_at: command.expires_at,
        disabled_at: None,
        created_at: now,
        updated_at: now,
    };
    let card = row.into_active_model().insert(&tx).await?;
    let change = Change {
        kind: "issued",
        amount: minor,
        payment: None,
        note: None,
    };
    let entry = record(&tx, &app.ids, now, card.id, change).await?;
    post_given(&tx, &app.ids, now, (entry, "gift_card_issued"), (minor, currency)).await?;
    let state = json!({ "balance": minor, "currencyCode": card.currency_code, "ending": card.ending,
        "customerId": card.customer_id.map(|id| id.to_string()), "expiresAt": card.expires_at, "note": card.note });
    let entry = Entry::new("giftCardCreate", "GiftCard", card.id).after(&state)?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok((card, code))
}
