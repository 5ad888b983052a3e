//! The log of searches: noted in memory, written beside the requests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::search::{search_day, search_log};
use entity::{ChannelId, SearchId, VisitId};
use parking_lot::Mutex;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::app::App;
use crate::channel::Scope;
use crate::platform::db::{Tx, insert_all};
use crate::platform::error::Result;
use crate::search::insight::{WITHHELD, day_of, keepable};
use crate::search::query::{Answer, Query};

/// Searches that wait to be written at most: some seconds of a busy shop, a few megabytes.
const WAITING_MAX: usize = 20_000;
/// How long searches are gathered.
const PAUSE: Duration = Duration::from_millis(250);

/// A search that was made.
#[derive(Clone, Debug)]
pub struct Noted {
    /// Its key.
    pub id: SearchId,
    /// The channel.
    pub channel: ChannelId,
    /// What was typed.
    pub text: String,
    /// Hits.
    pub total: u64,
    /// What the shopper probably meant.
    pub corrected: Option<String>,
    /// Whether a plainer part answered.
    pub degraded: bool,
    /// What answered.
    pub engine: &'static str,
    /// Whether it is a later page.
    pub continued: bool,
    /// The visit, where the client named it.
    pub visit: Option<VisitId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Searches on their way into the log.
#[derive(Default)]
pub struct SearchLog {
    waiting: Mutex<Waiting>,
    lost: AtomicU64,
    /// Held while rows are written.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    rows: Vec<Noted>,
    /// Whether somebody is going to write them.
    writer: bool,
}

impl SearchLog {
    /// Notes a search. Waits for nothing; when too many wait already, this one is lost and counted.
    pub fn note(&self, app: &App, search: Noted) {
        let mut waiting = self.waiting.lock();
        if waiting.rows.len() >= WAITING_MAX {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.rows.push(search);
        if !std::mem::replace(&mut waiting.writer, true) {
            tokio::spawn(write_all(app.clone()));
        }
    }

    /// Searches of this process that were not logged.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Notes a search that was answered.
pub fn note(app: &App, scope: &Scope, (id, visit): (SearchId, Option<VisitId>), asked: &Query, answer: &Answer) {
    let noted = Noted {
        id,
        channel: scope.channel.id,
        text: asked.text.clone(),
        total: answer.total,
        corrected: answer.corrected.clone(),
        degraded: answer.degraded,
        engine: answer.engine,
        continued: asked.page.after.is_some(),
        visit,
        at: app.clock.now(),
    };
    app.search.log().note(app, noted);
}

/// Writes what waits, until nothing does.
async fn write_all(app: App) {
    let log = app.search.log();
    let mut said = log.lost();
    loop {
        tokio::time::sleep(PAUSE).await;
        if let Err(error) = flush(&app).await {
            tracing::warn!(%error, "searches were not logged");
        }
        let lost = log.lost();
        if lost > said {
            tracing::warn!(
                lost = lost - said,
                "searches were lost: more were made than the log could take"
            );
            said = lost;
        }
        let mut waiting = log.waiting.lock();
        if waiting.rows.is_empty() {
            waiting.writer = false;
            return;
        }
    }
}

/// Writes the searches that wait; returns when those that were noted before are in the log.
///
/// # Errors
/// Those of the database; the searches are lost then, and counted.
pub async fn flush(app: &App) -> Result<()> {
    let log = app.search.log();
    let _turn = log.turn.lock().await;
    let rows = std::mem::take(&mut log.waiting.lock().rows);
    if rows.is_empty() {
        return Ok(());
    }
    let count = rows.len() as u64;
    let written = write(app, rows).await;
    if written.is_err() {
        log.lost.fetch_add(count, Ordering::Relaxed);
    }
    written
}

async fn write(app: &App, searches: Vec<Noted>) -> Result<()> {
    let mut days = BTreeMap::new();
    let mut rows = Vec::with_capacity(searches.len());
    for search in searches {
        *days.entry(day_of(search.at)).or_insert(0) += 1;
        let query = keepable(&search.text);
        // What may name somebody does so when it is spelt better, too.
        let corrected = search.corrected.as_deref().filter(|_| query != WITHHELD);
        let row = search_log::Model {
            id: search.id,
            channel_id: search.channel,
            corrected: corrected.map(keepable),
            query,
            total: i64::try_from(search.total).unwrap_or(i64::MAX),
            degraded: search.degraded,
            engine: search.engine.to_owned(),
            continued: search.continued,
            visit_id: search.visit,
            at: search.at,
        };
        rows.push(row.into_active_model());
    }
    let tx = app.db.begin().await?;
    insert_all(&tx, rows).await?;
    touch(&tx, days).await?;
    Ok(tx.commit().await?)
}

/// Says that so much was written of some days: they are counted again.
pub(super) async fn touch(tx: &Tx, days: BTreeMap<i32, i64>) -> Result<()> {
    if days.is_empty() {
        return Ok(());
    }
    let rows = days.into_iter().map(|(day, written)| search_day::ActiveModel {
        day: Set(day),
        written: Set(written),
        counted: Set(0),
    });
    let more = Expr::cust("search_day.written + excluded.written");
    let there = OnConflict::column(search_day::Column::Day)
        .value(search_day::Column::Written, more)
        .to_owned();
    search_day::Entity::insert_many(rows)
        .on_conflict(there)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
