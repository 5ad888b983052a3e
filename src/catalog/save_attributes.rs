//! Writing the attributes of products.

use std::collections::{HashMap, HashSet};

use entity::catalog::attribute::AttributeKind;
use entity::catalog::{attribute, product_attribute};
use entity::{AttributeId, ProductId};
use sea_orm::{EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};

use crate::catalog::attribute::{NewAttribute, name_of, value_key};
use crate::catalog::save::position_of;
use crate::platform::db::{Tx, any_text, upsert_all};
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// The attribute values of a batch; definitions that are missing are made. The first value decides the type.
pub(super) async fn attribute_rows(
    tx: &Tx,
    ids: &Ids,
    attributes: Vec<(ProductId, Vec<NewAttribute>)>,
) -> Result<Vec<product_attribute::ActiveModel>> {
    let mut wanted: HashMap<&str, AttributeKind> = HashMap::new();
    for attribute in attributes.iter().flat_map(|(_, attributes)| attributes) {
        if let Some(first) = attribute.values.first() {
            wanted.entry(&attribute.key).or_insert(first.kind());
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<String> = wanted.keys().map(|key| (*key).to_owned()).collect();
    let mut known = definitions(tx, &keys).await?;
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
        upsert_all(tx, rows.collect(), &[attribute::Column::Key], &[]).await?;
        known = definitions(tx, &keys).await?;
    }
    let mut rows = Vec::new();
    for (product_id, attributes) in attributes {
        let mut seen = HashSet::new();
        for attribute in attributes {
            let Some((attribute_id, kind)) = known.get(&attribute.key).copied() else {
                continue;
            };
            if !seen.insert(attribute_id) {
                continue;
            }
            for (position, value) in attribute.values.into_iter().enumerate() {
                let value = value.of_kind(kind);
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

/// Keys and types of attributes by name.
async fn definitions(tx: &Tx, keys: &[String]) -> Result<HashMap<String, (AttributeId, AttributeKind)>> {
    let rows = attribute::Entity::find()
        .select_only()
        .columns([attribute::Column::Key, attribute::Column::Id, attribute::Column::Kind])
        .filter(any_text(tx, attribute::Column::Key, keys))
        .into_tuple::<(String, AttributeId, AttributeKind)>()
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|(key, id, kind)| (key, (id, kind))).collect())
}
