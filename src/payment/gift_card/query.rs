//! Reads of gift cards. But for the balance, which whoever knows the code may read, they are for staff.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::payment::{gift_card, gift_card_entry};
use entity::{CustomerId, GiftCardId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::payment::gift_card::code::Code;
use crate::platform::db::any_of;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};

/// A gift card.
pub type GiftCard = gift_card::Model;

/// Names the list in cursors.
const TAG: &str = "gift_cards";

/// What a card can do now.
pub(super) trait Usable {
    /// Whether it can be spent.
    fn is_usable(&self, now: DateTime<Utc>) -> bool;
}

impl Usable for GiftCard {
    fn is_usable(&self, now: DateTime<Utc>) -> bool {
        self.disabled_at.is_none() && self.expires_at.is_none_or(|at| at > now)
    }
}

/// Which cards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardFilter {
    /// Whose codes end so.
    pub ending: Option<String>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
}

/// Why the cards cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for ListError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// The card of a code, as somebody typed it.
///
/// # Errors
/// Those of the database.
pub async fn by_code(db: &impl ConnectionTrait, code: &str) -> Result<Option<GiftCard>> {
    let Some(code) = Code::parse(code) else { return Ok(None) };
    Ok(gift_card::Entity::find()
        .filter(gift_card::Column::CodeHash.eq(code.hash()))
        .one(db)
        .await?)
}

/// The card `id`, for staff.
///
/// # Errors
/// Those of the database.
pub async fn by_id(db: &impl ConnectionTrait, id: GiftCardId) -> Result<Option<GiftCard>> {
    Ok(gift_card::Entity::find_by_id(id).one(db).await?)
}

/// The histories of cards, oldest first. Whoever asks must have been given the cards.
///
/// # Errors
/// Those of the database.
pub async fn entries_of(
    db: &impl ConnectionTrait,
    ids: &[GiftCardId],
) -> Result<HashMap<GiftCardId, Vec<gift_card_entry::Model>>> {
    let rows = gift_card_entry::Entity::find()
        .filter(any_of(db, gift_card_entry::Column::GiftCardId, ids))
        .order_by_asc(gift_card_entry::Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<GiftCardId, Vec<gift_card_entry::Model>> = HashMap::new();
    for row in rows {
        of.entry(row.gift_card_id).or_default().push(row);
    }
    Ok(of)
}

fn filtered(filter: &CardFilter) -> sea_orm::Select<gift_card::Entity> {
    let mut all = Condition::all();
    if let Some(ending) = &filter.ending {
        all = all.add(gift_card::Column::Ending.eq(ending.to_uppercase()));
    }
    if let Some(customer) = filter.customer {
        all = all.add(gift_card::Column::CustomerId.eq(customer));
    }
    gift_card::Entity::find().filter(all)
}

/// A page of the cards, newest first, for staff.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &CardFilter,
    args: &PageArgs,
) -> Result<Page<GiftCard>, ListError> {
    let mut select = filtered(filter)
        .order_by_desc(gift_card::Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(id) = args.after_key::<GiftCardId>(TAG)? {
        select = select.filter(gift_card::Column::Id.lt(id));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, TAG, rows, |row| row.id))
}

/// How many cards the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count(db: &impl ConnectionTrait, filter: &CardFilter) -> Result<i64> {
    let count = filtered(filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
