//! What is written about products, as features to compare them by.

use std::collections::HashMap;

use entity::ProductId;
use entity::catalog::product;
use recommender::content::Features;
use sea_orm::{EntityTrait, QueryFilter};

use crate::app::App;
use crate::catalog;
use crate::platform::db::any_of;
use crate::platform::error::Result;
use crate::search::strip_html;

/// How much a word of the name says.
const NAME: f32 = 1.0;
/// How much a word of the description says.
const TEXT: f32 = 0.25;
/// How much a value of an attribute says.
const ATTRIBUTE: f32 = 0.7;
/// How much the category says.
const CATEGORY: f32 = 1.5;
/// How much the brand says.
const BRAND: f32 = 0.7;
/// How much a tag says.
const TAG: f32 = 0.5;
/// Words of a description that are looked at.
const WORDS: usize = 80;

/// The features of products.
///
/// # Errors
/// Those of the database.
pub async fn features(app: &App, ids: &[ProductId]) -> Result<HashMap<ProductId, Features>> {
    let rows = product::Entity::find()
        .filter(any_of(&app.db, product::Column::Id, ids))
        .all(&app.db)
        .await?;
    let mut attributes = catalog::attributes_of_products(&app.db, ids).await?;
    let mut tags = catalog::tags_of_products(&app.db, ids).await?;
    let tree = app.categories.tree(&app.db).await?;
    let mut all = HashMap::new();
    for row in rows {
        let mut features: Features = words(&row.name).map(|word| (format!("w:{word}"), NAME)).collect();
        let text = strip_html(&row.description);
        features.extend(words(&text).take(WORDS).map(|word| (format!("w:{word}"), TEXT)));
        let path = row.category_id.map(|id| tree.path(id)).unwrap_or_default();
        // The nearest says most.
        for (height, category) in path.iter().rev().enumerate() {
            features.push((format!("c:{}", category.id), CATEGORY / (height + 1) as f32));
        }
        features.extend(row.brand.iter().map(|brand| (format!("b:{brand}"), BRAND)));
        for attribute in attributes.remove(&row.id).unwrap_or_default() {
            features.push((format!("a:{}={}", attribute.key, attribute.value), ATTRIBUTE));
        }
        features.extend(
            tags.remove(&row.id)
                .unwrap_or_default()
                .into_iter()
                .map(|tag| (format!("t:{tag}"), TAG)),
        );
        all.insert(row.id, features);
    }
    Ok(all)
}

/// The words of a text in small letters, without those of one letter; the plural s of English does not count.
fn words(text: &str) -> impl Iterator<Item = String> {
    let parts = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.chars().count() > 1);
    parts.map(|word| {
        let word = word.to_lowercase();
        match word.strip_suffix('s') {
            Some(stem) if stem.len() > 3 && !stem.ends_with('s') => stem.to_owned(),
            _ => word,
        }
    })
}
