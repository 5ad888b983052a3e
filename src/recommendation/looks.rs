//! What visits did with products, read from behind: the latest counts most, and there may be more than is needed.

use chrono::{DateTime, Utc};
use entity::analytics::interaction::{Column, Entity};
use entity::{InteractionId, ProductId, VisitId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::platform::db::Db;
use crate::platform::error::Result;
use crate::platform::id::first_id_at;

/// Rows that are read at once.
const PAGE: u64 = 20_000;

/// A visit had to do with a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The visit.
    pub visit: VisitId,
    /// The product.
    pub product: ProductId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Tells `told` of the last `most` looks that arrived since `since`, the latest first.
///
/// # Errors
/// Those of the database.
pub async fn looks(db: &Db, since: DateTime<Utc>, most: u64, mut told: impl FnMut(Look)) -> Result<()> {
    let first: InteractionId = first_id_at(since);
    let mut before: Option<InteractionId> = None;
    let mut left = most;
    while left > 0 {
        let limit = left.min(PAGE);
        let mut rows = Entity::find()
            .select_only()
            .columns([Column::Id, Column::VisitId, Column::ProductId, Column::At])
            .filter(Column::Id.gte(first))
            .order_by_desc(Column::Id)
            .limit(limit);
        if let Some(before) = before {
            rows = rows.filter(Column::Id.lt(before));
        }
        let page: Vec<(InteractionId, VisitId, ProductId, DateTime<Utc>)> = rows.into_tuple().all(db).await?;
        before = page.last().map(|row| row.0);
        let read = page.len() as u64;
        for (_, visit, product, at) in page {
            told(Look { visit, product, at });
        }
        if read < limit {
            break;
        }
        left -= read;
    }
    Ok(())
}
