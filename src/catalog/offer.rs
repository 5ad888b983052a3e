//! Reads of variants, as a channel sells them.

use std::collections::HashMap;

use entity::catalog::{product, product_listing, variant, variant_price};
use entity::inventory::stock_level;
use entity::{ProductId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable, JoinType, QueryFilter,
    QueryOrder, QueryResult, QuerySelect, Select,
};

use crate::catalog::query::{Listed, listed_of, products_by_ids, visible};
use crate::channel::Scope;
use crate::platform::db::any_of;
use crate::platform::error::Result;
use crate::platform::money::{Currency, Money};

/// A variant as a channel sells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// The variant.
    pub row: variant::Model,
    /// Currency of the channel.
    pub currency: Currency,
    /// Its price in the channel, minor units; none when it is not sold there.
    pub price: Option<i64>,
    /// Its former price, minor units.
    pub compare_at: Option<i64>,
    /// Units that the channel can sell now.
    pub available: i64,
}

impl Variant {
    /// Its price in the channel.
    pub fn price(&self) -> Option<Money> {
        self.price.map(|minor| Money::new(minor, self.currency))
    }

    /// Whether `quantity` units can be sold now.
    pub fn can_sell(&self, quantity: i64) -> bool {
        self.price.is_some() && (!self.row.track_inventory || self.available >= quantity)
    }
}

#[derive(FromQueryResult)]
struct Offer {
    amount: Option<i64>,
    compare_at: Option<i64>,
    available: Option<i64>,
}

/// Variants with price and stock in the channel. Stock belongs to inventory; it is read here because nobody shows a
/// variant without it.
fn select_variants(scope: &Scope, rule: Expr) -> Select<variant::Entity> {
    let available = Query::select()
        .expr(Expr::cust(
            "CAST(SUM(\"stock_level\".\"on_hand\" - \"stock_level\".\"reserved\" - \"stock_level\".\"allocated\") AS BIGINT)",
        ))
        .from(stock_level::Entity)
        .and_where(
            Expr::col(stock_level::Column::VariantId.as_column_ref()).equals(variant::Column::Id.as_column_ref()),
        )
        .and_where(stock_level::Column::LocationId.is_in(scope.channel.locations.iter().copied()))
        .to_owned();
    let price = Condition::all()
        .add(Expr::col(variant_price::Column::VariantId.as_column_ref()).equals(variant::Column::Id.as_column_ref()))
        .add(variant_price::Column::ChannelId.eq(scope.channel.id));
    let mut select = variant::Entity::find()
        .column(variant_price::Column::Amount)
        .column(variant_price::Column::CompareAt)
        .expr_as(Expr::SubQuery(None, Box::new(available.into())), "available")
        .filter(rule);
    QuerySelect::query(&mut select).join(JoinType::LeftJoin, variant_price::Entity, price);
    select
}

fn variant_of(row: &QueryResult, scope: &Scope) -> Result<Variant> {
    let offer = Offer::from_query_result(row, "")?;
    Ok(Variant {
        row: variant::Model::from_query_result(row, "")?,
        currency: scope.channel.currency,
        price: offer.amount,
        compare_at: offer.compare_at,
        available: Ord::max(offer.available.unwrap_or(0), 0),
    })
}

/// Reads variants in their order, in one statement.
async fn variants(db: &impl ConnectionTrait, scope: &Scope, rule: Expr) -> Result<Vec<Variant>> {
    let select = select_variants(scope, rule)
        .order_by_asc(variant::Column::ProductId)
        .order_by_asc(variant::Column::Position)
        .order_by_asc(variant::Column::Id);
    let rows = db.query_all(&sea_orm::QueryTrait::into_query(select)).await?;
    rows.iter().map(|row| variant_of(row, scope)).collect()
}

/// The variants whose keys `among` selects, whether or not their product is listed, each with its product if the viewer
/// may see that; in one statement. Not by a list of keys: PostgreSQL would plan this anew for each, which takes longer
/// than reading.
///
/// # Errors
/// Those of the database.
pub async fn variants_with_products(
    db: &impl ConnectionTrait,
    scope: &Scope,
    among: SelectStatement,
) -> Result<HashMap<VariantId, (Variant, Option<Listed>)>> {
    const OF_PRODUCT: &str = "product_";
    let mut select = select_variants(scope, variant::Column::Id.in_subquery(among))
        .column(product_listing::Column::MinPrice)
        .column(product_listing::Column::MaxPrice)
        .column(product_listing::Column::UnitsSold);
    for column in product::Column::iter() {
        select = select.column_as(column, format!("{OF_PRODUCT}{}", column.as_str()));
    }
    let of_variant = variant::Column::ProductId;
    let listing = Condition::all()
        .add(Expr::col(product_listing::Column::ProductId.as_column_ref()).equals(of_variant.as_column_ref()))
        .add(product_listing::Column::ChannelId.eq(scope.channel.id));
    let product = Condition::all()
        .add(Expr::col(product::Column::Id.as_column_ref()).equals(of_variant.as_column_ref()))
        .add(visible(scope));
    QuerySelect::query(&mut select)
        .join(JoinType::LeftJoin, product_listing::Entity, listing)
        .join(JoinType::LeftJoin, product::Entity, product);
    let rows = db.query_all(&sea_orm::QueryTrait::into_query(select)).await?;
    rows.iter()
        .map(|row| {
            let variant = variant_of(row, scope)?;
            let seen: Option<ProductId> = row.try_get(OF_PRODUCT, "id")?;
            let product = seen.map(|_| listed_of(row, OF_PRODUCT, scope)).transpose()?;
            Ok((variant.row.id, (variant, product)))
        })
        .collect()
}

/// The variants of products, in their order.
///
/// # Errors
/// Those of the database.
pub async fn variants_of_products(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<Variant>>> {
    let mut of: HashMap<ProductId, Vec<Variant>> = HashMap::new();
    for variant in variants(db, scope, any_of(db, variant::Column::ProductId, ids)).await? {
        of.entry(variant.row.product_id).or_default().push(variant);
    }
    Ok(of)
}

/// Variants by key, whether or not their product is listed: carts and orders name them.
///
/// # Errors
/// Those of the database.
pub async fn variants_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[VariantId],
) -> Result<HashMap<VariantId, Variant>> {
    let found = variants(db, scope, any_of(db, variant::Column::Id, ids)).await?;
    Ok(found.into_iter().map(|v| (v.row.id, v)).collect())
}

/// The variant `id`, if its product may be seen by the viewer.
///
/// # Errors
/// Those of the database.
pub async fn variant_by_id(db: &impl ConnectionTrait, scope: &Scope, id: VariantId) -> Result<Option<Variant>> {
    let Some(variant) = variants_by_ids(db, scope, &[id]).await?.remove(&id) else {
        return Ok(None);
    };
    let product = products_by_ids(db, scope, &[variant.row.product_id]).await?;
    Ok((!product.is_empty()).then_some(variant))
}
