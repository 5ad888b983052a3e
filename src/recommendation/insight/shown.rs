//! How often products are recommended: counted in memory, written now and then.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use entity::recommendation::recommendation_shown_day::{ActiveModel, Column, Entity};
use entity::{ChannelId, ExperimentId, TypedId};
use parking_lot::Mutex;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::{Expr, OnConflict};
use tokio::sync::watch;
use uuid::Uuid;

use crate::app::App;
use crate::channel::Scope;
use crate::platform::error::Result;
use crate::recommendation::trial::Trial;
use crate::search::insight::day_of;

/// How often counts are written.
const PAUSE: Duration = Duration::from_secs(10);
/// Counts that wait at most: far more than there are places, strategies and arms.
const WAITING_MAX: usize = 4_000;

/// What is counted together. Sorted, so that servers that write at the same time do not wait for each other in a circle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    channel: ChannelId,
    day: i32,
    surface: String,
    strategy: String,
    experiment: ExperimentId,
    arm: String,
}

/// Recommendations that were shown and are not counted in the database yet.
#[derive(Default)]
pub struct Shown {
    waiting: Mutex<BTreeMap<Key, i64>>,
    lost: AtomicU64,
}

impl Shown {
    /// Recommendations of this process that are counted nowhere.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    fn add(&self, counts: impl IntoIterator<Item = (Key, i64)>) {
        let mut waiting = self.waiting.lock();
        for (key, count) in counts {
            if waiting.len() >= WAITING_MAX && !waiting.contains_key(&key) {
                self.lost
                    .fetch_add(u64::try_from(count).unwrap_or_default(), Ordering::Relaxed);
                continue;
            }
            *waiting.entry(key).or_default() += count;
        }
    }
}

/// Notes that a list was given out. Staff are no shoppers: what they look at is not counted.
pub fn note<'a>(
    app: &App,
    scope: &Scope,
    (surface, trial): (&str, Option<&Trial>),
    strategies: impl Iterator<Item = &'a str>,
) {
    if scope.viewer.is_staff() {
        return;
    }
    let day = day_of(app.clock.now());
    let mut given: BTreeMap<&str, i64> = BTreeMap::new();
    for strategy in strategies {
        *given.entry(strategy).or_default() += 1;
    }
    let counts = given.into_iter().map(|(strategy, count)| {
        let key = Key {
            channel: scope.channel.id,
            day,
            surface: surface.to_owned(),
            strategy: strategy.to_owned(),
            experiment: trial.map_or(ExperimentId::from_uuid(Uuid::nil()), |trial| trial.experiment),
            arm: trial.map(|trial| trial.arm.clone()).unwrap_or_default(),
        };
        (key, count)
    });
    // All requests wait for the lock: the keys are made before it is taken.
    app.shown.add(counts.collect::<Vec<_>>());
}

/// Writes what waits. What cannot be written waits on.
///
/// # Errors
/// Those of the database.
pub async fn flush(app: &App) -> Result<()> {
    let counts = std::mem::take(&mut *app.shown.waiting.lock());
    if counts.is_empty() {
        return Ok(());
    }
    let written = write(app, &counts).await;
    if written.is_err() {
        app.shown.add(counts);
    }
    written
}

async fn write(app: &App, counts: &BTreeMap<Key, i64>) -> Result<()> {
    let rows = counts.iter().map(|(key, shown)| ActiveModel {
        channel_id: Set(key.channel),
        day: Set(key.day),
        surface: Set(key.surface.clone()),
        strategy: Set(key.strategy.clone()),
        experiment_id: Set(key.experiment),
        arm: Set(key.arm.clone()),
        shown: Set(*shown),
    });
    let key = [
        Column::ChannelId,
        Column::Day,
        Column::Surface,
        Column::Strategy,
        Column::ExperimentId,
        Column::Arm,
    ];
    let more = Expr::cust("recommendation_shown_day.shown + excluded.shown");
    let there = OnConflict::columns(key).value(Column::Shown, more).to_owned();
    let tx = app.db.begin().await?;
    Entity::insert_many(rows)
        .on_conflict(there)
        .exec_without_returning(&tx)
        .await?;
    Ok(tx.commit().await?)
}

/// Writes what was shown now and then, until `stop` turns true, and a last time.
pub async fn follow(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let stopped = *stop.borrow();
        if let Err(error) = flush(&app).await {
            tracing::warn!(%error, "what was recommended was not counted, will be tried again");
        }
        if stopped {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => {}
        }
    }
}
