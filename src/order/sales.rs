//! Units sold, for lists that start with the best sellers. Always counted from the lines, never added to: counting twice
//! gives the same number.

use entity::{ChannelId, OrderId, ProductId, TypedId};
use sea_orm::{ConnectionTrait, Statement, Value};

use crate::catalog::ProductsChanged;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::event;

/// Products in one event at most.
const EVENT_PRODUCTS: usize = 500;

/// Counts the units sold of every product in a channel anew, from the lines of its orders that were not cancelled.
/// Emits [`ProductsChanged`] for those whose count is another.
///
/// # Errors
/// Those of the database.
pub(crate) async fn recount_units_sold(tx: &Tx, channel: ChannelId) -> Result<()> {
    let changed = recount(tx, channel, None).await?;
    for products in changed.chunks(EVENT_PRODUCTS) {
        event::emit(
            tx,
            &ProductsChanged {
                products: products.to_vec(),
            },
        )
        .await?;
    }
    Ok(())
}

/// Counts the units sold of the products of one order anew. Emits nothing: the search index may learn of a single sale
/// with the next change.
pub(super) async fn recount_order(tx: &Tx, channel: ChannelId, order: OrderId) -> Result<()> {
    // The rows are held first: the count that follows then sees the lines of whoever held them before.
    let hold = "UPDATE product_listing SET units_sold = units_sold WHERE channel_id = $1 AND product_id IN (\
        SELECT sold.product_id FROM variant sold JOIN order_line line ON line.variant_id = sold.id \
        WHERE line.order_id = $2)";
    let values: [Value; 2] = [channel.uuid().into(), order.uuid().into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), hold, values))
        .await?;
    recount(tx, channel, Some(order)).await?;
    Ok(())
}

async fn recount(tx: &Tx, channel: ChannelId, order: Option<OrderId>) -> Result<Vec<ProductId>> {
    let only = match order {
        None => "",
        Some(_) => {
            "WHERE v.product_id IN (SELECT sold.product_id FROM variant sold \
             JOIN order_line line ON line.variant_id = sold.id WHERE line.order_id = $3) "
        }
    };
    let sql = format!(
        "UPDATE product_listing SET units_sold = sold.units FROM (\
            SELECT v.product_id AS product_id, \
            CAST(COALESCE(SUM(CASE WHEN o.id IS NULL THEN 0 ELSE l.quantity END), 0) AS BIGINT) AS units \
            FROM variant v LEFT JOIN order_line l ON l.variant_id = v.id \
            LEFT JOIN orders o ON o.id = l.order_id AND o.channel_id = $1 AND o.status <> 'cancelled' \
            {only}GROUP BY v.product_id\
        ) AS sold WHERE product_listing.product_id = sold.product_id AND product_listing.channel_id = $2 \
        AND product_listing.units_sold <> sold.units RETURNING product_listing.product_id AS product_id"
    );
    let mut values: Vec<Value> = vec![channel.uuid().into(), channel.uuid().into()];
    values.extend(order.map(|order| Value::from(order.uuid())));
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    let rows = tx.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| Ok(row.try_get::<ProductId>("", "product_id")?))
        .collect()
}
