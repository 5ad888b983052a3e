//! Reads of what visitors did.

use chrono::{DateTime, Utc};
use entity::analytics::interaction;
use entity::analytics::interaction::{Column, Entity, InteractionKind};
use entity::{ChannelId, CustomerId, InteractionId, ProductId, VisitId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

use crate::platform::db::any_of;
use crate::platform::error::Result;

/// Something that a visitor did.
pub type Interaction = interaction::Model;

/// Whose interactions: those of a visit, of a customer, or of both together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Visitor {
    /// The visit.
    pub visit: Option<VisitId>,
    /// The customer.
    pub customer: Option<CustomerId>,
}

impl Visitor {
    /// The rows of this visitor; none when nobody is named.
    fn rows(self) -> Option<Condition> {
        if self == Self::default() {
            return None;
        }
        let visit = self.visit.map(|visit| Column::VisitId.eq(visit));
        let customer = self.customer.map(|customer| Column::CustomerId.eq(customer));
        Some(Condition::any().add_option(visit).add_option(customer))
    }
}

/// Products that a visitor looked at, chose, or put into a cart, the latest first: each once. They may have gone from the
/// channel since.
///
/// # Errors
/// Those of the database.
pub async fn recent_products(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    visitor: Visitor,
    limit: u64,
) -> Result<Vec<ProductId>> {
    let Some(theirs) = visitor.rows() else {
        return Ok(Vec::new());
    };
    let products = Entity::find()
        .select_only()
        .column(Column::ProductId)
        .filter(theirs)
        .filter(Column::ChannelId.eq(channel))
        .group_by(Column::ProductId)
        .order_by(Expr::col(Column::At).max(), Order::Desc)
        .order_by_asc(Column::ProductId)
        .limit(limit);
    Ok(products.into_tuple().all(db).await?)
}

/// What was done with a product in a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The product.
    pub product: ProductId,
    /// What was done.
    pub kind: InteractionKind,
    /// When.
    pub at: DateTime<Utc>,
}

/// What was done in a visit, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn seen_in_visit(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    visit: VisitId,
    limit: u64,
) -> Result<Vec<Seen>> {
    let rows = Entity::find()
        .select_only()
        .columns([Column::ProductId, Column::Kind, Column::At])
        .filter(Column::VisitId.eq(visit))
        .filter(Column::ChannelId.eq(channel))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(limit);
    let rows = rows
        .into_tuple::<(ProductId, InteractionKind, DateTime<Utc>)>()
        .all(db)
        .await?;
    let seen = |(product, kind, at)| Seen { product, kind, at };
    Ok(rows.into_iter().map(seen).collect())
}

/// A stretch of the interactions, in the order of arrival.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    /// Only those that arrived behind this one; `first_id_at` of a time gives those since.
    pub after: Option<InteractionId>,
    /// Only those of this channel.
    pub channel: Option<ChannelId>,
    /// Rows at most.
    pub limit: u64,
}

/// A page of the interactions, for training: the next begins behind the last row of this one. What arrives while it is
/// read may stand before rows that were read already, by the time that its transaction took.
///
/// # Errors
/// Those of the database.
pub async fn interactions(db: &impl ConnectionTrait, span: Span) -> Result<Vec<Interaction>> {
    let mut rows = Entity::find().order_by_asc(Column::Id).limit(span.limit);
    if let Some(after) = span.after {
        rows = rows.filter(Column::Id.gt(after));
    }
    if let Some(channel) = span.channel {
        rows = rows.filter(Column::ChannelId.eq(channel));
    }
    Ok(rows.all(db).await?)
}

/// Interactions by key, in the order of arrival, as far as they are still there.
///
/// # Errors
/// Those of the database.
pub async fn interactions_by_ids(db: &impl ConnectionTrait, ids: &[InteractionId]) -> Result<Vec<Interaction>> {
    let rows = Entity::find()
        .filter(any_of(db, Column::Id, ids))
        .order_by_asc(Column::Id);
    Ok(rows.all(db).await?)
}

/// The visits in which a customer had signed in.
///
/// # Errors
/// Those of the database.
pub async fn visits_of(db: &impl ConnectionTrait, customer: CustomerId) -> Result<Vec<VisitId>> {
    let visits = Entity::find()
        .select_only()
        .column(Column::VisitId)
        .distinct()
        .filter(Column::CustomerId.eq(customer));
    Ok(visits.into_tuple().all(db).await?)
}
