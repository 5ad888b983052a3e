//! Keeping the index up with the database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use entity::ProductId;
use futures_util::StreamExt;
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use crate::app::App;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::search::document;
use crate::search::embedder::Embedder;
use crate::search::engine::{Batch, Engine, Owner};
use crate::search::insight::SearchLog;
use crate::search::jobs::MendIndex;
use crate::search::merchandising::{Shelf, vocabulary};
use crate::search::vectors;

/// Products read at once.
const PAGE: u64 = 500;
/// A catalogue up to this size is indexed before the server listens: it takes less than a second.
const SMALL: usize = 1_000;
/// How often it is looked whether the engine lags.
const ROUND: Duration = Duration::from_secs(5);

/// The search of an application: the engine, and the products that wait to be indexed.
pub struct Search {
    engine: Arc<dyn Engine>,
    embedder: Option<Arc<dyn Embedder>>,
    waiting: Mutex<Vec<Waiting>>,
    /// Held while products are read and written: what is read last is written last.
    turn: tokio::sync::Mutex<()>,
    shelf: Shelf,
    log: SearchLog,
    /// Held while the whole catalogue is compared with the index.
    mending: tokio::sync::Mutex<()>,
}

struct Waiting {
    products: Vec<ProductId>,
    done: oneshot::Sender<Result<(), Arc<Fault>>>,
}

impl Search {
    /// A search by `engine`.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self {
            engine,
            embedder: None,
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            shelf: Shelf::default(),
            log: SearchLog::default(),
            mending: tokio::sync::Mutex::default(),
        }
    }

    /// What staff says about searches.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The searches on their way into the log.
    pub fn log(&self) -> &SearchLog {
        &self.log
    }

    /// The same, with a model that makes vectors of texts.
    #[must_use]
    pub fn with_embedder(self, embedder: Option<Arc<dyn Embedder>>) -> Self {
        Self { embedder, ..self }
    }

    /// The model that makes vectors of texts, if there is one.
    pub fn embedder(&self) -> Option<&dyn Embedder> {
        self.embedder.as_deref()
    }

    /// The engine.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }
}

/// Brings the index up to date for `products`, and returns when searches see it. What several callers ask for at the
/// same time is read and committed once.
///
/// # Errors
/// Those of the database and of the engine.
pub async fn index_products(app: &App, products: Vec<ProductId>) -> Result<()> {
    let search = &app.search;
    let (done, mut result) = oneshot::channel();
    search.waiting.lock().push(Waiting { products, done });
    let turn = search.turn.lock().await;
    let gone = |_| Fault::Invariant("whoever indexed the products went away");
    match result.try_recv() {
        Ok(result) => return result.map_err(Fault::Shared),
        // Nobody has taken the products along: all that wait now are ours.
        Err(oneshot::error::TryRecvError::Empty) => {}
        Err(error @ oneshot::error::TryRecvError::Closed) => return Err(gone(error)),
    }
    let waiting = std::mem::take(&mut *search.waiting.lock());
    let products: BTreeSet<ProductId> = waiting.iter().flat_map(|w| w.products.iter().copied()).collect();
    let outcome = write(app, &products.into_iter().collect::<Vec<_>>())
        .await
        .map_err(Arc::new);
    drop(turn);
    for waiting in waiting {
        // Nobody listens any more when a job was cancelled; its products are indexed all the same.
        let _ = waiting.done.send(outcome.clone());
    }
    outcome.map_err(Fault::Shared)
}

/// Brings the index up to date for `products`, and then their vectors: the index does not wait for the model.
///
/// # Errors
/// Those of the database, of the engine and of the model.
pub(super) async fn index_with_vectors(app: &App, products: Vec<ProductId>) -> Result<()> {
    index_products(app, products.clone()).await?;
    let changed = vectors::bring_up(app, &products).await?;
    if changed.is_empty() {
        return Ok(());
    }
    index_products(app, changed).await
}

/// Whose index this application uses.
///
/// # Errors
/// Those of the database.
pub async fn owner(app: &App) -> Result<Owner> {
    let channels = app.channels.all(&app.db).await?;
    Ok(Owner(channels.first().map(|channel| channel.id)))
}

