//! Changes of experiments.

use std::sync::Arc;

use async_graphql::{Context, MaybeUndefined, Object, Result, SimpleObject};
use entity::ExperimentId;

use crate::channel::Channel;
use crate::experiment::draft::DraftError;
use crate::experiment::graphql::input::{
    ExperimentArchiveInput, ExperimentCreateInput, ExperimentStartInput, ExperimentStopInput, ExperimentUpdateInput,
};
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

/// What became of a change.
struct Outcome {
    experiment: Option<Experiment>,
    errors: Vec<UserError>,
}

impl Outcome {
    fn refused(errors: Vec<UserError>) -> Self {
        Self {
            experiment: None,
            errors,
        }
    }
}

impl From<Experiment> for Outcome {
    fn from(experiment: Experiment) -> Self {
        Self {
            experiment: Some(experiment),
            errors: Vec::new(),
        }
    }
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The experiment as it is now; null on errors.
            experiment: Option<ExperimentObject>,
            /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, ALREADY_EXISTS, STALE_VERSION.
            errors: Vec<UserError>,
            /// What was done differently from what was asked.
            warnings: Vec<Warning>,
        }

        impl From<Outcome> for $name {
            fn from(outcome: Outcome) -> Self {
                Self {
                    experiment: outcome.experiment.map(ExperimentObject),
                    errors: outcome.errors,
                    warnings: Vec::new(),
                }
            }
        }
    )*};
}

payloads! {
    /// Answer of `experimentCreate`.
    ExperimentCreatePayload;
    /// Answer of `experimentUpdate`.
    ExperimentUpdatePayload;
    /// Answer of `experimentStart`.
    ExperimentStartPayload;
    /// Answer of `experimentStop`.
    ExperimentStopPayload;
    /// Answer of `experimentArchive`.
    ExperimentArchivePayload;
}

fn saved(result: Result<Experiment, SaveError>) -> Result<Outcome, Fault> {
    let error = match result {
        Ok(experiment) => return Ok(experiment.into()),
        Err(SaveError::Fault(fault)) => return Err(fault),
        Err(error) => error,
    };
    let (code, field) = match &error {
        SaveError::Stale(current) => {
            let stale = UserError::stale(*current, &["expectedVersion"]);
            return Ok(Outcome::refused(vec![stale]));
        }
        SaveError::Draft(errors) => {
            let one = |error: &DraftError| {
                let path = error.path();
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                UserError::invalid(error.message(), &path)
            };
            return Ok(Outcome::refused(errors.iter().map(one).collect()));
        }
        SaveError::NotFound => (ErrorCode::NotFound, "id"),
        SaveError::KeyTaken => (ErrorCode::AlreadyExists, "key"),
        SaveError::Started | SaveError::Fault(_) => (ErrorCode::InvalidInput, "id"),
    };
    Ok(Outcome::refused(vec![UserError::new(code, error.message(), &[field])]))
}

fn stepped(result: Result<Experiment, StateError>) -> Result<Outcome, Fault> {
    let error = match result {
        Ok(experiment) => return Ok(experiment.into()),
        Err(StateError::Fault(fault)) => return Err(fault),
        Err(error) => error,
    };
    let refused = match &error {
        StateError::Stale(current) => UserError::stale(*current, &["expectedVersion"]),
        StateError::NotFound => UserError::not_found(error.message(), &["id"]),
        StateError::Status | StateError::Over | StateError::Form | StateError::Layer(_) | StateError::Fault(_) => {
            UserError::invalid(error.message(), &["id"])
        }
    };
    Ok(Outcome::refused(vec![refused]))
}

/// The channel of a slug, or the outcome that says that there is none.
async fn channel_of(ctx: &Context<'_>, slug: &str) -> Result<Result<Arc<Channel>, Outcome>> {
    let app = ctx.app();
    Ok(app.channels.by_slug(&app.db, slug).await?.ok_or_else(|| {
        let error = UserError::not_found(message!("experiment-channel"), &["channel"]);
        Outcome::refused(vec![error])
    }))
}

async fn take(ctx: &Context<'_>, which: (ExperimentId, Option<i32>), what: Step) -> Result<Outcome> {
    ctx.everywhere(Permission::ExperimentWrite)?;
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
    ) -> Result<ExperimentCreatePayload> {
        ctx.everywhere(Permission::ExperimentWrite)?;
        let channel = match &input.channel {
            Some(slug) => match channel_of(ctx, slug).await? {
                Ok(channel) => Some(channel),
                Err(refused) => return Ok(refused.into()),
            },
            None => None,
        };
        let made = Box::pin(create(ctx.app(), &ctx.actor(), input.draft(channel))).await;
        Ok(saved(made)?.into())
    }

    /// Changes an experiment. Of one that was started, only the name, the hypothesis and the end can change. Staff only:
    /// `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ExperimentUpdateInput,
    ) -> Result<ExperimentUpdatePayload> {
        ctx.everywhere(Permission::ExperimentWrite)?;
        let channel = match &input.channel {
            MaybeUndefined::Undefined => MaybeUndefined::Undefined,
            MaybeUndefined::Null => MaybeUndefined::Null,
            MaybeUndefined::Value(slug) => match channel_of(ctx, slug).await? {
                Ok(channel) => MaybeUndefined::Value(channel.id),
                Err(refused) => return Ok(refused.into()),
            },
        };
        let which = (input.id.0, input.expected_version);
        let change = move |draft: &mut _| input.change(channel, draft);
        let changed = Box::pin(update(ctx.app(), &ctx.actor(), which, change)).await;
        Ok(saved(changed)?.into())
    }

    /// Has a draft give out arms. Staff only: `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ExperimentStartInput,
    ) -> Result<ExperimentStartPayload> {
        Ok(take(ctx, input.which(), Step::Start).await?.into())
    }

    /// Ends an experiment that runs, for good. Staff only: `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_stop(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ExperimentStopInput,
    ) -> Result<ExperimentStopPayload> {
        Ok(take(ctx, input.which(), Step::Stop).await?.into())
    }

    /// Puts away an experiment that does not run. Staff only: `experiment.write`, for every channel.
    #[graphql(guard = "Needs(Permission::ExperimentWrite)", visible = "visible::experiment_write")]
    async fn experiment_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ExperimentArchiveInput,
    ) -> Result<ExperimentArchivePayload> {
        Ok(take(ctx, input.which(), Step::Archive).await?.into())
    }
}
