//! The history of a gift card, and the balance that it adds up to.

use chrono::{DateTime, Utc};
use entity::ledger::ledger_entry::LedgerAccount;
use entity::payment::{gift_card, gift_card_entry};
use entity::{GiftCardEntryId, GiftCardId, PaymentId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::ledger::{Posting, post};
use crate::payment::gift_card::query::GiftCard;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;
use crate::platform::money::Currency;

/// Something that changes the balance of a card.
pub(super) struct Change {
    /// `issued`, `spent`, `returned`, `refunded`, `adjusted`.
    pub kind: &'static str,
    /// Minor units; below 0 takes away. Not 0.
    pub amount: i64,
    /// The payment that it is about.
    pub payment: Option<PaymentId>,
    /// Why, for people.
    pub note: Option<String>,
}

/// Changes the balance of the card, unless it would fall below 0: None then. The one statement that moves it.
pub(super) async fn shift(tx: &Tx, now: DateTime<Utc>, card: GiftCardId, amount: i64) -> Result<Option<GiftCard>> {
    let balance = || Expr::col(gift_card::Column::Balance);
    let changed = gift_card::Entity::update_many()
        .col_expr(gift_card::Column::Balance, balance().add(amount))
        .col_expr(gift_card::Column::UpdatedAt, Expr::value(now))
        .filter(gift_card::Column::Id.eq(card))
        .filter(balance().gte(-amount))
        .exec_with_returning(tx)
        .await?;
    Ok(changed.into_iter().next())
}

/// Adds to the history.
pub(super) async fn record(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    card: GiftCardId,
    change: Change,
) -> Result<GiftCardEntryId> {
    let row = gift_card_entry::Model {
        id: ids.new_id(),
        gift_card_id: card,
        kind: change.kind.to_owned(),
        amount: change.amount,
        payment_id: change.payment,
        note: change.note,
        created_at: now,
    };
    let id = row.id;
    gift_card_entry::Entity::insert(row.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(id)
}

/// Posts what was given away with a card, or taken back: the shop owes goods for it, and lets that much off.
pub(super) async fn post_given(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    (entry, kind): (GiftCardEntryId, &'static str),
    (amount, currency): (i64, Currency),
) -> Result<()> {
    let posting = Posting::new(format!("gift_card:{entry}"), kind, currency)
        .debit(LedgerAccount::Discounts, amount)
        .credit(LedgerAccount::GiftCardLiability, amount);
    post(tx, ids, now, posting).await?;
    Ok(())
}

/// Gives `amount` of what a payment took back to its card: `kind` is `returned` or `refunded`. Posts nothing. The card may
/// have lapsed or been disabled meanwhile: the money is on it all the same.
pub(crate) async fn credit(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    payment: PaymentId,
    amount: i64,
    kind: &'static str,
) -> Result<()> {
    let spent = gift_card_entry::Entity::find()
        .filter(gift_card_entry::Column::PaymentId.eq(payment))
        .filter(gift_card_entry::Column::Kind.eq("spent"))
        .one(tx)
        .await?;
    let spent = spent.ok_or(Fault::Invariant("a payment by gift card without its card"))?;
    let change = Change {
        kind,
        amount,
        payment: Some(payment),
        note: None,
    };
    record(tx, ids, now, spent.gift_card_id, change).await?;
    let card = shift(tx, now, spent.gift_card_id, amount).await?;
    card.ok_or(Fault::Invariant("a gift card vanished"))?;
    Ok(())
}
