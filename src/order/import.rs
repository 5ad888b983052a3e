//! Orders of another shop: history. No stock moves, nobody gets mail, no event says that they were placed.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use entity::catalog::variant;
use entity::customer::customer::Address;
use entity::order::orders::{FulfillmentState, OrderStatus, PaymentState};
use entity::order::{order_event, order_line, orders};
use entity::{ChannelId, CustomerId, OrderId, VariantId};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, Iterable, QueryFilter, QuerySelect};

use crate::customer::{self, NewCustomer};
use crate::order::number::count_above;
use crate::platform::db::{Tx, any_of, any_text, insert_all, upsert_all};
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::money::Currency;

/// An order as another shop kept it. Its amounts add up.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoricOrder {
    /// Where the file has it, for messages.
    pub line: u64,
    /// Unique number for people.
    pub number: String,
    /// The channel it counts for.
    pub channel_id: ChannelId,
    /// The customer's address in its normal form.
    pub email: Option<String>,
    /// Where it stands.
    pub status: OrderStatus,
    /// What has been paid.
    pub payment_status: PaymentState,
    /// What has been sent.
    pub fulfillment_status: FulfillmentState,
    /// Its currency, whatever the channel's is.
    pub currency: Currency,
    /// Whether prices include tax.
    pub tax_included: bool,
    /// Sum of the lines before discounts, minor units.
    pub subtotal: i64,
    /// Sum of the discounts, minor units.
    pub discount_total: i64,
    /// Price of the delivery, minor units.
    pub shipping_total: i64,
    /// Tax, minor units.
    pub tax_total: i64,
    /// What was due, minor units.
    pub total: i64,
    /// What has been paid and not gone back, minor units.
    pub paid_total: i64,
    /// Where it went.
    pub shipping_address: Option<Address>,
    /// Who paid, when different.
    pub billing_address: Option<Address>,
    /// The way of delivery as it was called.
    pub delivery_name: Option<String>,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// What happened and when: kind and text for people.
    pub events: Vec<(&'static str, &'static str, DateTime<Utc>)>,
    /// Its lines, in order.
    pub lines: Vec<HistoricLine>,
    /// Hash of all this.
    pub content_hash: String,
}

/// A line of a [`HistoricOrder`].
#[derive(Clone, Debug, PartialEq)]
pub struct HistoricLine {
    /// SKU on the day; empty when there was none.
    pub sku: String,
    /// Name on the day.
    pub name: String,
    /// Units, at least 1.
    pub quantity: i32,
    /// Price of one, minor units.
    pub unit_price: i64,
    /// Discount on the line, minor units.
    pub discount_total: i64,
    /// Tax on the line, minor units.
    pub tax_total: i64,
    /// quantity x unit_price - discount_total, minor units.
    pub total: i64,
}

/// What was done with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It is new.
    Created,
    /// It was there from an import, with other content.
    Updated,
    /// It was there, with this content.
    Unchanged,
}

/// Why an order was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportOrderError {
    /// An order with the number was placed in this shop.
    #[error("an order with this number was placed here; it is not overwritten")]
    PlacedHere,
}

/// Writes orders by number: new ones are made, imported ones become what is given. Orders of one batch have different
/// numbers. Customers are found or made by address, variants found by SKU.
///
/// # Errors
/// Those of the database.
pub(crate) async fn import_batch(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    batch: &[HistoricOrder],
) -> Result<Vec<std::result::Result<Imported, ImportOrderError>>> {
    let numbers: Vec<String> = batch.iter().map(|order| order.number.clone()).collect();
    let known: HashMap<String, (OrderId, Option<String>)> = orders::Entity::find()
        .select_only()
        .columns([orders::Column::Number, orders::Column::Id, orders::Column::ContentHash])
        .filter(any_text(tx, orders::Column::Number, &numbers))
        .into_tuple::<(String, OrderId, Option<String>)>()
        .all(tx)
        .await?
        .into_iter()
        .map(|(number, id, hash)| (number, (id, hash)))
        .collect();
    count_above(tx, batch.iter().map(|order| order.number.as_str())).await?;
    let mut results = Vec::with_capacity(batch.len());
    let (mut to_write, mut changed) = (Vec::new(), Vec::new());
    for order in batch {
        let (id, result) = match known.get(&order.number) {
            None => (ids.new_id(), Ok(Imported::Created)),
            Some((_, None)) => {
                results.push(Err(ImportOrderError::PlacedHere));
                continue;
            }
            Some((_, Some(hash))) if *hash == order.content_hash => {
                results.push(Ok(Imported::Unchanged));
                continue;
            }
            Some((id, Some(_))) => {
                changed.push(*id);
                (*id, Ok(Imported::Updated))
            }
        };
        results.push(result);
        to_write.push((id, order));
    }
    if !to_write.is_empty() {
        clear(tx, &changed).await?;
        write(tx, ids, now, to_write).await?;
    }
    Ok(results)
}

