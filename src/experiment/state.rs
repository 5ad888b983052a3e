//! An experiment is started, stopped or put away.

use entity::ExperimentId;
use entity::experiment::experiment::{Column, Entity, ExperimentStatus};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::experiment::query::Experiment;
use crate::experiment::save::{Held, hold, written};
use crate::experiment::snapshot::refresh;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};

/// What is done with an experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A draft gives out arms from now on, or from its start on.
    Start,
    /// One that runs stops for good.
    Stop,
    /// One that does not run is put away.
    Archive,
}

impl Step {
    fn action(self) -> &'static str {
        match self {
            Self::Start => "experimentStart",
            Self::Stop => "experimentStop",
            Self::Archive => "experimentArchive",
        }
    }

    /// Where an experiment comes to; nothing where the step does not lead on from.
    fn leads(self, from: ExperimentStatus) -> Option<ExperimentStatus> {
        match (self, from) {
            (Self::Start, ExperimentStatus::Draft) => Some(ExperimentStatus::Running),
            (Self::Stop, ExperimentStatus::Running) => Some(ExperimentStatus::Stopped),
            (Self::Archive, ExperimentStatus::Draft | ExperimentStatus::Stopped) => Some(ExperimentStatus::Archived),
            _ => None,
        }
    }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StateError {
    /// There is no such experiment.
    NotFound,
    /// The row is at this version.
    Stale(i32),
    /// It is not where the step leads on from.
    Status,
    /// Its end has passed.
    Over,
    /// What an arm sets is not understood; it was written when nobody looked.
    Form,
    /// The experiment with this key has units of it.
    Layer(String),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl StateError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("experiment-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Status => message!("experiment-status"),
            Self::Over => message!("experiment-over"),
            Self::Form => message!("experiment-form"),
            Self::Layer(other) => message!("experiment-layer-taken", other = other.as_str()),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for StateError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Does a step with an experiment.
///
/// # Errors
/// See [`StateError`]; nothing is done then.
pub async fn step(
    app: &App,
    actor: &Actor,
    (id, expected_version): (ExperimentId, Option<i32>),
    step: Step,
) -> Result<Experiment, StateError> {
    let tx = app.db.begin().await?;
    let before = match hold(&tx, id, expected_version).await? {
        Held::Ours(row) => *row,
        Held::Stale(version) => return Err(StateError::Stale(version)),
        Held::Gone => return Err(StateError::NotFound),
    };
    let now = app.clock.now();
    let mut after = before.clone();
    after.status = step.leads(before.status).ok_or(StateError::Status)?;
    after.updated_at = now;
    match step {
        Step::Start => {
            if before.ends_at.is_some_and(|end| end <= now) {
                return Err(StateError::Over);
            }
            if !app.experiments.forms.strangers(before.kind, &before.arms).is_empty() {
                return Err(StateError::Form);
            }
            if let Some(other) = neighbour(&tx, &before).await? {
                return Err(StateError::Layer(other.key));
            }
            after.started_at = Some(now);
        }
        Step::Stop => after.stopped_at = Some(now),
        Step::Archive => {}
    }
    after.clone().into_active_model().reset_all().update(&tx).await?;
    let entry = Entry::new(step.action(), "Experiment", id)
        .before(&written(&before))?
        .after(&written(&after))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    refresh(app).await?;
    Ok(after)
}

/// One that runs and has units of `own`: in the same layer, where both are, with slots in common, or with units of
/// another sort, whose slots say nothing of these.
async fn neighbour(tx: &Tx, own: &Experiment) -> Result<Option<Experiment>> {
    // All of the layer are held: of two that are started at once, the second sees the first.
    Entity::update_many()
        .col_expr(Column::Layer, Expr::col(Column::Layer))
        .filter(Column::Layer.eq(own.layer.as_str()))
        .exec(tx)
        .await?;
    let others = Entity::find()
        .filter(Column::Layer.eq(own.layer.as_str()))
        .filter(Column::Status.eq(ExperimentStatus::Running))
        .filter(Column::Id.ne(own.id))
        .all(tx)
        .await?;
    let meets = |other: &Experiment| {
        let places = match (own.channel_id, other.channel_id) {
            (Some(here), Some(there)) => here == there,
            _ => true,
        };
        let slots = own.slot_from < other.slot_to && other.slot_from < own.slot_to;
        places && (slots || own.unit != other.unit)
    };
    Ok(others.into_iter().find(meets))
}
