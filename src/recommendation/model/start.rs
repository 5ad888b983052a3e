//! A training begins.

use chrono::TimeDelta;
use entity::RecommendationModelId;
use entity::recommendation::recommendation_model;
use entity::recommendation::recommendation_model::{ModelKind, ModelStatus};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::platform::locale::{Message, message};
use crate::recommendation::jobs::Train;

/// Why a model is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Staff asked for it.
    Staff,
    /// The last one is old.
    Schedule,
    /// The last one fits no more.
    Drift,
    /// Somebody typed the command.
    Command,
    /// It was computed elsewhere.
    Import,
}

impl Reason {
    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Schedule => "schedule",
            Self::Drift => "drift",
            Self::Command => "command",
            Self::Import => "import",
        }
    }

    /// Whether nobody asked for a model of this reason.
    pub(super) fn is_automatic(name: &str) -> bool {
        [Self::Schedule, Self::Drift].iter().any(|reason| reason.name() == name)
    }
}

/// How long a training may take before another one takes its place.
const PATIENCE: TimeDelta = TimeDelta::hours(2);

/// Longest note in characters.
const NOTE_MAX: usize = 500;

/// Why no training began.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StartError {
    /// One is under way.
    Running,
    /// The note is too long.
    Note,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl StartError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Running => message!("training-runs"),
            Self::Note => message!("rule-note", max = NOTE_MAX),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for StartError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Has a worker train, for staff.
///
/// # Errors
/// See [`StartError`].
pub async fn start_training(app: &App, actor: &Actor, note: Option<&str>) -> Result<RecommendationModelId, StartError> {
    if note.is_some_and(|note| note.chars().count() > NOTE_MAX) {
        return Err(StartError::Note);
    }
    let tx = app.db.begin().await?;
    let model = enqueue(&tx, app, Reason::Staff).await?;
    let entry = Entry::new("recommendationTrainingStart", "RecommendationModel", model);
    let entry = entry
        .after(&json!({ "status": "training", "note": note }))
        .map_err(StartError::Fault)?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(model)
}

/// Has a worker train.
///
/// # Errors
/// See [`StartError`].
pub(in crate::recommendation) async fn enqueue(
    tx: &Tx,
    app: &App,
    reason: Reason,
) -> Result<RecommendationModelId, StartError> {
    let model = begin(tx, app, reason).await?;
    jobs::enqueue(tx, &Train { model }).await?;
    Ok(model)
}

/// Makes the row of a model that is going to be made. One that has been under way for too long has failed.
///
/// # Errors
/// See [`StartError`].
pub async fn begin(tx: &Tx, app: &App, reason: Reason) -> Result<RecommendationModelId, StartError> {
    use recommendation_model::Column;
    let now = app.clock.now();
    recommendation_model::Entity::update_many()
        .col_expr(Column::Status, Expr::value("failed"))
        .col_expr(Column::Failure, Expr::value("no word of it"))
        .filter(Column::Status.eq(ModelStatus::Training))
        .filter(Column::StartedAt.lt(now - PATIENCE))
        .exec(tx)
        .await?;
    let running = recommendation_model::Entity::find()
        .filter(Column::Status.eq(ModelStatus::Training))
        .one(tx)
        .await?;
    if running.is_some() {
        return Err(StartError::Running);
    }
    let last: Option<i32> = recommendation_model::Entity::find()
        .select_only()
        .column(Column::Version)
        .order_by_desc(Column::Version)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    let row = recommendation_model::Model {
        id: app.ids.new_id(),
        version: last.unwrap_or_default() + 1,
        kind: match reason {
            Reason::Import => ModelKind::Imported,
            _ => ModelKind::Trained,
        },
        status: ModelStatus::Training,
        reason: reason.name().to_owned(),
        stage: "waiting".to_owned(),
        progress: 0,
        window_from: None,
        window_to: None,
        orders: 0,
        customers: 0,
        items: 0,
        parameters: json!({}),
        metrics: json!({}),
        failure: None,
        started_at: now,
        trained_at: None,
        activated_at: None,
        held: false,
        withheld: None,
        attempt: 0,
    };
    let model = row.id;
    row.into_active_model().insert(tx).await?;
    Ok(model)
}