/// Takes away what changed orders get anew.
async fn clear(tx: &Tx, changed: &[OrderId]) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    order_line::Entity::delete_many()
        .filter(any_of(tx, order_line::Column::OrderId, changed))
        .exec(tx)
        .await?;
    order_event::Entity::delete_many()
        .filter(any_of(tx, order_event::Column::OrderId, changed))
        .filter(order_event::Column::Actor.eq(ACTOR))
        .exec(tx)
        .await?;
    Ok(())
}

/// Who wrote the events of imported orders.
const ACTOR: &str = "import";

async fn write(tx: &Tx, ids: &Ids, now: DateTime<Utc>, batch: Vec<(OrderId, &HistoricOrder)>) -> Result<()> {
    let customers = customer::ensure(tx, ids, batch.iter().filter_map(|(_, order)| buyer(order)).collect()).await?;
    let skus: HashSet<&str> = batch
        .iter()
        .flat_map(|(_, o)| o.lines.iter().map(|l| l.sku.as_str()))
        .collect();
    let skus: Vec<String> = skus
        .into_iter()
        .filter(|sku| !sku.is_empty())
        .map(str::to_owned)
        .collect();
    let variants: HashMap<String, VariantId> = variant::Entity::find()
        .select_only()
        .columns([variant::Column::Sku, variant::Column::Id])
        .filter(any_text(tx, variant::Column::Sku, &skus))
        .into_tuple::<(String, VariantId)>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let mut rows = Vec::with_capacity(batch.len());
    let (mut lines, mut events) = (Vec::new(), Vec::new());
    for (order_id, order) in batch {
        for (position, line) in order.lines.iter().enumerate() {
            lines.push(
                order_line::Model {
                    id: ids.new_id(),
                    order_id,
                    variant_id: variants.get(&line.sku).copied(),
                    sku: line.sku.clone(),
                    name: line.name.clone(),
                    quantity: line.quantity,
                    unit_price: line.unit_price,
                    discount_total: line.discount_total,
                    // The file does not say which rate it was.
                    tax_rate_bp: 0,
                    tax_total: line.tax_total,
                    total: line.total,
                    position: i32::try_from(position).unwrap_or(i32::MAX),
                }
                .into_active_model(),
            );
        }
        for (kind, message, created_at) in &order.events {
            events.push(
                order_event::Model {
                    id: ids.new_id(),
                    order_id,
                    kind: (*kind).to_owned(),
                    message: (*message).to_owned(),
                    actor: ACTOR.to_owned(),
                    created_at: *created_at,
                }
                .into_active_model(),
            );
        }
        let customer_id = order.email.as_ref().and_then(|email| customers.get(email).copied());
        rows.push(row(ids, now, order_id, customer_id, order).into_active_model());
    }
    use orders::Column;
    let overwritten: Vec<Column> = Column::iter()
        .filter(|column| {
            !matches!(
                column,
                Column::Id | Column::Number | Column::CartId | Column::AccessToken | Column::CreatedAt
            )
        })
        .collect();
    upsert_all(tx, rows, &[Column::Id], &overwritten).await?;
    insert_all(tx, lines).await?;
    insert_all(tx, events).await
}

fn row(
    ids: &Ids,
    now: DateTime<Utc>,
    id: OrderId,
    customer_id: Option<CustomerId>,
    order: &HistoricOrder,
) -> orders::Model {
    orders::Model {
        id,
        number: order.number.clone(),
        channel_id: order.channel_id,
        cart_id: None,
        customer_id,
        email: order.email.clone(),
        access_token: ids.secret(),
        status: order.status,
        payment_status: order.payment_status,
        fulfillment_status: order.fulfillment_status,
        currency_code: order.currency.code().to_owned(),
        tax_included: order.tax_included,
        subtotal: order.subtotal,
        discount_total: order.discount_total,
        shipping_total: order.shipping_total,
        tax_total: order.tax_total,
        total: order.total,
        paid_total: order.paid_total,
        refunded_total: 0,
        shipping_address: order.shipping_address.clone(),
        billing_address: order.billing_address.clone(),
        delivery_name: order.delivery_name.clone(),
        content_hash: Some(order.content_hash.clone()),
        placed_at: order.placed_at,
        created_at: now,
    }
}

fn buyer(order: &HistoricOrder) -> Option<NewCustomer> {
    let address = order.billing_address.as_ref().or(order.shipping_address.as_ref());
    let name = |part: fn(&Address) -> &String| address.map(part).filter(|name| !name.is_empty()).cloned();
    Some(NewCustomer {
        email: order.email.clone()?,
        first_name: name(|a| &a.first_name),
        last_name: name(|a| &a.last_name),
        since: order.placed_at,
    })
}
