//! The products that the engine beside the server lacks as they are now: in the database, so that another process knows
//! them too.

use std::collections::{BTreeMap, BTreeSet};

use entity::ProductId;
use entity::search::search_missing::{ActiveModel, Column, Entity};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::platform::db::{Db, any_of};
use crate::platform::error::Result;
use crate::platform::jobs::enqueue_unless_waiting;
use crate::search::jobs::MendProducts;

/// Rows of a statement.
const ROWS: usize = 500;

/// Larger than before, whatever the clock says.
const LATER: &str =
    "CASE WHEN excluded.times > search_missing.times THEN excluded.times ELSE search_missing.times + 1 END";

/// A product that is missing, and which note says so.
pub(super) type Missing = (ProductId, i64);

/// Notes `products`, and a job that brings them in.
///
/// # Errors
/// Those of the database.
pub(super) async fn note(app: &App, products: &[ProductId]) -> Result<()> {
    if products.is_empty() {
        return Ok(());
    }
    // A number that no earlier note of the product had, also of one that is gone again.
    let now = app.clock.now().timestamp_micros();
    // In one order, so that two processes do not wait for each other.
    let products: BTreeSet<ProductId> = products.iter().copied().collect();
    let rows: Vec<ActiveModel> = products
        .into_iter()
        .map(|product| ActiveModel {
            product_id: Set(product),
            times: Set(now),
        })
        .collect();
    let more = OnConflict::column(Column::ProductId)
        .value(Column::Times, Expr::cust(LATER))
        .to_owned();
    let tx = app.db.begin().await?;
    for rows in rows.chunks(ROWS) {
        Entity::insert_many(rows.to_vec())
            .on_conflict(more.clone())
            .exec_without_returning(&tx)
            .await?;
    }
    enqueue_unless_waiting(&tx, &MendProducts {}).await?;
    Ok(tx.commit().await?)
}

/// Up to `limit` of them, or all.
///
/// # Errors
/// Those of the database.
pub(super) async fn some(db: &Db, limit: Option<u64>) -> Result<Vec<Missing>> {
    let rows = Entity::find()
        .select_only()
        .columns([Column::ProductId, Column::Times])
        .order_by_asc(Column::ProductId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}

/// Forgets `rows`, but for those that were noted again since they were read. Says whether any of these products is noted
/// still.
///
/// # Errors
/// Those of the database.
pub(super) async fn forget(db: &Db, rows: &[Missing]) -> Result<bool> {
    let mut by_times: BTreeMap<i64, Vec<ProductId>> = BTreeMap::new();
    for (product, times) in rows {
        by_times.entry(*times).or_default().push(*product);
    }
    for (times, products) in by_times {
        for products in products.chunks(ROWS) {
            // Each by itself: in one they would hold rows in another order than notes do.
            let tx = db.begin().await?;
            Entity::delete_many()
                .filter(any_of(&tx, Column::ProductId, products))
                .filter(Column::Times.eq(times))
                .exec(&tx)
                .await?;
            tx.commit().await?;
        }
    }
    let products: Vec<ProductId> = rows.iter().map(|(product, _)| *product).collect();
    for products in products.chunks(ROWS) {
        let left = Entity::find().filter(any_of(db, Column::ProductId, products));
        if left.one(db).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
