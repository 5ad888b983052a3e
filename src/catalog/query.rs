//! Reads of the catalogue, scoped by channel and viewer.

use std::collections::{HashMap, HashSet};

use entity::catalog::product::ProductStatus;
use entity::catalog::{
    attribute, collection, collection_product, media, product, product_attribute, product_listing, product_option,
    product_tag, variant,
};
use entity::{CollectionId, ProductId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, Select,
};

use crate::channel::Scope;
use crate::platform::db::any_of;
use crate::platform::error::Result;
use crate::platform::money::Currency;
use crate::platform::permission::Permission;

/// A product row.
pub type Product = product::Model;

/// A product as a channel lists it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The product.
    pub product: Product,
    /// Currency of the channel.
    pub currency: Currency,
    /// Lowest price of a variant in the channel, minor units.
    pub min_price: Option<i64>,
    /// Highest price of a variant in the channel, minor units.
    pub max_price: Option<i64>,
    /// Units sold, for BEST_SELLING.
    pub units_sold: i64,
}

/// Products with their listing, as far as the viewer may see them: shoppers see what is active, published in the
/// channel and has a price there; who may read the catalogue as staff sees all.
pub(super) fn scoped(scope: &Scope) -> Select<product::Entity> {
    let listing = Condition::all()
        .add(Expr::col(product_listing::Column::ProductId.as_column_ref()).equals(product::Column::Id.as_column_ref()))
        .add(product_listing::Column::ChannelId.eq(scope.channel.id));
    let mut select = product::Entity::find();
    let join = if scope.viewer.may(Permission::CatalogRead) {
        JoinType::LeftJoin
    } else {
        JoinType::InnerJoin
    };
    QuerySelect::query(&mut select).join(join, product_listing::Entity, listing);
    select.filter(visible(scope))
}

/// Which products with their listing the viewer may see.
pub(super) fn visible(scope: &Scope) -> Condition {
    if scope.viewer.may(Permission::CatalogRead) {
        return Condition::all();
    }
    Condition::all()
        .add(product::Column::Status.eq(ProductStatus::Active))
        .add(product_listing::Column::Published.eq(true))
        .add(product_listing::Column::MinPrice.is_not_null())
}

#[derive(FromQueryResult)]
struct Prices {
    min_price: Option<i64>,
    max_price: Option<i64>,
    units_sold: Option<i64>,
}

/// Runs a [`scoped`] select.
pub(super) async fn listed(
    db: &impl ConnectionTrait,
    scope: &Scope,
    select: Select<product::Entity>,
) -> Result<Vec<Listed>> {
    let select = select
        .column(product_listing::Column::MinPrice)
        .column(product_listing::Column::MaxPrice)
        .column(product_listing::Column::UnitsSold);
    let rows = db.query_all(&sea_orm::QueryTrait::into_query(select)).await?;
    rows.iter().map(|row| listed_of(row, "", scope)).collect()
}

pub(super) fn listed_of(row: &QueryResult, prefix: &str, scope: &Scope) -> Result<Listed> {
    let prices = Prices::from_query_result(row, "")?;
    Ok(Listed {
        product: Product::from_query_result(row, prefix)?,
        currency: scope.channel.currency,
        min_price: prices.min_price,
        max_price: prices.max_price,
        units_sold: prices.units_sold.unwrap_or(0),
    })
}

/// Products by key, as far as the viewer may see them.
///
/// # Errors
/// Those of the database.
pub async fn products_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Listed>> {
    let rows = listed(db, scope, scoped(scope).filter(any_of(db, product::Column::Id, ids))).await?;
    Ok(rows.into_iter().map(|row| (row.product.id, row)).collect())
}

/// Which of `ids` the viewer may see.
///
/// # Errors
/// Those of the database.
pub async fn visible_products(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[ProductId],
) -> Result<HashSet<ProductId>> {
    let ids = scoped(scope)
        .select_only()
        .column(product::Column::Id)
        .filter(any_of(db, product::Column::Id, ids));
    let seen: Vec<ProductId> = ids.into_tuple().all(db).await?;
    Ok(seen.into_iter().collect())
}

/// The products that variants belong to.
///
/// # Errors
/// Those of the database.
pub async fn products_of_variants(
    db: &impl ConnectionTrait,
    ids: &[VariantId],
) -> Result<HashMap<VariantId, ProductId>> {
    let pairs = variant::Entity::find()
        .select_only()
        .columns([variant::Column::Id, variant::Column::ProductId])
        .filter(any_of(db, variant::Column::Id, ids));
    let pairs: Vec<(VariantId, ProductId)> = pairs.into_tuple().all(db).await?;
    Ok(pairs.into_iter().collect())
}

/// The product named `slug`, if the viewer may see it.
///
/// # Errors
/// Those of the database.
pub async fn product_by_slug(db: &impl ConnectionTrait, scope: &Scope, slug: &str) -> Result<Option<Listed>> {
    Ok(listed(db, scope, scoped(scope).filter(product::Column::Slug.eq(slug)))
        .await?
        .pop())
}

/// The product with the variant `sku`, if the viewer may see it.
///
/// # Errors
/// Those of the database.
pub async fn product_by_sku(db: &impl ConnectionTrait, scope: &Scope, sku: &str) -> Result<Option<Listed>> {
    let of_sku = Query::select()
        .column(variant::Column::ProductId)
        .from(variant::Entity)
        .and_where(variant::Column::Sku.eq(sku))
        .to_owned();
    Ok(
        listed(db, scope, scoped(scope).filter(product::Column::Id.in_subquery(of_sku)))
            .await?
            .pop(),
    )
}

