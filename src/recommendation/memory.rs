//! What is recommended by, in the memory of the process: the active model, what is bought lately, what staff wants, and
//! the visits of late. Read again every few seconds, in the background; nobody waits for it but the first who asks.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use entity::recommendation::recommendation_model::ModelStatus;
use entity::{CategoryId, ChannelId, ProductId, RecommendationModelId, TypedId};
use parking_lot::{Mutex, RwLock};
use recommender::Sessions;
use recommender::trending::{DAYS, Purchase, trending};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::analytics::{Interaction, Span, interactions};
use crate::app::App;
use crate::platform::error::Result;
use crate::platform::id::first_id_at;
use crate::recommendation::history::{categories_of, last_order, orders_since};
use crate::recommendation::model::{self, Knowledge, Trainer};
use crate::recommendation::rule::{self, Rule};

/// How soon another process's change is looked for.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// How soon sales are counted anew.
const TRENDS_FRESH: TimeDelta = TimeDelta::minutes(5);
/// Orders that are looked at for what is bought lately.
const ORDERS_MAX: u64 = 100_000;
/// Trending products of a channel that are kept.
const TRENDS_MAX: usize = 2_000;
/// Visits that are remembered.
const VISITS_MAX: usize = 50_000;
/// How far back visits are read at the start.
const VISITS_DAYS: TimeDelta = TimeDelta::days(30);
/// Interactions that are read at the start.
const INTERACTIONS_MAX: usize = 400_000;
/// How many of these at once.
const INTERACTIONS_PAGE: u64 = 20_000;
/// How soon visits are read anew: those that were erased go, on every server.
const VISITS_FRESH: TimeDelta = TimeDelta::hours(1);
/// How old the last sale may be for "lately" to mean now.
const NOW: TimeDelta = TimeDelta::days(7);

/// A product that is bought lately.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// The product.
    pub product: ProductId,
    /// Its category.
    pub category: Option<CategoryId>,
    /// Different buyers, the later the more.
    pub score: f32,
    /// Different buyers.
    pub buyers: u32,
}

/// What is bought lately, by channel.
#[derive(Debug, Default)]
pub struct Trends {
    /// The products of each channel, the most wanted first.
    pub of: HashMap<ChannelId, Vec<Trend>>,
    /// The day that "lately" ends with, where that is not today: nothing has been sold since.
    pub until: Option<DateTime<Utc>>,
}

/// What the process recommends by at a moment.
#[derive(Clone, Debug)]
pub struct Present {
    /// The active model, if there is one.
    pub knowledge: Option<Arc<Knowledge>>,
    /// What is bought lately.
    pub trends: Arc<Trends>,
    /// What staff wants.
    pub rules: Arc<Vec<Rule>>,
    checked_at: DateTime<Utc>,
    counted_at: DateTime<Utc>,
}

/// The recommendations of an application.
#[derive(Default)]
pub struct Recommender {
    /// Where trainings run.
    pub trainer: Trainer,
    present: RwLock<Option<Present>>,
    loading: tokio::sync::Mutex<()>,
    refreshing: AtomicBool,
    visits: Mutex<Option<Visits>>,
    drift_checked: Mutex<Option<DateTime<Utc>>>,
}

struct Visits {
    sessions: Sessions,
    read_at: DateTime<Utc>,
    news: Receiver<Arc<[Interaction]>>,
}

impl Recommender {
    /// One that trains as `trainer` says.
    pub fn new(trainer: Trainer) -> Self {
        Self {
            trainer,
            ..Self::default()
        }
    }

    /// Forgets what is in memory, after a change: who asks next waits until it is read again.
    pub fn forget(&self) {
        *self.present.write() = None;
    }

    /// Forgets the visits, after some of them were erased.
    pub fn forget_visits(&self) {
        *self.visits.lock() = None;
    }

    /// Whether `every` has passed since this was last true. For rounds.
    pub(super) fn is_due(&self, now: DateTime<Utc>, every: TimeDelta) -> bool {
        let mut last = self.drift_checked.lock();
        let due = last.is_none_or(|last| now - last >= every);
        if due {
            *last = Some(now);
        }
        due
    }
}

/// What is recommended by now.
///
/// # Errors
/// Those of the database, when nothing is in memory yet.
pub async fn present(app: &App) -> Result<Present> {
    let recommender = &app.recommender;
    let now = app.clock.now();
    let known = recommender.present.read().clone();
    if let Some(known) = known {
        if now - known.checked_at >= FRESH && !recommender.refreshing.swap(true, Ordering::AcqRel) {
            let app = app.clone();
            tokio::spawn(async move {
                if let Err(error) = refresh(&app).await {
                    tracing::warn!(%error, "recommendations go on with what is in memory");
                }
                app.recommender.refreshing.store(false, Ordering::Release);
            });
        }
        return Ok(known);
    }
    let _one = recommender.loading.lock().await;
    if let Some(known) = recommender.present.read().clone() {
        return Ok(known);
    }
    let loaded = read(app, None).await?;
    *recommender.present.write() = Some(loaded.clone());
    Ok(loaded)
}

