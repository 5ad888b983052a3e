//! Staff changes a product. The fields that a change names are written, the others stay; what belongs to a product in
//! several rows (options, variants, attributes) goes the way of every written product, through a draft.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::catalog::product::ProductStatus;
use entity::catalog::variant::SelectedOption;
use entity::catalog::{attribute, product, product_attribute, product_listing, product_option, product_tag};
use entity::catalog::{variant, variant_price};
use entity::{AttributeId, CategoryId, ChannelId, ProductId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::catalog::attribute::{AttributeValue, NewAttribute};
use crate::catalog::draft::{
    DESCRIPTION_MAX, Draft, DraftError, DraftVariant, NAME_MAX, in_order_of_options, without_place,
};
use crate::catalog::events::ProductsChanged;
use crate::catalog::save::{SaveError, rewrite};
use crate::platform::db::{Tx, any_of, constraint_of, insert_all};
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::id::Ids;
use crate::platform::locale::{Message, message};
use crate::platform::text::slugify;

/// What to change. None leaves a field as it is; `Some(None)` empties it.
#[derive(Clone, Debug, Default)]
pub struct UpdateProduct {
    /// The version the change was made on; another one is refused.
    pub expected_version: Option<i32>,
    /// Name for people.
    pub name: Option<String>,
    /// Unique name in addresses.
    pub slug: Option<String>,
    /// HTML.
    pub description: Option<String>,
    /// Brand.
    pub brand: Option<Option<String>>,
    /// Category.
    pub category_id: Option<Option<CategoryId>>,
    /// All tags.
    pub tags: Option<Vec<String>>,
    /// Whether it is on sale.
    pub status: Option<ProductStatus>,
    /// All options with their values.
    pub options: Option<Vec<(String, Vec<String>)>>,
    /// All variants in order.
    pub variants: Option<Vec<UpdateVariant>>,
    /// All attributes.
    pub attributes: Option<Vec<NewAttribute>>,
}

/// A variant of a changed product, known by its SKU. None leaves a field of a known variant as it is.
#[derive(Clone, Debug, Default)]
pub struct UpdateVariant {
    /// Unique stock keeping unit.
    pub sku: String,
    /// EAN, UPC or ISBN.
    pub barcode: Option<Option<String>>,
    /// One value an option.
    pub selected_options: Option<Vec<SelectedOption>>,
    /// Weight in grams.
    pub weight_grams: Option<i64>,
    /// Whether stock limits its sale.
    pub track_inventory: Option<bool>,
    /// Price in the channel of the change, minor units.
    pub price: Option<Option<i64>>,
    /// Former price in the channel of the change, minor units.
    pub compare_at: Option<Option<i64>>,
    /// Whether opening stock comes with it: only a new variant has such.
    pub opening_stock: bool,
}

/// Why a product was not changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum UpdateError {
    /// There is no such product.
    NotFound,
    /// It has changed since it was read.
    Stale(i32),
    /// What it would become is refused.
    #[error(transparent)]
    Save(#[from] SaveError),
    /// A variant (its place, from 0) that is there already comes with opening stock.
    OpeningStock {
        /// The variant, from 0.
        variant: usize,
        /// The SKU.
        sku: String,
    },
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl UpdateError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("product-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Save(error) => error.message(),
            Self::OpeningStock { sku, .. } => message!("opening-stock-present", sku = sku.as_str()),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for UpdateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Changes the fields of a product that `change` names, prices in `channel`, and emits [`ProductsChanged`]. Gives the
/// variants that `change` names, by SKU.
///
/// # Errors
/// See [`UpdateError`]; the transaction is to be rolled back then.
pub(crate) async fn update_product(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    channel: ChannelId,
    (id, change): (ProductId, UpdateProduct),
) -> Result<Vec<(String, VariantId)>, UpdateError> {
    check(&change)?;
    let row = write_fields(tx, now, id, &change).await?;
    if let Some(tags) = change.tags {
        write_tags(tx, id, tags).await?;
    }
    if change.options.is_none() && change.variants.is_none() && change.attributes.is_none() {
        event::emit(tx, &ProductsChanged { products: vec![id] }).await?;
        return Ok(Vec::new());
    }
    let mut draft = draft_of_row(tx, &row, channel).await?;
    if let Some(options) = change.options {
        draft.options = options;
    }
    if let Some(variants) = change.variants {
        let mut known: HashMap<String, DraftVariant> = draft.variants.into_iter().map(|v| (v.sku.clone(), v)).collect();
        let retired = retired_skus(tx, id).await?;
        draft.variants = Vec::with_capacity(variants.len());
        for (variant, new) in variants.into_iter().enumerate() {
            let old = known.remove(&new.sku);
            if new.opening_stock && (old.is_some() || retired.contains(&new.sku)) {
                return Err(UpdateError::OpeningStock { variant, sku: new.sku });
            }
            draft.variants.push(merged(old, new, channel));
        }
    }
    for variant in &mut draft.variants {
        let chosen = std::mem::take(&mut variant.selected_options);
        variant.selected_options = in_order_of_options(&draft.options, chosen);
    }
    if let Some(attributes) = change.attributes {
        draft.attributes = attributes;
    }
    Ok(rewrite(tx, ids, now, (&row, draft), channel).await??.variants)
}

fn check(change: &UpdateProduct) -> Result<(), SaveError> {
    let mut errors = Vec::new();
    if let Some(name) = &change.name
        && (name.trim().is_empty() || name.chars().count() > NAME_MAX)
    {
        errors.push(DraftError::Name);
    }
    if let Some(slug) = &change.slug
        && (slug.is_empty() || slugify(slug) != *slug)
    {
        errors.push(DraftError::Slug(slug.clone()));
    }
    let text = change.description.as_ref();
    if text.is_some_and(|text| text.len() > DESCRIPTION_MAX) {
        errors.push(DraftError::Description);
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(SaveError::Draft(errors))
    }
}

/// The conditional UPDATE that guards the version; it comes first, so that whoever changes the same product waits here.
async fn write_fields(
    tx: &Tx,
    now: DateTime<Utc>,
    id: ProductId,
    change: &UpdateProduct,
) -> Result<product::Model, UpdateError> {
    let mut update = product::Entity::update_many()
        .col_expr(product::Column::Version, Expr::col(product::Column::Version).add(1))
        .col_expr(product::Column::UpdatedAt, Expr::value(now))
        // What staff wrote is not what the last import wrote: the next import decides again.
        .col_expr(product::Column::ContentHash, Expr::value(Option::<String>::None))
        .filter(product::Column::Id.eq(id));
    if let Some(version) = change.expected_version {
        update = update.filter(product::Column::Version.eq(version));
    }
    if let Some(name) = &change.name {
        update = update.col_expr(product::Column::Name, Expr::value(name.trim()));
    }
    if let Some(slug) = &change.slug {
        update = update.col_expr(product::Column::Slug, Expr::value(slug.as_str()));
    }
    if let Some(description) = &change.description {
        update = update.col_expr(product::Column::Description, Expr::value(description.as_str()));
    }
    if let Some(brand) = &change.brand {
        update = update.col_expr(product::Column::Brand, Expr::value(brand.clone()));
    }
    if let Some(category) = change.category_id {
        update = update.col_expr(product::Column::CategoryId, Expr::value(category));
    }
    if let Some(status) = change.status {
        update = update.col_expr(product::Column::Status, Expr::value(status));
    }
    let result = update
        .exec(tx)
        .await
        .map_err(|error| match constraint_of(&error).as_deref() {
            Some("uq_product_slug") => SaveError::SlugTaken(change.slug.clone().unwrap_or_default()).into(),
            _ => UpdateError::Fault(error.into()),
        })?;
    let row = product::Entity::find_by_id(id)
        .one(tx)
        .await?
        .ok_or(UpdateError::NotFound)?;
    if result.rows_affected == 0 {
        return Err(UpdateError::Stale(row.version));
    }
    Ok(row)
}

async fn write_tags(tx: &Tx, id: ProductId, mut tags: Vec<String>) -> Result<()> {
    tags.sort_unstable();
    tags.dedup();
    product_tag::Entity::delete_many()
        .filter(product_tag::Column::ProductId.eq(id))
        .exec(tx)
        .await?;
    let rows = tags
        .into_iter()
        .map(|tag| product_tag::Model { product_id: id, tag }.into_active_model());
    insert_all(tx, rows.collect()).await
}

/// What `new` makes of `old`, or of nothing.
fn merged(old: Option<DraftVariant>, new: UpdateVariant, channel: ChannelId) -> DraftVariant {
    let mut variant = old.unwrap_or_else(|| DraftVariant {
        sku: new.sku,
        barcode: None,
        selected_options: Vec::new(),
        weight_grams: 0,
        track_inventory: true,
        requires_shipping: true,
        taxable: true,
        prices: Vec::new(),
    });
    if let Some(barcode) = new.barcode {
        variant.barcode = barcode;
    }
    if let Some(selected) = new.selected_options {
        variant.selected_options = selected;
    }
    if let Some(weight) = new.weight_grams {
        variant.weight_grams = weight;
    }
    if let Some(track) = new.track_inventory {
        variant.track_inventory = track;
    }
    let old = variant.prices.first().copied();
    let price = new.price.unwrap_or(old.map(|(_, price, _)| price));
    let compare_at = new.compare_at.unwrap_or(old.and_then(|(.., compare_at)| compare_at));
    variant.prices = price.map(|price| (channel, price, compare_at)).into_iter().collect();
    variant
}

/// SKUs of the variants that were taken out of the product and stay because somebody has claimed them.
async fn retired_skus(tx: &Tx, id: ProductId) -> Result<Vec<String>> {
    let rows = variant::Entity::find()
        .filter(variant::Column::ProductId.eq(id))
        .all(tx)
        .await?;
    let retired = rows
        .into_iter()
        .filter(|row| without_place(&row.sku) == row.options_key);
    Ok(retired.map(|row| row.sku).collect())
}

/// The product as it is, with its prices in `channel`, as far as a draft can say it.
pub(super) async fn draft_of_row(tx: &Tx, row: &product::Model, channel: ChannelId) -> Result<Draft> {
    let id = row.id;
    let options = product_option::Entity::find()
        .filter(product_option::Column::ProductId.eq(id))
        .order_by_asc(product_option::Column::Position)
        .all(tx)
        .await?;
    let variants = variant::Entity::find()
        .filter(variant::Column::ProductId.eq(id))
        .order_by_asc(variant::Column::Position)
        .order_by_asc(variant::Column::Id)
        .all(tx)
        .await?;
    let keys: Vec<VariantId> = variants.iter().map(|v| v.id).collect();
    let prices: HashMap<VariantId, variant_price::Model> = variant_price::Entity::find()
        .filter(variant_price::Column::ChannelId.eq(channel))
        .filter(any_of(tx, variant_price::Column::VariantId, &keys))
        .all(tx)
        .await?
        .into_iter()
        .map(|price| (price.variant_id, price))
        .collect();
    let listing = product_listing::Entity::find_by_id((id, channel)).one(tx).await?;
    let tags = product_tag::Entity::find()
        .filter(product_tag::Column::ProductId.eq(id))
        .all(tx)
        .await?;
    let of_place = variants.into_iter().filter(|v| without_place(&v.sku) != v.options_key);
    Ok(Draft {
        slug: row.slug.clone(),
        name: row.name.clone(),
        description: row.description.clone(),
        brand: row.brand.clone(),
        category_id: row.category_id,
        status: row.status,
        // A listing without a price was never shown: what is priced first is shown.
        published: listing.is_none_or(|l| l.published || l.min_price.is_none()),
        tags: tags.into_iter().map(|t| t.tag).collect(),
        seo_title: row.seo_title.clone(),
        seo_description: row.seo_description.clone(),
        options: options.into_iter().map(|o| (o.name, o.values.0)).collect(),
        variants: of_place
            .map(|v| DraftVariant {
                prices: prices
                    .get(&v.id)
                    .map(|p| (channel, p.amount, p.compare_at))
                    .into_iter()
                    .collect(),
                sku: v.sku,
                barcode: v.barcode,
                selected_options: v.selected_options.0,
                weight_grams: v.weight_grams,
                track_inventory: v.track_inventory,
                requires_shipping: v.requires_shipping,
                taxable: v.taxable,
            })
            .collect(),
        attributes: attributes_of(tx, id).await?,
        media: Vec::new(),
        content_hash: None,
    })
}

async fn attributes_of(tx: &Tx, id: ProductId) -> Result<Vec<NewAttribute>> {
    let values = product_attribute::Entity::find()
        .filter(product_attribute::Column::ProductId.eq(id))
        .order_by_asc(product_attribute::Column::AttributeId)
        .order_by_asc(product_attribute::Column::Position)
        .all(tx)
        .await?;
    let keys: Vec<AttributeId> = values.iter().map(|value| value.attribute_id).collect();
    let names: HashMap<AttributeId, String> = attribute::Entity::find()
        .filter(any_of(tx, attribute::Column::Id, &keys))
        .all(tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row.key))
        .collect();
    let mut attributes: Vec<NewAttribute> = Vec::new();
    for value in values {
        let Some(key) = names.get(&value.attribute_id) else {
            continue;
        };
        let new = value
            .number
            .map_or(AttributeValue::Text(value.value), AttributeValue::Number);
        match attributes.last_mut() {
            Some(last) if last.key == *key => last.values.push(new),
            _ => attributes.push(NewAttribute {
                key: key.clone(),
                values: vec![new],
            }),
        }
    }
    Ok(attributes)
}
