//! Queries of experiments.

use async_graphql::{Context, Guard, Object, Result};
use entity::ExperimentId;

use crate::analytics::{SESSION_MAX, Visitor, visit};
use crate::experiment::assign::{assign, preview};
use crate::experiment::graphql::input::ExperimentPreviewInput;
use crate::experiment::graphql::types::{ExperimentAssignment, ExperimentObject, ExperimentStatus};
use crate::experiment::query::{self, ListError};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::Gid;
use crate::graphql::page::{Connection, Count};
use crate::platform::locale::message;
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;

struct Experiments(Option<ExperimentStatus>);

#[async_trait::async_trait]
impl Count for Experiments {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(query::count(&ctx.app().db, self.0.map(Into::into)).await?)
    }
}

/// Queries of experiments.
#[derive(Default)]
pub struct ExperimentQuery;

#[Object]
impl ExperimentQuery {
    /// An experiment; null when there is none with this id. Staff only: `experiment.read`, for every channel.
    #[graphql(
        guard = "Needs(Permission::ExperimentRead)",
        visible = "visible::experiment_read",
        cache_control(no_cache, private)
    )]
    async fn experiment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: Gid<ExperimentId>,
    ) -> Result<Option<ExperimentObject>> {
        ctx.everywhere(Permission::ExperimentRead)?;
        Ok(query::by_id(&ctx.app().db, id.0).await?.map(ExperimentObject))
    }

    /// Experiments, newest first. Staff only: `experiment.read`, for every channel.
    #[graphql(
        guard = "Needs(Permission::ExperimentRead)",
        visible = "visible::experiment_read",
        cache_control(no_cache, private)
    )]
    async fn experiments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand here.")] status: Option<ExperimentStatus>,
        #[graphql(desc = "Experiments a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<ExperimentObject>> {
        ctx.everywhere(Permission::ExperimentRead)?;
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let page = match query::list(&ctx.app().db, status.map(Into::into), &args).await {
            Ok(page) => page,
            Err(ListError::Page(error)) => return Err(error.into()),
            Err(ListError::Fault(fault)) => return Err(fault.into()),
        };
        Ok(Connection::new(page, ExperimentObject, Experiments(status)))
    }

    /// The arm of an experiment that the visitor is given, who is about to be shown it: this counts as an exposure. Null when
    /// no such experiment runs, it is about others, or they have not agreed: do what is done without it.
    #[graphql(cache_control(no_cache, private))]
    async fn experiment_assignment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The key of the experiment.")] key: String,
        #[graphql(desc = "The client's name for the visit, as in recommendationEventTrack.")] session_id: Option<
            String,
        >,
        #[graphql(
            default,
            desc = "Whether the visitor has agreed that what they do and are shown is kept; without it they are given no \
                    arm."
        )]
        consent: bool,
        #[graphql(
            desc = "Shows this arm to staff with `experiment.read` for every channel and counts nothing; others are \
                    refused."
        )]
        preview: Option<ExperimentPreviewInput>,
    ) -> Result<Option<ExperimentAssignment>> {
        let (app, scope) = (ctx.app(), ctx.scope());
        if let Some(wanted) = preview {
            Needs(Permission::ExperimentRead).check(ctx).await?;
            ctx.everywhere(Permission::ExperimentRead)?;
            let shown = self::preview(app, scope, &key, &wanted.arm).await?;
            return Ok(shown.map(Into::into));
        }
        let visit = match session_id {
            Some(session) if session.trim().is_empty() || session.len() > SESSION_MAX => {
                return Err(ApiError::bad_input(message!("interaction-session", max = SESSION_MAX)).into());
            }
            Some(session) => Some(visit(app, &session).await?),
            None => None,
        };
        if !consent {
            return Ok(None);
        }
        let visitor = Visitor {
            visit,
            customer: scope.viewer.customer(),
        };
        Ok(assign(app, scope, &key, visitor).await?.map(Into::into))
    }
}
