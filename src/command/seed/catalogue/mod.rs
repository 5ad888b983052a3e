//! What the demo shop sells. The goods stand in the JSON files beside this one, a file a top category; this turns them
//! into drafts, levels of stock and collections. Nothing here is random: two demo shops differ in their ids only.

mod item;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::catalog::{category, collection, collection_product};
use entity::{CategoryId, VariantId};
use sea_orm::{DbErr, EntityTrait, IntoActiveModel};
use serde::Deserialize;

use super::draw;
use super::shop::Shop;
use crate::catalog::{Draft, Saved};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;
use item::Item;

/// The goods, in the order of the shop window.
const FILES: [&str; 8] = [
    include_str!("kitchen.json"),
    include_str!("living.json"),
    include_str!("clothing.json"),
    include_str!("bags.json"),
    include_str!("paper.json"),
    include_str!("sound.json"),
    include_str!("plants.json"),
    include_str!("outdoors.json"),
];
/// Collections: slug, name, description.
const COLLECTIONS: [(&str, &str, &str); 3] = [
    ("new", "Just in", "Unpacked this month, still smelling of the box."),
    (
        "bestsellers",
        "Bestsellers",
        "What leaves the shelf faster than we can fill it.",
    ),
    (
        "gifts",
        "Gifts",
        "For hosts, for birthdays, and for people who have everything.",
    ),
];

/// A top category.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Aisle {
    slug: String,
    name: String,
    description: String,
    shelves: Vec<Shelf>,
}

/// A category below it, with what is sold there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shelf {
    slug: String,
    name: String,
    description: String,
    products: Vec<Item>,
}

/// Everything that the demo shop sells.
pub(super) struct Range {
    aisles: Vec<Aisle>,
}

/// Levels of stock by place.
#[derive(Default)]
pub(super) struct Stock {
    /// In New York.
    pub new_york: Vec<(VariantId, i64)>,
    /// In Rotterdam.
    pub rotterdam: Vec<(VariantId, i64)>,
}

/// Reads the goods.
///
/// # Errors
/// When a file is no JSON of ours.
pub(super) fn read() -> Result<Range> {
    let aisles = FILES.into_iter().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(Range { aisles })
}

impl Range {
    fn shelves(&self) -> impl Iterator<Item = &Shelf> {
        self.aisles.iter().flat_map(|aisle| &aisle.shelves)
    }

    /// All products with their numbers, from 1.
    fn items(&self) -> impl Iterator<Item = (usize, &Item)> {
        (1..).zip(self.shelves().flat_map(|shelf| &shelf.products))
    }

    /// All pictures: key in the media store, drawing.
    pub fn pictures(&self) -> impl Iterator<Item = (String, String)> {
        self.items().flat_map(|(number, item)| {
            item.pictures()
                .map(move |(key, colour)| (key, draw::svg(item.draw, colour, number, &item.name)))
        })
    }

    /// Writes the category tree; what comes back finds a category by its slug.
    pub async fn write_categories(
        &self,
        tx: &Tx,
        ids: &Ids,
        now: DateTime<Utc>,
    ) -> Result<HashMap<String, CategoryId>, DbErr> {
        let mut by_slug = HashMap::new();
        let mut rows = Vec::new();
        let mut add = |parent_id, slug: &String, name: &String, description: &String, position| {
            let id: CategoryId = ids.new_id();
            by_slug.insert(slug.clone(), id);
            rows.push(
                category::Model {
                    id,
                    parent_id,
                    slug: slug.clone(),
                    name: name.clone(),
                    description: description.clone(),
                    position,
                    created_at: now,
                }
                .into_active_model(),
            );
            id
        };
        for (position, aisle) in (0..).zip(&self.aisles) {
            let parent = add(None, &aisle.slug, &aisle.name, &aisle.description, position);
            for (position, shelf) in (0..).zip(&aisle.shelves) {
                add(Some(parent), &shelf.slug, &shelf.name, &shelf.description, position);
            }
        }
        category::Entity::insert_many(rows).exec_without_returning(tx).await?;
        Ok(by_slug)
    }

    /// The products as the catalogue takes them.
    ///
    /// # Errors
    /// When an attribute is of no type that we have.
    pub fn drafts(&self, shop: &Shop, categories: &HashMap<String, CategoryId>) -> Result<Vec<Draft>> {
        let mut number = 0;
        let mut drafts = Vec::new();
        for shelf in self.shelves() {
            let category = categories.get(&shelf.slug).copied();
            for item in &shelf.products {
                number += 1;
                drafts.push(item.draft(number, shop, category)?);
            }
        }
        Ok(drafts)
    }

    /// Writes the collections with their products. `saved` is in the order of [`Range::drafts`].
    ///
    /// # Errors
    /// When a product names a collection that is none, and those of the database.
    pub async fn write_collections(&self, tx: &Tx, ids: &Ids, now: DateTime<Utc>, saved: &[Saved]) -> Result<()> {
        let rows: Vec<collection::Model> = COLLECTIONS
            .into_iter()
            .map(|(slug, name, description)| collection::Model {
                id: ids.new_id(),
                slug: slug.to_owned(),
                name: name.to_owned(),
                description: description.to_owned(),
                created_at: now,
            })
            .collect();
        let mut members = Vec::new();
        for ((position, (_, item)), saved) in (0..).zip(self.items()).zip(saved) {
            for slug in &item.collections {
                let collection = rows
                    .iter()
                    .find(|row| row.slug == *slug)
                    .ok_or(Fault::Invariant("a demo product names an unknown collection"))?;
                members.push(
                    collection_product::Model {
                        collection_id: collection.id,
                        product_id: saved.product,
                        position,
                    }
                    .into_active_model(),
                );
            }
        }
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        collection::Entity::insert_many(rows).exec_without_returning(tx).await?;
        collection_product::Entity::insert_many(members)
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }

    /// How much there is of what. `saved` is in the order of [`Range::drafts`].
    pub fn stock(&self, saved: &[Saved]) -> Stock {
        let mut stock = Stock::default();
        for ((number, item), saved) in self.items().zip(saved) {
            for ((index, (_, id)), choice) in saved.variants.iter().enumerate().zip(item.choices()) {
                if let Some((new_york, rotterdam)) = item.on_hand(number, index, &choice) {
                    stock.new_york.push((*id, new_york));
                    stock.rotterdam.push((*id, rotterdam));
                }
            }
        }
        stock
    }
}
