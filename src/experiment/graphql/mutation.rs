//! Changes of experiments.

use std::sync::Arc;

use async_graphql::{Context, MaybeUndefined, Object, Result, SimpleObject};

use crate::channel::Channel;
use crate::experiment::draft::DraftError;
use crate::experiment::graphql::input::{ExperimentCreateInput, ExperimentStepInput, ExperimentUpdateInput};
use crate::experiment::graphql::types::ExperimentObject;
use crate::experiment::query::Experiment;
use crate::experiment::save::{SaveError, create, update};
use crate::experiment::state::{StateError, Step, step};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::platform::error::Fault;
use crate::platform::locale::message;
use crate::platform::permission::Permission;

/// Answer of changes of experiments.
#[derive(SimpleObject)]
pub struct ExperimentPayload {
    /// The experiment as it is now; null on errors.
    experiment: Option<ExperimentObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, ALREADY_EXISTS, STALE_VERSION.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

impl ExperimentPayload {
    fn refused(errors: Vec<UserError>) -> Self {
        Self {
            experiment: None,
            errors,
            warnings: Vec::new(),
        }
    }
}

impl From<Experiment> for ExperimentPayload {
    fn from(experiment: Experiment) -> Self {
        Self {
            experiment: Some(ExperimentObject(experiment)),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

fn saved(result: Result<Experiment, SaveError>) -> Result<ExperimentPayload, Fault> {
    let error = match result {
        Ok(experiment) => return Ok(experiment.into()),
        Err(SaveError::Fault(fault)) => return Err(fault),
        Err(error) => error,
    };
    let (code, field) = match &error {
        SaveError::Stale(current) => {
            let stale = UserError::stale(*current, &["expectedVersion"]);
            return Ok(ExperimentPayload::refused(vec![stale]));
        }
        SaveError::Draft(errors) => {
            let one = |error: &DraftError| {
                let path = error.path();
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                UserError::invalid(error.message(), &path)
            };
            return Ok(ExperimentPayload::refused(errors.iter().map(one).collect()));
        }
        SaveError::NotFound => (ErrorCode::NotFound, "id"),
        SaveError::KeyTaken => (ErrorCode::AlreadyExists, "key"),
        SaveError::Started | SaveError::Fault(_) => (ErrorCode::InvalidInput, "id"),
    };
    Ok(ExperimentPayload::refused(vec![UserError::new(
        code,
        error.message(),
        &[field],
    )]))
}

fn stepped(result: Result<Experiment, StateError>) -> Result<ExperimentPayload, Fault> {
    let error = match result {
        Ok(experiment) => return Ok(experiment.into()),
        Err(StateError::Fault(fault)) => return Err(fault),
        Err(error) => error,
    };
    let refused = match &error {
        StateError::Stale(current) => UserError::stale(*current, &["expectedVersion"]),
        StateError::NotFound => UserError::not_found(error.message(), &["id"]),
        StateError::Status | StateError::Over | StateError::Layer(_) | StateError::Fault(_) => {
            UserError::invalid(error.message(), &["id"])
        }
    };
    Ok(ExperimentPayload::refused(vec![refused]))
}

/// The channel of a slug, or the payload that says that there is none.
async fn channel_of(ctx: &Context<'_>, slug: &str) -> Result<Result<Arc<Channel>, ExperimentPayload>> {
    let app = ctx.app();
    Ok(app.channels.by_slug(&app.db, slug).await?.ok_or_else(|| {
        let error = UserError::not_found(message!("experiment-channel"), &["channel"]);
        ExperimentPayload::refused(vec![error])
    }))
}

async fn take(ctx: &Context<'_>, input: ExperimentStepInput, what: Step) -> Result<ExperimentPayload> {
    ctx.everywhere(Permission::ExperimentWrite)?;
    let which = (input.id.0, input.expected_version);
    Ok(stepped(Box::pin(step(ctx.app(), &ctx.actor(), which, what)).await)?)
}

/// Changes of experiments.
#[derive(Default)]
pub struct ExperimentMutation;

#[Object]
impl ExperimentMutation {
    /// Writes an experiment, which nobody sees before it is started. Staff only: `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The experiment.")] input: ExperimentCreateInput,
    ) -> Result<ExperimentPayload> {
        ctx.everywhere(Permission::ExperimentWrite)?;
        let channel = match &input.channel {
            Some(slug) => match channel_of(ctx, slug).await? {
                Ok(channel) => Some(channel),
                Err(refused) => return Ok(refused),
            },
            None => None,
        };
        Ok(saved(
            Box::pin(create(ctx.app(), &ctx.actor(), input.draft(channel))).await,
        )?)
    }

    /// Changes an experiment. Of one that was started, only the name, the hypothesis and the end can change. Staff only:
    /// `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ExperimentUpdateInput,
    ) -> Result<ExperimentPayload> {
        ctx.everywhere(Permission::ExperimentWrite)?;
        let channel = match &input.channel {
            MaybeUndefined::Undefined => MaybeUndefined::Undefined,
            MaybeUndefined::Null => MaybeUndefined::Null,
            MaybeUndefined::Value(slug) => match channel_of(ctx, slug).await? {
                Ok(channel) => MaybeUndefined::Value(channel.id),
                Err(refused) => return Ok(refused),
            },
        };
        let which = (input.id.0, input.expected_version);
        let change = move |draft: &mut _| input.change(channel, draft);
        Ok(saved(Box::pin(update(ctx.app(), &ctx.actor(), which, change)).await)?)
    }

    /// Has a draft give out arms. Staff only: `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ExperimentStepInput,
    ) -> Result<ExperimentPayload> {
        take(ctx, input, Step::Start).await
    }

    /// Ends an experiment that runs, for good. Staff only: `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_stop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ExperimentStepInput,
    ) -> Result<ExperimentPayload> {
        take(ctx, input, Step::Stop).await
    }

    /// Puts away an experiment that does not run. Staff only: `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ExperimentStepInput,
    ) -> Result<ExperimentPayload> {
        take(ctx, input, Step::Archive).await
    }
}
