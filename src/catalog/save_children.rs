//! The rows below a product: taken away when it changes, and the attributes that it gets anew.

use std::collections::{HashMap, HashSet};

use entity::catalog::{
    attribute, media, product_attribute, product_listing, product_option, product_tag, variant, variant_price,
};
use entity::inventory::{allocation, reservation};
use entity::{AttributeId, ProductId, VariantId};
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};

use crate::catalog::attribute::{NewAttribute, name_of, value_key};
use crate::catalog::save::position_of;
use crate::platform::db::{Tx, any_of, any_text};
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// Takes away what changed products will get anew, and the variants that they no longer have. A variant that somebody
/// is paying for or waiting for stays without a price: it cannot be bought again.
pub(super) async fn clear_children(tx: &Tx, products: &[ProductId], kept: &[VariantId]) -> Result<()> {
    if products.is_empty() {
        return Ok(());
    }
    let of_products = Query::select()
        .column(variant::Column::Id)
        .from(variant::Entity)
        .and_where(any_of(tx, variant::Column::ProductId, products))
        .to_owned();
    variant_price::Entity::delete_many()
        .filter(variant_price::Column::VariantId.in_subquery(of_products))
        .exec(tx)
        .await?;
    let reserved = Query::select()
        .column(reservation::Column::VariantId)
        .from(reservation::Entity)
        .to_owned();
    let allocated = Query::select()
        .column(allocation::Column::VariantId)
        .from(allocation::Entity)
        .to_owned();
    variant::Entity::delete_many()
        .filter(any_of(tx, variant::Column::ProductId, products))
        .filter(any_of(tx, variant::Column::Id, kept).not())
        .filter(variant::Column::Id.not_in_subquery(reserved))
        .filter(variant::Column::Id.not_in_subquery(allocated))
        .exec(tx)
        .await?;
    // Free the combinations of those that stay, so that two variants may swap theirs.
    variant::Entity::update_many()
        .col_expr(
            variant::Column::OptionsKey,
            Expr::cust("\"sku\" || CAST(\"id\" AS TEXT)"),
        )
        .filter(any_of(tx, variant::Column::ProductId, products))
        .exec(tx)
        .await?;
    product_listing::Entity::update_many()
        .col_expr(product_listing::Column::Published, Expr::value(false))
        .filter(any_of(tx, product_listing::Column::ProductId, products))
        .exec(tx)
        .await?;
    product_option::Entity::delete_many()
        .filter(any_of(tx, product_option::Column::ProductId, products))
        .exec(tx)
        .await?;
    product_tag::Entity::delete_many()
        .filter(any_of(tx, product_tag::Column::ProductId, products))
        .exec(tx)
        .await?;
    media::Entity::delete_many()
        .filter(any_of(tx, media::Column::ProductId, products))
        .exec(tx)
        .await?;
    product_attribute::Entity::delete_many()
        .filter(any_of(tx, product_attribute::Column::ProductId, products))
        .exec(tx)
        .await?;
    Ok(())
}

/// The attribute values of a batch; definitions that are missing are made. The first value decides the type.
pub(super) async fn attribute_rows(
    tx: &Tx,
    ids: &Ids,
    attributes: Vec<(ProductId, Vec<NewAttribute>)>,
) -> Result<Vec<product_attribute::ActiveModel>> {
    let mut wanted: HashMap<&str, attribute::AttributeKind> = HashMap::new();
    for attribute in attributes.iter().flat_map(|(_, attributes)| attributes) {
        if let Some(first) = attribute.values.first() {
            wanted.entry(&attribute.key).or_insert(first.kind());
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<String> = wanted.keys().map(|key| (*key).to_owned()).collect();
    let mut known = attribute_ids(tx, &keys).await?;
    let mut missing: Vec<_> = wanted.iter().filter(|(key, _)| !known.contains_key(**key)).collect();
    if !missing.is_empty() {
        // One order for all importers: two that run at once wait for each other instead of deadlocking.
        missing.sort_unstable_by_key(|(key, _)| **key);
        let rows = missing.into_iter().map(|(key, kind)| attribute::ActiveModel {
            id: Set(ids.new_id()),
            key: Set((*key).to_owned()),
            name: Set(name_of(key)),
            kind: Set(*kind),
        });
        attribute::Entity::insert_many(rows)
            .on_conflict(OnConflict::column(attribute::Column::Key).do_nothing().to_owned())
            .exec_without_returning(tx)
            .await?;
        known = attribute_ids(tx, &keys).await?;
    }
    let mut rows = Vec::new();
    for (product_id, attributes) in attributes {
        let mut seen = HashSet::new();
        for attribute in attributes {
            let Some(attribute_id) = known.get(&attribute.key).copied() else {
                continue;
            };
            if !seen.insert(attribute_id) {
                continue;
            }
            for (position, value) in attribute.values.into_iter().enumerate() {
                let shown = value.shown();
                rows.push(
                    product_attribute::Model {
                        product_id,
                        attribute_id,
                        position: position_of(position),
                        value_key: value_key(&shown),
                        number: value.number(),
                        value: shown,
                    }
                    .into_active_model(),
                );
            }
        }
    }
    Ok(rows)
}

async fn attribute_ids(tx: &Tx, keys: &[String]) -> Result<HashMap<String, AttributeId>> {
    let rows = attribute::Entity::find()
        .select_only()
        .columns([attribute::Column::Key, attribute::Column::Id])
        .filter(any_text(tx, attribute::Column::Key, keys))
        .into_tuple::<(String, AttributeId)>()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}
