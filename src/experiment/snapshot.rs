//! The experiments that run, in memory: who asks for an arm sends no statement.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::experiment::experiment::{Arm, Column, Entity, ExperimentKind, ExperimentStatus, ExperimentUnit};
use entity::{ChannelId, ExperimentId};
use parking_lot::RwLock;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tokio::sync::watch;
use uuid::Uuid;

use crate::analytics::Visitor;
use crate::app::App;
use crate::experiment::bucket::{HOLDOUT_SALT, arm_of, bucket, layer_salt};
use crate::experiment::exposure::Exposures;
use crate::experiment::form::Forms;
use crate::experiment::query::Experiment;
use crate::platform::error::Result;

/// How often what other servers changed is read.
const PAUSE: Duration = Duration::from_secs(5);

/// What the process keeps of experiments.
#[derive(Default)]
pub struct Experiments {
    running: RwLock<Option<Arc<Running>>>,
    /// Counts the looks at the table, so that an older one does not replace what a newer one saw.
    looks: AtomicU64,
    /// What arms may say.
    pub(super) forms: Forms,
    /// What was shown and is not written yet.
    pub(super) exposures: Exposures,
}

impl Experiments {
    /// None is known yet; arms say what `forms` understand.
    pub fn new(forms: Forms) -> Self {
        Self {
            forms,
            ..Self::default()
        }
    }

    /// Exposures that were lost: more came than could be written.
    pub fn lost(&self) -> u64 {
        self.exposures.lost()
    }
}

/// The experiments that run.
#[derive(Default)]
pub(super) struct Running {
    look: u64,
    all: Vec<Entry>,
}

/// An experiment that runs, as far as lots need it.
pub(super) struct Entry {
    pub id: ExperimentId,
    pub key: String,
    pub kind: ExperimentKind,
    pub arms: Vec<Arm>,
    channel: Option<ChannelId>,
    unit: ExperimentUnit,
    salt: String,
    layer: String,
    slots: std::ops::Range<u32>,
    holdout: u32,
    weights: Vec<u32>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
}

/// What the lots say of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lot {
    /// This arm, by its place.
    Arm(usize),
    /// It takes part in nothing, and is counted as such.
    HeldOut,
    /// The experiment is not about it.
    Out,
}

impl Entry {
    fn of(row: Experiment) -> Self {
        let number = |n: i32| u32::try_from(n).unwrap_or_default();
        Self {
            id: row.id,
            key: row.key,
            kind: row.kind,
            weights: row.arms.0.iter().map(|arm| number(arm.weight)).collect(),
            arms: row.arms.0,
            channel: row.channel_id,
            unit: row.unit,
            salt: row.salt,
            layer: row.layer,
            slots: number(row.slot_from)..number(row.slot_to),
            holdout: number(row.holdout),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        }
    }

    /// Whether it gives out arms in this channel now.
    pub fn is_open(&self, channel: ChannelId, now: DateTime<Utc>) -> bool {
        self.channel.is_none_or(|own| own == channel)
            && self.starts_at.is_none_or(|start| start <= now)
            && self.ends_at.is_none_or(|end| now < end)
    }

    /// What a visitor counts as here; nothing when the experiment is about others.
    pub fn unit(&self, visitor: Visitor) -> Option<Uuid> {
        match self.unit {
            ExperimentUnit::Visit => visitor.visit.map(|visit| visit.0),
            ExperimentUnit::Customer => visitor.customer.map(|customer| customer.0),
        }
    }

    /// The lot of a unit.
    pub fn lot(&self, unit: Uuid) -> Lot {
        if !self.slots.contains(&bucket(&layer_salt(&self.layer), unit)) {
            return Lot::Out;
        }
        if bucket(HOLDOUT_SALT, unit) < self.holdout {
            return Lot::HeldOut;
        }
        arm_of(bucket(&self.salt, unit), &self.weights).map_or(Lot::Out, Lot::Arm)
    }
}

impl Running {
    /// The experiment called `key`.
    pub fn by_key(&self, key: &str) -> Option<&Entry> {
        self.all.iter().find(|entry| entry.key == key)
    }

    /// The experiments of a kind, oldest first.
    pub fn of_kind(&self, kind: ExperimentKind) -> impl Iterator<Item = &Entry> {
        self.all.iter().filter(move |entry| entry.kind == kind)
    }
}

/// The experiments that run, as this process last saw them. Read the first time that somebody asks.
pub(super) async fn running(app: &App) -> Result<Arc<Running>> {
    let known = app.experiments.running.read().clone();
    match known {
        Some(running) => Ok(running),
        None => read(app).await,
    }
}

/// Has this process see the experiments as they are.
///
/// # Errors
/// Those of the database.
pub async fn refresh(app: &App) -> Result<()> {
    read(app).await?;
    Ok(())
}

/// Follows what other servers change, until `stop` turns true; then writes what was shown.
pub async fn follow(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = refresh(&app).await {
            tracing::warn!(%error, "experiments were not read, will be tried again");
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.changed() => {}
        }
    }
    super::exposure::flush(&app).await;
}

async fn read(app: &App) -> Result<Arc<Running>> {
    let look = app.experiments.looks.fetch_add(1, Ordering::Relaxed) + 1;
    let rows = Entity::find()
        .filter(Column::Status.eq(ExperimentStatus::Running))
        .order_by_asc(Column::Id)
        .all(&app.db)
        .await?;
    let fresh = Arc::new(Running {
        look,
        all: rows.into_iter().map(Entry::of).collect(),
    });
    let mut running = app.experiments.running.write();
    if running.as_ref().is_none_or(|known| known.look < look) {
        *running = Some(Arc::clone(&fresh));
    }
    Ok(fresh)
}
