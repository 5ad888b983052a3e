//! The engines that the configuration names.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Engine, EngineError, Owner, Tantivy, fused, meilisearch};
use crate::config::{Config, SearchEngine};
use crate::platform::clock::Clock;
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// Every engine that is configured, each with an index of its own below `folder`.
///
/// # Errors
/// When the folder cannot be made.
pub fn all(config: &Config, folder: &Path, clock: &Clock, ids: &Ids) -> Result<Vec<(SearchEngine, Arc<dyn Engine>)>> {
    let embedded = from_data_dir(folder)?;
    let mut all = vec![(SearchEngine::Embedded, Arc::clone(&embedded))];
    if let Some(mut place) = meilisearch::Place::from_config(config) {
        // What is measured is what is found, and not the machine.
        place.deadline = Duration::from_secs(10);
        for (kind, share) in [
            (SearchEngine::Meilisearch, fused::Share::Everything),
            (SearchEngine::Fused, fused::Share::Order),
        ] {
            place.prefix = format!("{}-eval-{kind}", config.search.meilisearch_prefix);
            let meilisearch = meilisearch::Meilisearch::open(&place, clock.clone(), ids.clone())?;
            let engine = fused::Both::new(Arc::clone(&embedded), meilisearch, share, clock.clone());
            all.push((kind, Arc::new(engine)));
        }
    }
    Ok(all)
}

/// The embedded engine, with its index below `data_dir`.
///
/// # Errors
/// When the folder cannot be made.
pub fn from_data_dir(data_dir: &Path) -> Result<Arc<dyn Engine>> {
    Ok(Arc::new(Tantivy::open(data_dir)?))
}

/// The engine of the configuration: the embedded one, with Meilisearch beside it where there is one.
///
/// # Errors
/// When the folder cannot be made, or the machine has no TLS.
pub fn from_config(config: &Config, clock: &Clock, ids: &Ids) -> Result<Arc<dyn Engine>> {
    let embedded = from_data_dir(&config.server.data_dir)?;
    let Some(place) = meilisearch::Place::from_config(config) else {
        return Ok(embedded);
    };
    let share = match config.search_engine() {
        SearchEngine::Embedded => return Ok(embedded),
        SearchEngine::Fused => fused::Share::Order,
        SearchEngine::Meilisearch => fused::Share::Everything,
    };
    let meilisearch = meilisearch::Meilisearch::open(&place, clock.clone(), ids.clone())?;
    Ok(Arc::new(fused::Both::new(embedded, meilisearch, share, clock.clone())))
}

/// Asks the server of the configured engine whether it is there and takes the key.
///
/// # Errors
/// What is wrong.
pub async fn greet(config: &Config, clock: &Clock, ids: &Ids) -> Result<()> {
    let Some(place) = meilisearch::Place::from_config(config) else {
        return Ok(());
    };
    let server = meilisearch::Meilisearch::open(&place, clock.clone(), ids.clone())?;
    match server.exists(Owner(None)).await {
        Ok(_) => Ok(()),
        Err(trouble) => Err(EngineError::from(trouble).into()),
    }
}
