//! Models, for staff.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, InputObject, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::RecommendationModelId;
use entity::recommendation::recommendation_model::{ModelKind, ModelStatus};

use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::{Gid, global_id};
use crate::graphql::page::{Connection, Known};
use crate::platform::page::{Page, PageArgs};
use crate::platform::permission::Permission;
use crate::recommendation::drift::{self, Drift};
use crate::recommendation::model::{
    ActivateError, RecommendationModel, StartError, activate, models, models_by_ids, start_training,
};

/// A version of what is recommended.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecommendationModelKey(pub RecommendationModelId);

impl Loader<RecommendationModelKey> for Batch {
    type Value = RecommendationModel;
    type Error = Shared;

    async fn load(
        &self,
        keys: &[RecommendationModelKey],
    ) -> Result<HashMap<RecommendationModelKey, RecommendationModel>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = models_by_ids(&self.app.db, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, row)| (RecommendationModelKey(id), row))
            .collect())
    }
}

/// Where a model stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ModelStatus")]
pub enum RecommendationModelStatus {
    /// It is being made.
    Training,
    /// It is recommended by.
    Active,
    /// It was, or was ready to be; one can go back to it.
    Retired,
    /// It could not be made.
    Failed,
}

/// Where a model comes from.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ModelKind")]
pub enum RecommendationModelKind {
    /// Trained here.
    Trained,
    /// Computed elsewhere, and imported.
    Imported,
}

/// A version of what is recommended.
#[derive(Clone)]
pub struct RecommendationModelObject(pub RecommendationModel);

/// A version of what is recommended.
#[Object(name = "RecommendationModel")]
impl RecommendationModelObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Counts up with each training.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Where it comes from.
    async fn kind(&self) -> RecommendationModelKind {
        self.0.kind.into()
    }

    /// Where it stands.
    async fn status(&self) -> RecommendationModelStatus {
        self.0.status.into()
    }

    /// Why it was made: `staff`, `schedule`, `drift`, `command`, `import`.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// What is being done while it is made.
    async fn stage(&self) -> &str {
        &self.0.stage
    }

    /// How much of it is done, in percent.
    async fn progress(&self) -> i32 {
        self.0.progress
    }

    /// When the first order was placed that it knows.
    async fn window_from(&self) -> Option<DateTime<Utc>> {
        self.0.window_from
    }

    /// When the last order was placed that it knows.
    async fn window_to(&self) -> Option<DateTime<Utc>> {
        self.0.window_to
    }

    /// Orders that it knows.
    async fn orders(&self) -> i64 {
        self.0.orders
    }

    /// Customers that it knows.
    async fn customers(&self) -> i64 {
        self.0.customers
    }

    /// Products that it knows.
    async fn items(&self) -> i64 {
        self.0.items
    }

    /// What it was made with.
    async fn parameters(&self) -> Json<serde_json::Value> {
        Json(self.0.parameters.clone())
    }

    /// What it reached on orders that were kept aside: ndcg@10 and hit rate@10.
    async fn metrics(&self) -> Json<serde_json::Value> {
        Json(self.0.metrics.clone())
    }

    /// Why it could not be made.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// When its making began.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// When it was finished.
    async fn trained_at(&self) -> Option<DateTime<Utc>> {
        self.0.trained_at
    }

    /// When it was last made the active one.
    async fn activated_at(&self) -> Option<DateTime<Utc>> {
        self.0.activated_at
    }

    /// Whether it stays the active one until staff says otherwise: what the schedule and the look for drift have made does
    /// not take its place.
    async fn held(&self) -> bool {
        self.0.held
    }

    /// Why it was not made the active one when it was finished: it is worse than the active one by more than a tenth and two
    /// standard errors, or that one is held. Null where nothing was said against it.
    async fn withheld(&self) -> Option<&str> {
        self.0.withheld.as_deref()
    }
}

/// How well the active model still fits what is bought.
#[derive(SimpleObject)]
pub struct RecommendationDrift {
    /// The active model's version; null when there is none.
    version: Option<i32>,
    /// Orders since it was made that were looked at.
    orders: i32,
    /// Share of the lines of these whose product it knows; null when there are none.
    coverage: Option<f64>,
    /// Share of the products on sale that it does not know.
    new_products: f64,
    /// Share of these orders from which it guesses the item that is left out, among its first 10.
    hit_rate: Option<f64>,
    /// The same on the orders that were kept aside when it was made: products with 10 orders, orders of 3 to 60 of them.
    expected_hit_rate: Option<f64>,
    /// Days since it was made the active one.
    age_days: Option<f64>,
    /// Whether it stays until staff says otherwise, whatever the reasons.
    held: bool,
    /// Why a new one should be made: `none`, `coverage`, `new_products`, `hit_rate`, `age`; empty when there is no reason.
    reasons: Vec<String>,
}

