//! A product as the audit log tells of it: what staff can change, field by field.

use std::collections::BTreeMap;

use entity::catalog::product::{self, ProductStatus};
use entity::{CategoryId, ChannelId, ProductId};
use sea_orm::{EntityTrait, QuerySelect};
use serde::Serialize;

use crate::catalog::attribute::AttributeValue;
use crate::catalog::draft::{Draft, DraftVariant};
use crate::catalog::update_product::draft_of_row;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// A product as it is.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductState {
    name: String,
    slug: String,
    description: String,
    brand: Option<String>,
    category_id: Option<CategoryId>,
    status: ProductStatus,
    tags: Vec<String>,
    options: Vec<OptionState>,
    variants: BTreeMap<String, VariantState>,
    attributes: Vec<AttributeState>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct OptionState {
    name: String,
    values: Vec<String>,
}

/// A variant, under its SKU.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct VariantState {
    position: usize,
    barcode: Option<String>,
    selected_options: Vec<(String, String)>,
    weight_grams: i64,
    track_inventory: bool,
    prices: BTreeMap<ChannelId, PriceState>,
}

/// Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceState {
    amount: i64,
    compare_at: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct AttributeState {
    key: String,
    values: Vec<String>,
}

impl From<Draft> for ProductState {
    fn from(draft: Draft) -> Self {
        let mut tags = draft.tags;
        tags.sort_unstable();
        let variants = draft.variants.into_iter().enumerate();
        let options = draft.options.into_iter();
        let attributes = draft.attributes.into_iter();
        Self {
            name: draft.name,
            slug: draft.slug,
            description: draft.description,
            brand: draft.brand,
            category_id: draft.category_id,
            status: draft.status,
            tags,
            options: options.map(|(name, values)| OptionState { name, values }).collect(),
            variants: variants.map(variant_state).collect(),
            attributes: attributes
                .map(|attribute| AttributeState {
                    key: attribute.key,
                    values: attribute.values.iter().map(AttributeValue::shown).collect(),
                })
                .collect(),
        }
    }
}

fn variant_state((position, variant): (usize, DraftVariant)) -> (String, VariantState) {
    let selected = variant.selected_options.into_iter();
    let prices = variant.prices.into_iter();
    let state = VariantState {
        position,
        barcode: variant.barcode,
        selected_options: selected.map(|option| (option.name, option.value)).collect(),
        weight_grams: variant.weight_grams,
        track_inventory: variant.track_inventory,
        prices: prices
            .map(|(channel, amount, compare_at)| (channel, PriceState { amount, compare_at }))
            .collect(),
    };
    (variant.sku, state)
}

/// The product `id` as it is, with its prices in `channel`. Whoever else wants to change it waits until `tx` ends.
pub(crate) async fn product_state(tx: &Tx, id: ProductId, channel: ChannelId) -> Result<Option<ProductState>> {
    let row = product::Entity::find_by_id(id).lock_exclusive().one(tx).await?;
    match row {
        Some(row) => Ok(Some(draft_of_row(tx, &row, channel).await?.into())),
        None => Ok(None),
    }
}
