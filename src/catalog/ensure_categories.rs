//! Categories that a file names.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::CategoryId;
use entity::catalog::category;
use sea_orm::{EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use crate::platform::db::{Tx, any_text, upsert_all};
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::text::slugify;

/// The categories of `names`, by name. The slug of the name decides: a category that has it is taken, wherever it is in
/// the tree; for the others one is made at the root. A name without letters and digits has none.
///
/// # Errors
/// Those of the database.
pub(crate) async fn ensure_categories<'n>(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    names: &[&'n str],
) -> Result<HashMap<&'n str, CategoryId>> {
    // In one order for all importers: two that run at once wait for each other instead of deadlocking.
    let mut by_slug: BTreeMap<String, &str> = BTreeMap::new();
    let mut slugs: HashMap<&str, String> = HashMap::new();
    for name in names {
        let slug = slugs.entry(name).or_insert_with(|| slugify(name));
        if !slug.is_empty() && !by_slug.contains_key(slug) {
            by_slug.insert(slug.clone(), name);
        }
    }
    if by_slug.is_empty() {
        return Ok(HashMap::new());
    }
    let wanted: Vec<String> = by_slug.keys().cloned().collect();
    let mut known = ids_by_slug(tx, &wanted).await?;
    by_slug.retain(|slug, _| !known.contains_key(slug));
    if !by_slug.is_empty() {
        let rows = by_slug.into_iter().map(|(slug, name)| {
            category::Model {
                id: ids.new_id(),
                parent_id: None,
                slug,
                name: name.to_owned(),
                description: String::new(),
                position: 0,
                created_at: now,
            }
            .into_active_model()
        });
        upsert_all(tx, rows.collect(), &[category::Column::Slug], &[]).await?;
        known = ids_by_slug(tx, &wanted).await?;
    }
    let found = slugs
        .into_iter()
        .filter_map(|(name, slug)| Some((name, *known.get(&slug)?)));
    Ok(found.collect())
}

async fn ids_by_slug(tx: &Tx, slugs: &[String]) -> Result<HashMap<String, CategoryId>> {
    let rows = category::Entity::find()
        .select_only()
        .columns([category::Column::Slug, category::Column::Id])
        .filter(any_text(tx, category::Column::Slug, slugs))
        .into_tuple::<(String, CategoryId)>()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}