async fn refresh(app: &App) -> Result<()> {
    let _one = app.recommender.loading.lock().await;
    let known = app.recommender.present.read().clone();
    let read = read(app, known.as_ref()).await?;
    let mut present = app.recommender.present.write();
    // Forgotten meanwhile: what was read may be what it was before the change.
    if present.is_some() || known.is_none() {
        *present = Some(read);
    }
    Ok(())
}

async fn read(app: &App, known: Option<&Present>) -> Result<Present> {
    let now = app.clock.now();
    let active = model::active(&app.db).await?;
    let is_same = |knowledge: &Knowledge, id: RecommendationModelId| knowledge.id == id;
    let kept = known.and_then(|known| known.knowledge.clone());
    let knowledge = match (active, kept) {
        (None, _) => None,
        (Some(row), Some(kept)) if is_same(&kept, row.id) && row.status == ModelStatus::Active => Some(kept),
        (Some(_), _) => model::load(&app.db).await?.map(Arc::new),
    };
    let counted = known.filter(|known| now - known.counted_at < TRENDS_FRESH);
    Ok(Present {
        knowledge,
        rules: Arc::new(rule::all(&app.db).await?),
        trends: match counted {
            Some(known) => Arc::clone(&known.trends),
            None => Arc::new(trends(app).await?),
        },
        checked_at: now,
        counted_at: counted.map_or(now, |known| known.counted_at),
    })
}

async fn trends(app: &App) -> Result<Trends> {
    let now = app.clock.now();
    let Some(last) = last_order(&app.db).await? else {
        return Ok(Trends::default());
    };
    // A shop whose history was brought along from elsewhere may have sold nothing since.
    let stale = now - last > NOW;
    let end = if stale { last } else { now };
    let sales = orders_since(&app.db, end - TimeDelta::days(DAYS), ORDERS_MAX).await?;
    let (mut products, mut numbers) = (Vec::new(), HashMap::new());
    let (mut buyers, mut of) = (HashMap::new(), HashMap::<ChannelId, Vec<Purchase>>::new());
    for sale in sales {
        let next = buyers.len() as u64;
        let buyer = *buyers.entry(sale.buyer).or_insert(next);
        for product in sale.products {
            let item = *numbers.entry(product).or_insert_with(|| {
                products.push(product);
                products.len() as u32 - 1
            });
            of.entry(sale.channel).or_default().push(Purchase {
                item,
                buyer,
                at: sale.at.timestamp(),
            });
        }
    }
    let categories = categories_of(&app.db, &products).await?;
    let ranked = |purchases: Vec<Purchase>| {
        let found = trending(purchases, end.timestamp()).into_iter().take(TRENDS_MAX);
        let trend = |trend: recommender::trending::Trend| Trend {
            product: products[trend.item as usize],
            category: categories.get(&products[trend.item as usize]).copied(),
            score: trend.score,
            buyers: trend.buyers,
        };
        found.map(trend).collect()
    };
    Ok(Trends {
        of: of
            .into_iter()
            .map(|(channel, purchases)| (channel, ranked(purchases)))
            .collect(),
        until: stale.then_some(last),
    })
}

/// Asks the visits of late, which know of all that has been told so far.
///
/// # Errors
/// Those of the database, the first time.
pub async fn visits<T>(app: &App, ask: impl FnOnce(&Sessions) -> T) -> Result<T> {
    let now = app.clock.now();
    loop {
        if let Some(visits) = app.recommender.visits.lock().as_mut()
            && now - visits.read_at < VISITS_FRESH
            && visits.catch_up()
        {
            return Ok(ask(&visits.sessions));
        }
        let loaded = load_visits(app).await?;
        *app.recommender.visits.lock() = Some(loaded);
    }
}

impl Visits {
    /// Hears all that has been told. Says whether nothing was missed.
    fn catch_up(&mut self) -> bool {
        loop {
            match self.news.try_recv() {
                Ok(rows) => rows.iter().for_each(|row| push(&mut self.sessions, row)),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Lagged(_) | TryRecvError::Closed) => return false,
            }
        }
    }
}

fn push(sessions: &mut Sessions, row: &Interaction) {
    sessions.push(
        row.visit_id.uuid().as_u128(),
        row.product_id.uuid().as_u128(),
        row.at.timestamp(),
    );
}

async fn load_visits(app: &App) -> Result<Visits> {
    // Before the table is read: what comes meanwhile is heard twice rather than never.
    let news = app.analytics.feed.subscribe();
    let mut sessions = Sessions::new(VISITS_MAX);
    let mut after = Some(first_id_at(app.clock.now() - VISITS_DAYS));
    let mut read = 0;
    loop {
        let span = Span {
            after,
            channel: None,
            limit: INTERACTIONS_PAGE,
        };
        let page = interactions(&app.db, span).await?;
        page.iter().for_each(|row| push(&mut sessions, row));
        read += page.len();
        after = page.last().map(|row| row.id);
        if (page.len() as u64) < INTERACTIONS_PAGE || read >= INTERACTIONS_MAX {
            return Ok(Visits {
                sessions,
                read_at: app.clock.now(),
                news,
            });
        }
    }
}