async fn write(app: &App, products: &[ProductId]) -> Result<()> {
    let mut all = Batch::default();
    for page in products.chunks(PAGE as usize) {
        let batch = document::batch(app, page.to_vec()).await?;
        all.products.extend(batch.products);
        all.documents.extend(batch.documents);
    }
    let owner = owner(app).await?;
    app.search.engine.write(owner, all).await?;
    if app.search.engine.lags(owner).await {
        // Not in the memory of this process alone: it may end before the engine is whole.
        let tx = app.db.begin().await?;
        jobs::enqueue_unless_waiting(&tx, &MendIndex {}).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Brings the part of the engine that was away up to the database: what differs, or everything `anew`. Says how many
/// products differed. Products are indexed between the pages: what this reads of a page it has written before anybody
/// else writes.
///
/// # Errors
/// Those of the database and of the engine, which is as it was then, or better.
pub async fn mend(app: &App, anew: bool) -> Result<usize> {
    let search = &app.search;
    let _alone = search.mending.lock().await;
    let pages = futures_util::stream::unfold((Some(None), None), |(after, turn)| async move {
        drop(turn);
        let after: Option<ProductId> = after?;
        let turn = search.turn.lock().await;
        match page(app, after).await {
            Ok(batch) if batch.products.is_empty() => None,
            Ok(batch) => {
                let last = batch.products.last().copied();
                Some((Ok(batch), (Some(last), Some(turn))))
            }
            Err(error) => Some((Err(error), (None, None))),
        }
    });
    let owner = owner(app).await?;
    Ok(search.engine.mend(owner, pages.boxed(), anew).await?)
}

/// Mends the engine whenever it lags, until `stop` turns true.
pub async fn keep_whole(app: &App, mut stop: watch::Receiver<bool>) {
    let rounds = async {
        loop {
            if let Err(error) = mend_when_lagging(app).await {
                tracing::debug!(%error, "the search engine is not whole yet");
            }
            tokio::time::sleep(ROUND).await;
        }
    };
    tokio::select! {
        () = rounds => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

async fn mend_when_lagging(app: &App) -> Result<()> {
    let owner = owner(app).await?;
    if app.search.engine.lags(owner).await {
        let products = mend(app, false).await?;
        tracing::info!(products, "the search engine is whole again");
    }
    Ok(())
}

/// What the index should hold of the products behind `after`.
async fn page(app: &App, after: Option<ProductId>) -> Result<Batch> {
    let ids = document::next_products(&app.db, after, PAGE).await?;
    document::batch(app, ids).await
}

/// Builds the index anew from the database, page by page. `progress` is told how many products have been read.
///
/// # Errors
/// Those of the database and of the engine; the old index stays then.
pub async fn rebuild(app: &App, progress: impl Fn(usize) + Send + Sync) -> Result<usize> {
    let _turn = app.search.turn.lock().await;
    let read = std::sync::atomic::AtomicUsize::new(0);
    let progress = &progress;
    let count = &read;
    let batches = futures_util::stream::unfold(Some(None), |after| async move {
        let after: Option<ProductId> = after?;
        let page = async {
            let ids = document::next_products(&app.db, after, PAGE).await?;
            if let Err(error) = vectors::bring_up(app, &ids).await {
                tracing::warn!(%error, "products are indexed without new vectors");
            }
            document::batch(app, ids).await
        };
        match page.await {
            Ok(batch) if batch.products.is_empty() => None,
            Ok(batch) => {
                let last = batch.products.last().copied();
                let seen = count.fetch_add(batch.products.len(), std::sync::atomic::Ordering::Relaxed);
                progress(seen + batch.products.len());
                Some((Ok(batch), Some(last)))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    app.search.engine.rebuild(owner(app).await?, batches.boxed()).await?;
    teach(app).await?;
    Ok(read.into_inner())
}

/// Tells the engine what words mean in all channels.
///
/// # Errors
/// Those of the database and of the engine.
pub async fn teach(app: &App) -> Result<()> {
    let words = Arc::new(vocabulary(&app.db, None).await?);
    Ok(app.search.engine.teach(owner(app).await?, words).await?)
}

/// Makes the index ready: nothing to do where it is a complete one of this database, and not empty beside a catalogue;
/// else a small catalogue is indexed at once and a large one in the background, while searches are answered by the
/// database.
///
/// # Errors
/// Those of the database and of the engine.
pub async fn prepare(app: &App) -> Result<()> {
    let engine = &app.search.engine;
    let ready = engine.is_ready(owner(app).await?).await;
    if ready && !engine.is_empty().await {
        return Ok(());
    }
    let products = document::next_products(&app.db, None, SMALL as u64 + 1).await?.len();
    if ready && products == 0 {
        return Ok(());
    }
    let small = products <= SMALL;
    if small {
        rebuild(app, |_| {}).await?;
        return Ok(());
    }
    let app = app.clone();
    tokio::spawn(async move {
        tracing::info!("building the search index; until it is there the database answers");
        match rebuild(&app, |_| {}).await {
            Ok(products) => tracing::info!(products, "the search index is built"),
            Err(error) => tracing::error!(%error, "the search index was not built: run `merx reindex`"),
        }
    });
    Ok(())
}
