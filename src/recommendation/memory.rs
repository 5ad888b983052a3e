//! What is recommended by, in the memory of the process: the active model, what is bought lately, and what staff wants.
//! Read again every few seconds, in the background: what was there is used until what is new is there as a whole. Nobody
//! waits for it but the first who asks where the server did not read it at its start.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{CategoryId, ChannelId, ProductId};
use parking_lot::{Mutex, RwLock};
use recommender::trending::{DAYS, Purchase, trending};

use crate::app::App;
use crate::platform::error::Result;
use crate::recommendation::assortment::{self, Assortment};
use crate::recommendation::history::{categories_of, last_order, orders_since};
use crate::recommendation::model::{self, Knowledge, Trainer};
use crate::recommendation::rule::{self, Rule};
use crate::recommendation::visits::{self, Visits};

/// How soon another process's change is looked for.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// How soon sales are counted anew.
const TRENDS_FRESH: TimeDelta = TimeDelta::minutes(5);
/// Orders that are looked at for what is bought lately.
const ORDERS_MAX: u64 = 100_000;
/// Trending products of a channel that are kept.
const TRENDS_MAX: usize = 2_000;
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
    pub(super) visits: Visits,
    pub(super) assortment: Assortment,
    drift_checked: Mutex<Option<DateTime<Utc>>>,
}

impl Recommender {
    /// One that trains as `trainer` says and shows what is in `assortment`.
    pub fn new(trainer: Trainer, assortment: Assortment) -> Self {
        Self {
            trainer,
            assortment,
            ..Self::default()
        }
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
                let fresh = async {
                    refresh(&app).await?;
                    visits::keep_up(&app).await
                };
                if let Err(error) = fresh.await {
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

/// What is in memory now, if anything is: nothing is read.
pub(super) fn in_memory(app: &App) -> Option<Present> {
    app.recommender.present.read().clone()
}

/// Has all in memory, so that nobody who asks waits for it. For the start of a server.
///
/// # Errors
/// Those of the database.
pub async fn warm(app: &App) -> Result<()> {
    let known = present(app).await?;
    if let Some(knowledge) = known.knowledge {
        assortment::read_ahead(app, knowledge.products()).await?;
    }
    visits::load(app).await
}

/// Reads anew what is in memory, after a change in this process: whoever asks from now on sees it. Until it is read, those
/// who ask get what was there; nobody but the one who made the change waits.
pub(super) async fn reload(app: &App) {
    if app.recommender.present.read().is_none() {
        return;
    }
    if let Err(error) = refresh(app).await {
        tracing::warn!(%error, "a change of recommendations is seen a few seconds later");
    }
}

/// One at a time, and each reads what is there when its turn comes: the last to write has read the latest.
async fn refresh(app: &App) -> Result<()> {
    let _one = app.recommender.loading.lock().await;
    let known = in_memory(app);
    let read = read(app, known.as_ref()).await?;
    *app.recommender.present.write() = Some(read);
    Ok(())
}

async fn read(app: &App, known: Option<&Present>) -> Result<Present> {
    let now = app.clock.now();
    let active = model::active(&app.db).await?;
    let kept = known.and_then(|known| known.knowledge.clone());
    let knowledge = match (active, kept) {
        (None, _) => None,
        (Some(row), Some(kept)) if kept.id == row.id => Some(kept),
        (Some(row), _) => Some(Arc::new(model::load(&app.db, &row).await?)),
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
