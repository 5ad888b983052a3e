//! An experiment is written, or written anew.

use entity::ExperimentId;
use entity::experiment::experiment::{Column, Entity, ExperimentStatus};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::experiment::draft::{Draft, DraftError};
use crate::experiment::query::{Experiment, by_id};
use crate::experiment::snapshot::refresh;
use crate::platform::db::{Tx, constraint_of};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};

/// Why an experiment was not written.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum SaveError {
    /// There is no such experiment.
    NotFound,
    /// The row is at this version.
    Stale(i32),
    /// Another experiment has the key.
    KeyTaken,
    /// It was started: what decides who sees what, and how it is judged, stays.
    Started,
    /// It is none.
    Draft(Vec<DraftError>),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl SaveError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("experiment-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::KeyTaken => message!("experiment-key-taken"),
            Self::Started => message!("experiment-started"),
            Self::Draft(errors) => match errors.first() {
                Some(error) => error.message(),
                None => message!("failed"),
            },
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for SaveError {
    fn from(error: sea_orm::DbErr) -> Self {
        match constraint_of(&error).as_deref() {
            Some("uq_experiment_key") => Self::KeyTaken,
            _ => Self::Fault(error.into()),
        }
    }
}

/// What the log is told of an experiment.
pub(super) fn written(row: &Experiment) -> serde_json::Value {
    json!({
        "key": row.key,
        "name": row.name,
        "hypothesis": row.hypothesis,
        "kind": row.kind,
        "channel": row.channel_id,
        "unit": row.unit,
        "status": row.status,
        "layer": row.layer,
        "slotFrom": row.slot_from,
        "slotTo": row.slot_to,
        "holdout": row.holdout,
        "arms": row.arms.0,
        "design": row.design,
        "startsAt": row.starts_at,
        "endsAt": row.ends_at,
    })
}

fn checked(app: &App, draft: &Draft) -> Result<(), SaveError> {
    let mut problems = draft.problems();
    let strangers = app.experiments.forms.strangers(draft.kind, &draft.arms);
    problems.extend(strangers.into_iter().map(DraftError::Form));
    match problems.is_empty() {
        true => Ok(()),
        false => Err(SaveError::Draft(problems)),
    }
}

/// `row` as `draft` has it.
fn filled(row: Experiment, draft: Draft) -> Experiment {
    Experiment {
        layer: draft.layer(),
        key: draft.key,
        name: draft.name.trim().to_owned(),
        hypothesis: draft.hypothesis.filter(|text| !text.trim().is_empty()),
        kind: draft.kind,
        channel_id: draft.channel,
        unit: draft.unit,
        slot_from: draft.slot_from,
        slot_to: draft.slot_to,
        holdout: draft.holdout,
        arms: draft.arms,
        design: draft.design,
        starts_at: draft.starts_at,
        ends_at: draft.ends_at,
        ..row
    }
}

/// Writes an experiment, which nobody sees before it is started.
///
/// # Errors
/// See [`SaveError`]; nothing is written then.
pub async fn create(app: &App, actor: &Actor, draft: Draft) -> Result<Experiment, SaveError> {
    checked(app, &draft)?;
    let now = app.clock.now();
    let blank = Experiment {
        id: app.ids.new_id(),
        key: String::new(),
        name: String::new(),
        hypothesis: None,
        kind: draft.kind,
        channel_id: None,
        unit: draft.unit,
        status: ExperimentStatus::Draft,
        salt: app.ids.secret(),
        layer: String::new(),
        slot_from: 0,
        slot_to: 0,
        holdout: 0,
        arms: draft.arms.clone(),
        design: draft.design.clone(),
        starts_at: None,
        ends_at: None,
        started_at: None,
        stopped_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let row = filled(blank, draft);
    let tx = app.db.begin().await?;
    let row = row.into_active_model().insert(&tx).await?;
    let entry = Entry::new("experimentCreate", "Experiment", row.id).after(&written(&row))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// The draft that an experiment came from, to be changed.
fn draft_of(row: &Experiment) -> Draft {
    let own = matches!(row.kind, entity::experiment::experiment::ExperimentKind::Keyed)
        && row.layer != format!("key {}", row.key);
    Draft {
        key: row.key.clone(),
        name: row.name.clone(),
        hypothesis: row.hypothesis.clone(),
        kind: row.kind,
        channel: row.channel_id,
        unit: row.unit,
        layer: own.then(|| row.layer.clone()),
        slot_from: row.slot_from,
        slot_to: row.slot_to,
        holdout: row.holdout,
        arms: row.arms.clone(),
        design: row.design.clone(),
        starts_at: row.starts_at,
        ends_at: row.ends_at,
    }
}

/// Changes an experiment with `change`. Of one that was started only the name, the hypothesis and the end can change: with
/// anything else, units would move between arms, or the results would mean something else.
///
/// # Errors
/// See [`SaveError`]; nothing is changed then.
pub async fn update(
    app: &App,
    actor: &Actor,
    (id, expected_version): (ExperimentId, Option<i32>),
    change: impl FnOnce(&mut Draft) + Send,
) -> Result<Experiment, SaveError> {
    let tx = app.db.begin().await?;
    let before = match hold(&tx, id, expected_version).await? {
        Held::Ours(row) => *row,
        Held::Stale(version) => return Err(SaveError::Stale(version)),
        Held::Gone => return Err(SaveError::NotFound),
    };
    let old = draft_of(&before);
    let mut draft = old.clone();
    change(&mut draft);
    if before.status != ExperimentStatus::Draft {
        let kept = Draft {
            name: old.name.clone(),
            hypothesis: old.hypothesis.clone(),
            ends_at: old.ends_at,
            ..draft.clone()
        };
        if kept != old {
            return Err(SaveError::Started);
        }
    }
    checked(app, &draft)?;
    let mut after = filled(before.clone(), draft);
    after.updated_at = app.clock.now();
    let model = after.clone().into_active_model().reset_all();
    model.update(&tx).await?;
    let entry = Entry::new("experimentUpdate", "Experiment", id)
        .before(&written(&before))?
        .after(&written(&after))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    refresh(app).await?;
    Ok(after)
}

/// What became of an attempt to hold an experiment.
pub(super) enum Held {
    /// It is ours until the end of the transaction, one version further.
    Ours(Box<Experiment>),
    /// It is at another version.
    Stale(i32),
    /// There is none.
    Gone,
}

/// Counts the version of an experiment up, which makes others who would change it wait, and gives it.
pub(super) async fn hold(tx: &Tx, id: ExperimentId, expected_version: Option<i32>) -> Result<Held> {
    let mut update = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id));
    if let Some(expected) = expected_version {
        update = update.filter(Column::Version.eq(expected));
    }
    let changed = update.exec(tx).await?.rows_affected;
    Ok(match by_id(tx, id).await? {
        None => Held::Gone,
        Some(row) if changed == 0 => Held::Stale(row.version),
        Some(row) => Held::Ours(Box::new(row)),
    })
}
