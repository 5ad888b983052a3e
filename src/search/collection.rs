//! Collections in searches: what they hold stands in the database, and is read when a search asks for one.

use entity::catalog::{collection, collection_product};
use entity::{CollectionId, ProductId};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::platform::db::{Db, any_of, any_text};
use crate::platform::error::Result;
use crate::search::filter::{COLLECTION, FilterInput};

/// Products of collections that a search looks through.
const MEMBERS_MAX: u64 = 10_000;

/// The collections that a search asks for, and what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Members {
    /// The collections that exist.
    pub collections: Vec<CollectionId>,
    /// Their products.
    pub products: Vec<ProductId>,
}

/// What the filters by collection let through; none when there is no such filter.
///
/// # Errors
/// Those of the database.
pub(super) async fn members(db: &Db, filters: &[FilterInput]) -> Result<Option<Members>> {
    let named: Vec<String> = filters
        .iter()
        .filter(|filter| filter.key == COLLECTION)
        .flat_map(|filter| filter.values.iter().cloned())
        .collect();
    if named.is_empty() {
        return Ok(None);
    }
    let ids: Vec<CollectionId> = named.iter().filter_map(|name| name.parse().ok()).collect();
    let by_name = Condition::any()
        .add(any_text(db, collection::Column::Slug, &named))
        .add(any_of(db, collection::Column::Id, &ids));
    let collections: Vec<CollectionId> = collection::Entity::find()
        .select_only()
        .column(collection::Column::Id)
        .filter(by_name)
        .into_tuple()
        .all(db)
        .await?;
    let products = collection_product::Entity::find()
        .select_only()
        .column(collection_product::Column::ProductId)
        .filter(any_of(db, collection_product::Column::CollectionId, &collections))
        .order_by_asc(collection_product::Column::Position)
        .limit(MEMBERS_MAX)
        .into_tuple()
        .all(db)
        .await?;
    Ok(Some(Members { collections, products }))
}
