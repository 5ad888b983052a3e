//! What visitors do, as it happens, for models that live in memory. Those of this process are told at the commit; those
//! of others are read from the table, a second later.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use entity::InteractionId;
use moka::sync::Cache;
use tokio::sync::{broadcast, watch};

use crate::analytics::query::{Interaction, Span, interactions};
use crate::app::App;
use crate::platform::db::Backend;
use crate::platform::error::Result;
use crate::platform::id::first_id_at;

/// Batches that a slow listener may be behind before it misses some.
const BACKLOG: usize = 1024;
/// How often the table is read.
const PAUSE: Duration = Duration::from_secs(1);
/// How far back it is read each time: ids are made before the commit, so that late ones stand before those that were
/// read.
const OVERLAP: TimeDelta = TimeDelta::seconds(10);
/// Rows that are read at once.
const PAGE: u64 = 5_000;
/// Rows that are remembered as told, and for how long: more than arrive within the overlap.
const TOLD_MAX: u64 = 200_000;
const TOLD_FOR: Duration = Duration::from_secs(30);

/// Tells listeners of this process what visitors do, on any server. Nothing is kept: who falls behind, or listens too
/// late, misses it.
pub struct Feed {
    sender: broadcast::Sender<Arc<[Interaction]>>,
    told: Cache<InteractionId, ()>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BACKLOG),
            told: Cache::builder().max_capacity(TOLD_MAX).time_to_live(TOLD_FOR).build(),
        }
    }
}

impl Feed {
    /// What visitors do from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<[Interaction]>> {
        self.sender.subscribe()
    }

    /// Tells the listeners, each row once.
    pub(super) fn tell(&self, mut rows: Vec<Interaction>) {
        rows.retain(|row| {
            let new = !self.told.contains_key(&row.id);
            if new {
                self.told.insert(row.id, ());
            }
            new
        });
        if !rows.is_empty() {
            // Nobody listens: nothing is lost.
            let _ = self.sender.send(rows.into());
        }
    }
}

/// Follows what other servers take in, until `stop` turns true. A file of SQLite has one server: there is nothing to
/// follow.
pub async fn follow(app: App, mut stop: watch::Receiver<bool>) {
    if Backend::of(&app.db) == Backend::Sqlite {
        return;
    }
    while !*stop.borrow() {
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => return,
        }
        if let Err(error) = read(&app).await {
            tracing::warn!(%error, "what visitors do elsewhere was not read, will be tried again");
        }
    }
}

async fn read(app: &App) -> Result<()> {
    let mut after = first_id_at(app.clock.now() - OVERLAP);
    loop {
        let span = Span {
            after: Some(after),
            channel: None,
            limit: PAGE,
        };
        let rows = interactions(&app.db, span).await?;
        let full = rows.len() as u64 == PAGE;
        match rows.last() {
            Some(last) if full => after = last.id,
            _ => {
                app.analytics.feed.tell(rows);
                return Ok(());
            }
        }
        app.analytics.feed.tell(rows);
    }
}
