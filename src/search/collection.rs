//! Collections in searches: what they hold stands in the database, and is read when a search asks for one.

use std::sync::Arc;
use std::time::Duration;

use entity::catalog::{collection, collection_product};
use entity::{CollectionId, ProductId};
use moka::future::Cache;
use sea_orm::{Condition, EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::platform::db::{Db, any_of, any_text};
use crate::platform::error::{Fault, Result};
use crate::search::filter::{COLLECTION, FilterInput};

/// Collections with more products than this are not read for each search anew.
const LARGE: usize = 2_000;
/// For how long such a one is believed.
const FRESH: Duration = Duration::from_secs(1);
/// Products of such collections that are kept: 16 bytes each.
const KEPT: u64 = 1_000_000;

/// The collections that a search asks for, and what they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Members {
    /// The collections that exist.
    pub collections: Vec<CollectionId>,
    /// Their products, each once.
    pub products: Arc<[ProductId]>,
}

/// What large collections hold, kept for a moment: a shop that is browsed by one asks again and again.
pub(super) struct Large(Cache<Vec<CollectionId>, Arc<[ProductId]>>);

impl Default for Large {
    fn default() -> Self {
        let weight = |_: &Vec<CollectionId>, products: &Arc<[ProductId]>| products.len().try_into().unwrap_or(u32::MAX);
        let cache = Cache::builder().weigher(weight).max_capacity(KEPT).time_to_live(FRESH);
        Self(cache.build())
    }
}

/// What the filters by collection let through; none when there is no such filter.
///
/// # Errors
/// Those of the database.
pub(super) async fn members(app: &App, filters: &[FilterInput]) -> Result<Option<Members>> {
    let named: Vec<String> = filters
        .iter()
        .filter(|filter| filter.key == COLLECTION)
        .flat_map(|filter| filter.values.iter().cloned())
        .collect();
    if named.is_empty() {
        return Ok(None);
    }
    let db = &app.db;
    let ids: Vec<CollectionId> = named.iter().filter_map(|name| name.parse().ok()).collect();
    let by_name = Condition::any()
        .add(any_text(db, collection::Column::Slug, &named))
        .add(any_of(db, collection::Column::Id, &ids));
    let mut collections: Vec<CollectionId> = collection::Entity::find()
        .select_only()
        .column(collection::Column::Id)
        .filter(by_name)
        .into_tuple()
        .all(db)
        .await?;
    collections.sort_unstable();
    let Large(large) = app.search.large_collections();
    // Whoever asks while another reads gets what that one reads: when its moment is over, a large one is read once.
    let read = large.try_get_with(collections.clone(), products_of(db, &collections));
    let products = read.await.map_err(Fault::Shared)?;
    if products.len() <= LARGE {
        // A change of it is seen by the next search.
        large.invalidate(&collections).await;
    }
    Ok(Some(Members { collections, products }))
}

async fn products_of(db: &Db, collections: &[CollectionId]) -> Result<Arc<[ProductId]>> {
    let mut products: Vec<ProductId> = collection_product::Entity::find()
        .select_only()
        .column(collection_product::Column::ProductId)
        .filter(any_of(db, collection_product::Column::CollectionId, collections))
        .into_tuple()
        .all(db)
        .await?;
    products.sort_unstable();
    products.dedup();
    Ok(products.into())
}