impl From<Drift> for RecommendationDrift {
    fn from(drift: Drift) -> Self {
        let reasons = drift.reasons().into_iter().map(|reason| reason.name().to_owned());
        Self {
            reasons: reasons.collect(),
            version: drift.version,
            orders: i32::try_from(drift.orders).unwrap_or(i32::MAX),
            coverage: drift.coverage,
            new_products: drift.new_products,
            hit_rate: drift.hit_rate,
            expected_hit_rate: drift.expected,
            age_days: drift.age_days,
            held: drift.held,
        }
    }
}

/// A training.
#[derive(InputObject)]
pub struct RecommendationTrainingStartInput {
    /// Why, for the audit log; up to 500 characters.
    note: Option<String>,
}

/// A version to recommend by.
#[derive(InputObject)]
pub struct RecommendationModelActivateInput {
    /// The version.
    id: Gid<RecommendationModelId>,
    /// Whether it stays until staff says otherwise, whatever the schedule and the look for drift want; true when not given.
    /// Of the version that is active already only this changes.
    hold: Option<bool>,
}

/// Answer of changes of models.
#[derive(SimpleObject)]
pub struct RecommendationModelPayload {
    /// The model; null on errors.
    model: Option<RecommendationModelObject>,
    /// Why nothing was done: NOT_FOUND, INVALID_INPUT, LIMIT_REACHED.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Reads of models.
#[derive(Default)]
pub struct RecommendationModelQuery;

#[Object]
impl RecommendationModelQuery {
    /// The versions of what is recommended, the latest first. Staff only: `recommendation.read`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationRead)",
        visible = "visible::recommendation_read"
    )]
    async fn recommendation_models(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Versions a page, 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<RecommendationModelObject>> {
        ctx.everywhere(Permission::RecommendationRead)?;
        let args = PageArgs::new(first, after, true)?;
        let all = models(&ctx.app().db).await?;
        let total = Known(all.len());
        let page = Page::from_slice(&args, "recommendation_models", all, |row| row.version)?;
        Ok(Connection::new(page, RecommendationModelObject, total))
    }

    /// How well the active model still fits what is bought. Staff only: `recommendation.read`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationRead)",
        visible = "visible::recommendation_read"
    )]
    async fn recommendation_drift(&self, ctx: &Context<'_>) -> Result<RecommendationDrift> {
        ctx.everywhere(Permission::RecommendationRead)?;
        Ok(Box::pin(drift::drift(ctx.app())).await?.into())
    }
}

/// Changes of models.
#[derive(Default)]
pub struct RecommendationModelMutation;

#[Object]
impl RecommendationModelMutation {
    /// Has a worker make a new version from the orders and what visitors do; it is recommended by when it is finished, unless
    /// it is worse than the active one by more than a tenth. Staff only: `recommendation.write`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationWrite)",
        visible = "visible::recommendation_write"
    )]
    async fn recommendation_training_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The training.")] input: RecommendationTrainingStartInput,
    ) -> Result<RecommendationModelPayload> {
        ctx.everywhere(Permission::RecommendationWrite)?;
        match Box::pin(start_training(ctx.app(), &ctx.actor(), input.note.as_deref())).await {
            Ok(model) => changed(ctx, model).await,
            Err(StartError::Fault(fault)) => Err(fault.into()),
            Err(error @ StartError::Running) => {
                Ok(refused(UserError::new(ErrorCode::LimitReached, error.message(), &[])))
            }
            Err(error @ StartError::Note) => Ok(refused(UserError::invalid(error.message(), &["note"]))),
        }
    }

    /// Recommends by another finished version: back to an older one, or forward again. Staff only:
    /// `recommendation.write`, for every channel.
    #[graphql(
        guard = "Needs(Permission::RecommendationWrite)",
        visible = "visible::recommendation_write"
    )]
    async fn recommendation_model_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version.")] input: RecommendationModelActivateInput,
    ) -> Result<RecommendationModelPayload> {
        ctx.everywhere(Permission::RecommendationWrite)?;
        let (id, hold) = (input.id, input.hold.unwrap_or(true));
        match Box::pin(activate(ctx.app(), &ctx.actor(), id.0, hold)).await {
            Ok(()) => changed(ctx, id.0).await,
            Err(ActivateError::Fault(fault)) => Err(fault.into()),
            Err(error @ ActivateError::NotFound) => Ok(refused(UserError::not_found(error.message(), &["id"]))),
            Err(error @ ActivateError::Unfinished) => Ok(refused(UserError::invalid(error.message(), &["id"]))),
        }
    }
}

async fn changed(ctx: &Context<'_>, model: RecommendationModelId) -> Result<RecommendationModelPayload> {
    let model = ctx.batch(RecommendationModelKey(model)).await?;
    Ok(RecommendationModelPayload {
        model: model.map(RecommendationModelObject),
        errors: Vec::new(),
        warnings: Vec::new(),
    })
}

fn refused(error: UserError) -> RecommendationModelPayload {
    RecommendationModelPayload {
        model: None,
        errors: vec![error],
        warnings: Vec::new(),
    }
}