/// The pictures of products, in their order.
///
/// # Errors
/// Those of the database.
pub async fn media_of_products(
    db: &impl ConnectionTrait,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<media::Model>>> {
    let rows = media::Entity::find()
        .filter(any_of(db, media::Column::ProductId, ids))
        .order_by_asc(media::Column::Position)
        .order_by_asc(media::Column::Id)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| row.product_id))
}

/// The options of products, in their order.
///
/// # Errors
/// Those of the database.
pub async fn options_of_products(
    db: &impl ConnectionTrait,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<product_option::Model>>> {
    let rows = product_option::Entity::find()
        .filter(any_of(db, product_option::Column::ProductId, ids))
        .order_by_asc(product_option::Column::Position)
        .all(db)
        .await?;
    Ok(grouped(rows, |row| row.product_id))
}

/// The tags of products, sorted.
///
/// # Errors
/// Those of the database.
pub async fn tags_of_products(db: &impl ConnectionTrait, ids: &[ProductId]) -> Result<HashMap<ProductId, Vec<String>>> {
    let rows = product_tag::Entity::find()
        .filter(any_of(db, product_tag::Column::ProductId, ids))
        .order_by_asc(product_tag::Column::Tag)
        .all(db)
        .await?;
    let mut of: HashMap<ProductId, Vec<String>> = HashMap::new();
    for row in rows {
        of.entry(row.product_id).or_default().push(row.tag);
    }
    Ok(of)
}

/// An attribute of a product with its definition.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct ShownAttribute {
    /// The product.
    pub product_id: ProductId,
    /// Name in filters.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// Type of the value.
    pub kind: attribute::AttributeKind,
    /// The value as shown.
    pub value: String,
    /// The value of a number attribute.
    pub number: Option<f64>,
}

/// The attributes of products, by name.
///
/// # Errors
/// Those of the database.
pub async fn attributes_of_products(
    db: &impl ConnectionTrait,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<ShownAttribute>>> {
    let definition = Condition::all().add(
        Expr::col(attribute::Column::Id.as_column_ref()).equals(product_attribute::Column::AttributeId.as_column_ref()),
    );
    let mut select = product_attribute::Entity::find()
        .select_only()
        .column(product_attribute::Column::ProductId)
        .column(product_attribute::Column::Value)
        .column(product_attribute::Column::Number)
        .column(attribute::Column::Key)
        .column(attribute::Column::Name)
        .column(attribute::Column::Kind)
        .filter(any_of(db, product_attribute::Column::ProductId, ids))
        .order_by_asc(attribute::Column::Name)
        .order_by_asc(product_attribute::Column::Position);
    QuerySelect::query(&mut select).join(JoinType::InnerJoin, attribute::Entity, definition);
    let rows = select.into_model::<ShownAttribute>().all(db).await?;
    Ok(grouped(rows, |row| row.product_id))
}

/// The collections of products, by name.
///
/// # Errors
/// Those of the database.
pub async fn collections_of_products(
    db: &impl ConnectionTrait,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<collection::Model>>> {
    let on = Condition::all().add(
        Expr::col(collection_product::Column::CollectionId.as_column_ref())
            .equals(collection::Column::Id.as_column_ref()),
    );
    let mut select = collection::Entity::find()
        .column(collection_product::Column::ProductId)
        .filter(any_of(db, collection_product::Column::ProductId, ids))
        .order_by_asc(collection::Column::Name);
    QuerySelect::query(&mut select).join(JoinType::InnerJoin, collection_product::Entity, on);
    let rows = db.query_all(&sea_orm::QueryTrait::into_query(select)).await?;
    let mut of: HashMap<ProductId, Vec<collection::Model>> = HashMap::new();
    for row in &rows {
        let product: ProductId = row.try_get("", "product_id")?;
        of.entry(product)
            .or_default()
            .push(collection::Model::from_query_result(row, "")?);
    }
    Ok(of)
}

/// A collection by key or slug.
///
/// # Errors
/// Those of the database.
pub async fn collection_by(
    db: &impl ConnectionTrait,
    id: Option<CollectionId>,
    slug: Option<&str>,
) -> Result<Option<collection::Model>> {
    let mut select = collection::Entity::find();
    if let Some(id) = id {
        select = select.filter(collection::Column::Id.eq(id));
    }
    if let Some(slug) = slug {
        select = select.filter(collection::Column::Slug.eq(slug));
    }
    Ok(select.one(db).await?)
}

fn grouped<T>(rows: Vec<T>, product: impl Fn(&T) -> ProductId) -> HashMap<ProductId, Vec<T>> {
    let mut of: HashMap<ProductId, Vec<T>> = HashMap::new();
    for row in rows {
        of.entry(product(&row)).or_default().push(row);
    }
    of
}

/// Collections by key.
///
/// # Errors
/// Those of the database.
pub async fn collections_by_ids(
    db: &impl ConnectionTrait,
    ids: &[CollectionId],
) -> Result<HashMap<CollectionId, collection::Model>> {
    let rows = collection::Entity::find()
        .filter(any_of(db, collection::Column::Id, ids))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}
