//! Staff disables a gift card. What is on it stays, and can be spent by nobody.

use entity::GiftCardId;
use entity::payment::gift_card;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::payment::gift_card::query::{GiftCard, by_id};
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum DisableError {
    /// No such card.
    NotFound,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl DisableError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("gift-card-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for DisableError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Disables a card. One that is disabled stays as it is.
///
/// # Errors
/// See [`DisableError`].
pub async fn disable(app: &App, actor: &Actor, id: GiftCardId) -> Result<GiftCard, DisableError> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let disabled = gift_card::Entity::update_many()
        .col_expr(gift_card::Column::DisabledAt, Expr::value(now))
        .col_expr(gift_card::Column::UpdatedAt, Expr::value(now))
        .filter(gift_card::Column::Id.eq(id))
        .filter(gift_card::Column::DisabledAt.is_null())
        .exec_with_returning(&tx)
        .await?;
    let Some(card) = disabled.into_iter().next() else {
        return by_id(&tx, id).await?.ok_or(DisableError::NotFound);
    };
    let entry = Entry::new("giftCardDisable", "GiftCard", id)
        .before(&json!({ "disabled": false }))?
        .after(&json!({ "disabled": true }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(card)
}
