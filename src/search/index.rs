//! Keeping the index up with the database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use entity::ProductId;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use parking_lot::Mutex;
use tokio::sync::{MutexGuard, oneshot, watch};

use crate::app::App;
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::search::collection::Large;
use crate::search::embedder::{Embedder, Model};
use crate::search::engine::{Batch, Engine, EngineError, Owner};
use crate::search::insight::SearchLog;
use crate::search::jobs::{EmbedProducts, MendIndex};
use crate::search::language::Language;
use crate::search::merchandising::{Shelf, vocabulary};
use crate::search::words::Vocabulary;
use crate::search::{document, lease, missing, vectors};

/// Products read at once.
const PAGE: u64 = 500;
/// Products whose vectors a job asks for.
const EMBEDDED: u64 = 128;
/// A catalogue up to this size is indexed before the server listens: it takes less than a second.
const SMALL: usize = 1_000;
/// How often it is looked whether the engine lags.
const ROUND: Duration = Duration::from_secs(5);
/// How often it is looked whether another process is done.
const LOOK: Duration = Duration::from_secs(1);
/// What only one process does at a time.
const MENDING: &str = "search.mend";

/// The search of an application: the engine, and the products that wait to be indexed.
pub struct Search {
    engine: Arc<dyn Engine>,
    model: Option<Model>,
    waiting: Mutex<Vec<Waiting>>,
    /// Held while products are read and written: what is read last is written last.
    turn: tokio::sync::Mutex<()>,
    shelf: Shelf,
    large: Large,
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
            model: None,
            waiting: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            shelf: Shelf::default(),
            large: Large::default(),
            log: SearchLog::default(),
            mending: tokio::sync::Mutex::default(),
        }
    }

    /// What staff says about searches.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// What large collections hold.
    pub(super) fn large_collections(&self) -> &Large {
        &self.large
    }

    /// The searches on their way into the log.
    pub fn log(&self) -> &SearchLog {
        &self.log
    }

    /// The same, with a model that makes vectors of texts.
    #[must_use]
    pub fn with_embedder(self, embedder: Option<Arc<dyn Embedder>>, clock: &Clock) -> Self {
        let model = embedder.map(|embedder| Model::new(embedder, clock.clone()));
        Self { model, ..self }
    }

    /// The model that makes vectors of texts, if there is one.
    pub fn model(&self) -> Option<&Model> {
        self.model.as_ref()
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
    let (done, result) = oneshot::channel();
    search.waiting.lock().push(Waiting { products, done });
    let turn = search.turn.lock().await;
    // Nobody, when somebody has taken ours along.
    let waiting = std::mem::take(&mut *search.waiting.lock());
    if waiting.is_empty() {
        drop(turn);
    } else {
        let products: BTreeSet<ProductId> = waiting.iter().flat_map(|w| w.products.iter().copied()).collect();
        let products: Vec<ProductId> = products.into_iter().collect();
        let outcome = write(app, &products, turn).await.map_err(Arc::new);
        for waiting in waiting {
            // Nobody listens any more when a job was cancelled; its products are indexed all the same.
            let _ = waiting.done.send(outcome.clone());
        }
    }
    let gone = |_| Fault::Invariant("whoever indexed the products went away");
    result.await.map_err(gone)?.map_err(Fault::Shared)
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

/// Writes `products` as they are now. What is beside the index is written when the `turn` is over: others go on.
async fn write(app: &App, products: &[ProductId], turn: MutexGuard<'_, ()>) -> Result<()> {
    let engine = app.search.engine();
    let owner = owner(app).await?;
    let mut all = Batch::default();
    for page in products.chunks(PAGE as usize) {
        let batch = document::batch(app, page.to_vec()).await?;
        all.products.extend(batch.products);
        all.documents.extend(batch.documents);
    }
    engine.write(owner, all).await?;
    drop(turn);
    // Not in the memory of this process alone: it may end before the engine is whole.
    missing::note(app, &engine.settle(owner, products).await).await?;
    if engine.lags(owner).await {
        remember(app).await?;
    }
    Ok(())
}

/// Has a job look through the whole engine.
async fn remember(app: &App) -> Result<()> {
    let tx = app.db.begin().await?;
    jobs::enqueue_unless_waiting(&tx, &MendIndex {}).await?;
    Ok(tx.commit().await?)
}

/// Whether a part of the engine is known to lack something.
///
/// # Errors
/// Those of the database.
pub async fn lags(app: &App) -> Result<bool> {
    Ok(app.search.engine.lags(owner(app).await?).await || !missing::some(&app.db, Some(1)).await?.is_empty())
}

/// Brings the part of the engine that was away up to the database: what differs, or everything `anew`. Says how many
/// products differed. One process at a time; who builds anew waits for the other.
///
/// # Errors
/// Those of the database and of the engine, which is as it was then, or better.
pub async fn mend(app: &App, anew: bool) -> Result<usize> {
    let _alone = app.search.mending.lock().await;
    loop {
        if let Some(products) = lease::alone(app, MENDING, whole(app, anew)).await? {
            return Ok(products);
        }
        if !anew {
            return Err(Fault::Busy("search"));
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn whole(app: &App, anew: bool) -> Result<usize> {
    let engine = app.search.engine();
    let owner = owner(app).await?;
    let words = all_words(app).await?;
    let known = missing::some(&app.db, None).await?;
    let mut mended = engine.mend(owner, &words, pages(app), anew).await?;
    if mended.anew {
        // What was written while the index was built, and what staff said of words, went into the one that was there before.
        let words = all_words(app).await?;
        mended = match engine.mend(owner, &words, pages(app), false).await {
            Ok(mended) => mended,
            Err(error) => {
                remember(app).await?;
                return Err(error.into());
            }
        };
    }
    // Written as every other change: what is read of a product last is written last.
    missing::note(app, &mended.differing).await?;
    missing::forget(&app.db, &known).await?;
    mend_missing(app).await?;
    Ok(mended.differing.len())
}

/// The whole catalogue, page by page.
fn pages(app: &App) -> BoxStream<'_, Result<Batch>> {
    let pages = futures_util::stream::unfold(Some(None), move |after| async move {
        let after: Option<ProductId> = after?;
        match page(app, after).await {
            Ok(batch) if batch.products.is_empty() => None,
            Ok(batch) => {
                let last = batch.products.last().copied();
                Some((Ok(batch), Some(last)))
            }
            Err(error) => Some((Err(error), None)),
        }
    });
    pages.boxed()
}

/// Brings in the products that are known to be missing, and no others. Says how many.
///
/// # Errors
/// Those of the database; [`EngineError::Away`] when some are still missing.
pub async fn mend_missing(app: &App) -> Result<usize> {
    let mut mended = 0;
    loop {
        let rows = missing::some(&app.db, Some(PAGE)).await?;
        if rows.is_empty() {
            return Ok(mended);
        }
        index_products(app, rows.iter().map(|(product, _)| *product).collect()).await?;
        mended += rows.len();
        if missing::forget(&app.db, &rows).await? {
            return Err(EngineError::Away.into());
        }
    }
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
    if app.search.engine.lags(owner(app).await?).await {
        let products = mend(app, false).await?;
        tracing::info!(products, "the search engine is whole again");
    }
    let products = mend_missing(app).await?;
    if products > 0 {
        tracing::info!(products, "what the search engine lacked is written");
    }
    Ok(())
}

/// What the index should hold of the products behind `after`.
async fn page(app: &App, after: Option<ProductId>) -> Result<Batch> {
    let ids = document::next_products(&app.db, after, PAGE).await?;
    document::batch(app, ids).await
}

/// Builds the index anew from the database, page by page. `progress` is told how many products have been read. No model
/// is asked meanwhile: a job brings in the vectors that are not known.
///
/// # Errors
/// Those of the database and of the engine; the old index stays then.
pub async fn rebuild(app: &App, progress: impl Fn(usize) + Send + Sync) -> Result<usize> {
    let turn = app.search.turn.lock().await;
    let read = AtomicUsize::new(0);
    let batches = pages(app).inspect(|batch| {
        let more = batch.as_ref().map_or(0, |batch| batch.products.len());
        progress(read.fetch_add(more, Ordering::Relaxed) + more);
    });
    app.search.engine.rebuild(owner(app).await?, batches.boxed()).await?;
    drop(turn);
    embed_later(app).await;
    Ok(read.into_inner())
}

/// Has a job ask the model for the vectors that are not known, where there are such. When that goes wrong, searches do
/// without them.
async fn embed_later(app: &App) {
    let asked = async {
        if vectors::are_missing(app).await? {
            let tx = app.db.begin().await?;
            jobs::enqueue_unless_waiting(&tx, &EmbedProducts { after: None }).await?;
            tx.commit().await?;
        }
        Ok::<(), Fault>(())
    };
    if let Err(error) = asked.await {
        tracing::warn!(%error, "vectors that are missing are not asked for yet");
    }
}

/// Brings in the vectors of some products behind `after`, and has a job go on behind them.
///
/// # Errors
/// Those of the database, of the engine and of the model.
pub(super) async fn embed_some(app: &App, after: Option<ProductId>) -> Result<()> {
    let products = document::next_products(&app.db, after, EMBEDDED).await?;
    let Some(last) = products.last().copied() else {
        return Ok(());
    };
    let asked = vectors::bring_up(app, &products).await;
    // All of them: a vector that an earlier try has kept may not be in the index.
    index_products(app, products).await?;
    asked?;
    let tx = app.db.begin().await?;
    jobs::enqueue_unless_waiting(&tx, &EmbedProducts { after: Some(last) }).await?;
    Ok(tx.commit().await?)
}

/// Tells the engine what words mean.
///
/// # Errors
/// Those of the database and of the engine.
pub async fn teach(app: &App) -> Result<()> {
    let words = all_words(app).await?;
    Ok(app.search.engine.teach(owner(app).await?, &words).await?)
}

/// What words mean in any channel, each in the language of its channel.
async fn all_words(app: &App) -> Result<Vocabulary> {
    let mut words = Vocabulary::default();
    for channel in app.channels.all(&app.db).await?.iter() {
        let language = Language::of_channel(&app.config.catalogue.languages, &channel.slug);
        words.join(vocabulary(&app.db, channel.id, language).await?);
    }
    Ok(words)
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
        embed_later(app).await;
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
