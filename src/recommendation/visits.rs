//! The visits of late, in the memory of the process: read once at the start, told of every event by the feed. Nobody who
//! asks waits for them to be read; until they are, a list goes on without.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use entity::TypedId;
use entity::recommendation::recommendation_state;
use entity::recommendation::recommendation_state::Column;
use parking_lot::Mutex;
use recommender::Sessions;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{EntityTrait, QuerySelect};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;

use crate::analytics::Interaction;
use crate::app::App;
use crate::platform::db::{Db, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::recommendation::looks::{Look, looks};

/// Visits that are remembered.
const VISITS_MAX: usize = 50_000;
/// How far back visits are read.
const DAYS: TimeDelta = TimeDelta::days(30);
/// Looks that are read, the latest.
const LOOKS_MAX: u64 = 400_000;
/// How soon visits are read anew, so that old ones go.
const FRESH: TimeDelta = TimeDelta::days(1);

/// The visits of late.
#[derive(Default)]
pub struct Visits {
    known: Mutex<Option<Known>>,
    reading: tokio::sync::Mutex<()>,
    soon: AtomicBool,
}

struct Known {
    sessions: Sessions,
    /// How often visits had been erased when these were read.
    erased: i64,
    read_at: DateTime<Utc>,
    news: Receiver<Arc<[Interaction]>>,
}

impl Known {
    /// Hears all that has been told. Says whether nothing was missed.
    fn catch_up(&mut self) -> bool {
        loop {
            match self.news.try_recv() {
                Ok(rows) => rows.iter().for_each(|row| {
                    let look = Look {
                        visit: row.visit_id,
                        product: row.product_id,
                        at: row.at,
                    };
                    push(&mut self.sessions, look);
                }),
                Err(TryRecvError::Empty) => return true,
                // What comes behind the gap is heard all the same.
                Err(TryRecvError::Lagged(_)) => {
                    self.read_at = DateTime::<Utc>::MIN_UTC;
                }
                Err(TryRecvError::Closed) => return false,
            }
        }
    }

    fn is_whole(&mut self, now: DateTime<Utc>) -> bool {
        self.catch_up() && now.signed_duration_since(self.read_at) < FRESH
    }
}

fn push(sessions: &mut Sessions, look: Look) {
    sessions.push(
        look.visit.uuid().as_u128(),
        look.product.uuid().as_u128(),
        look.at.timestamp(),
    );
}

/// Asks the visits of late, which know of all that has been told so far. None while they are not in memory.
pub fn ask<T>(app: &App, question: impl FnOnce(&Sessions) -> T) -> Option<T> {
    let visits = &app.recommender.visits;
    let (answer, is_whole) = match visits.known.lock().as_mut() {
        Some(known) => {
            let is_whole = known.is_whole(app.clock.now());
            (Some(question(&known.sessions)), is_whole)
        }
        None => (None, false),
    };
    if !is_whole && !visits.soon.swap(true, Ordering::AcqRel) {
        let app = app.clone();
        tokio::spawn(async move {
            if let Err(error) = load(&app).await {
                tracing::warn!(%error, "visits were not read, will be tried again");
            }
            app.recommender.visits.soon.store(false, Ordering::Release);
        });
    }
    answer
}

/// Has the visits in memory, as they are now. One reads them, and the others that want them wait for that; who asks
/// meanwhile gets what was there.
///
/// # Errors
/// Those of the database; what was there stays.
pub async fn load(app: &App) -> Result<()> {
    let visits = &app.recommender.visits;
    let _one = visits.reading.lock().await;
    // Before the visits: what is erased meanwhile is looked at once more.
    let erased = erased(&app.db).await?;
    let now = app.clock.now();
    if let Some(known) = visits.known.lock().as_mut()
        && known.erased == erased
        && known.is_whole(now)
    {
        return Ok(());
    }
    // Before the table is read: what comes meanwhile is heard twice rather than never.
    let news = app.analytics.feed.subscribe();
    let mut found = Vec::new();
    looks(&app.db, now - DAYS, LOOKS_MAX, |look| found.push(look)).await?;
    let mut sessions = Sessions::new(VISITS_MAX);
    for look in found.into_iter().rev() {
        push(&mut sessions, look);
    }
    let before = visits.known.lock().replace(Known {
        sessions,
        erased,
        read_at: now,
        news,
    });
    // Not while somebody waits for the lock: there may be many.
    drop(before);
    Ok(())
}

/// Reads the visits anew where they are in memory and some were erased.
///
/// # Errors
/// Those of the database.
pub async fn keep_up(app: &App) -> Result<()> {
    let is_known = app.recommender.visits.known.lock().is_some();
    match is_known {
        true => load(app).await,
        false => Ok(()),
    }
}

/// Notes that visits were erased: every process that remembers visits reads them anew.
///
/// # Errors
/// Those of the database.
pub async fn note_erased(app: &App) -> Result<()> {
    retry_conflicts(Fault::db, || async {
        let tx = app.db.begin().await?;
        recommendation_state::Entity::update_many()
            .col_expr(Column::VisitsErased, Expr::col(Column::VisitsErased).add(1))
            .exec(&tx)
            .await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

async fn erased(db: &Db) -> Result<i64> {
    let times = recommendation_state::Entity::find()
        .select_only()
        .column(Column::VisitsErased);
    Ok(times.into_tuple::<i64>().one(db).await?.unwrap_or_default())
}
