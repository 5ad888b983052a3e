//! What was shown, written off the path of requests: in batches, each unit of an experiment once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::ExperimentId;
use entity::experiment::exposure::{Column, Model};
use moka::sync::Cache;
use parking_lot::Mutex;
use sea_orm::IntoActiveModel;
use uuid::Uuid;

use crate::app::App;
use crate::platform::db::insert_new;
use crate::platform::error::Result;

/// The arm of those who take part in nothing. No experiment may call an arm so.
pub(super) const HELD_OUT: &str = "holdout";
/// Exposures that wait to be written at most; more are lost, and counted.
const WAITING_MAX: usize = 50_000;
/// How long they wait for company.
const PAUSE: Duration = Duration::from_secs(1);
/// Rows in a statement.
const CHUNK: usize = 5_000;
/// Units that are remembered as written: seen again within the hour, they cost nothing.
const KNOWN_MAX: u64 = 200_000;
const KNOWN_FOR: Duration = Duration::from_secs(3600);

type Key = (ExperimentId, Uuid);

/// The exposures of this process that wait to be written.
pub(super) struct Exposures {
    waiting: Mutex<Waiting>,
    known: Cache<Key, ()>,
    lost: AtomicU64,
    /// Held while rows are written.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    rows: HashMap<Key, (String, DateTime<Utc>)>,
    /// Whether somebody is going to write them.
    called: bool,
}

impl Default for Exposures {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            known: Cache::builder().max_capacity(KNOWN_MAX).time_to_live(KNOWN_FOR).build(),
            lost: AtomicU64::new(0),
            turn: tokio::sync::Mutex::default(),
        }
    }
}

impl Exposures {
    /// Notes that `unit` is shown `arm`.
    pub fn note(&self, app: &App, experiment: ExperimentId, unit: Uuid, arm: &str) {
        let key = (experiment, unit);
        if self.known.contains_key(&key) {
            return;
        }
        let mut waiting = self.waiting.lock();
        if waiting.rows.contains_key(&key) {
            return;
        }
        if waiting.rows.len() >= WAITING_MAX {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.rows.insert(key, (arm.to_owned(), app.clock.now()));
        if !std::mem::replace(&mut waiting.called, true) {
            let app = app.clone();
            tokio::spawn(async move {
                tokio::time::sleep(PAUSE).await;
                flush(&app).await;
            });
        }
    }

    /// Exposures that were lost.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn take(&self) -> Vec<Model> {
        let mut waiting = self.waiting.lock();
        waiting.called = false;
        let rows = std::mem::take(&mut waiting.rows).into_iter();
        let row = |((experiment_id, unit_id), (arm, at))| Model {
            experiment_id,
            unit_id,
            arm,
            at,
        };
        rows.map(row).collect()
    }
}

/// Writes what was shown. What cannot be written is lost, and counted: an experiment that misses a few units is right all
/// the same, when it misses them in all arms alike.
pub async fn flush(app: &App) {
    let exposures = &app.experiments.exposures;
    // Who asks for them to be written waits for those that somebody is writing, too.
    let _turn = exposures.turn.lock().await;
    let rows = exposures.take();
    for chunk in rows.chunks(CHUNK) {
        match write(app, chunk).await {
            Ok(()) => {
                for row in chunk {
                    exposures.known.insert((row.experiment_id, row.unit_id), ());
                }
            }
            Err(error) => {
                exposures.lost.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                tracing::warn!(%error, exposures = chunk.len(), "exposures of experiments were lost");
            }
        }
    }
}

async fn write(app: &App, rows: &[Model]) -> Result<()> {
    let tx = app.db.begin().await?;
    let rows = rows.iter().cloned().map(IntoActiveModel::into_active_model).collect();
    insert_new(&tx, rows, &[Column::ExperimentId, Column::UnitId]).await?;
    tx.commit().await?;
    Ok(())
}
