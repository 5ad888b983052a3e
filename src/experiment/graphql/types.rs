//! What the schema shows of experiments.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use entity::experiment::experiment::{
    Arm, ExperimentKind as Kind, ExperimentStatus as Status, ExperimentUnit as Unit, Guardrail, Metric,
};

use crate::channel::ChannelObject;
use crate::experiment::assign::Assignment;
use crate::experiment::graphql::results::ExperimentResults;
use crate::experiment::query::Experiment;
use crate::experiment::results::results;
use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;

/// What an experiment tries.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Kind")]
pub enum ExperimentKind {
    /// Strategies of recommendations.
    Recommendation,
    /// Settings of the search.
    Search,
    /// Anything that a client asks for by the key.
    Keyed,
}

/// Who is given an arm.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Unit")]
pub enum ExperimentUnit {
    /// A visit.
    Visit,
    /// A customer who has signed in.
    Customer,
}

/// Where an experiment stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Status")]
pub enum ExperimentStatus {
    /// Being written.
    Draft,
    /// Arms are given out.
    Running,
    /// Over; its results stay.
    Stopped,
    /// Over and put away.
    Archived,
}

/// What is measured for each unit, from its first exposure on.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Metric")]
pub enum ExperimentMetric {
    /// Whether a product was chosen from a list.
    Click,
    /// Whether something was put into a cart.
    Add,
    /// Whether an order was placed.
    Order,
    /// The totals of its orders, in minor units.
    Revenue,
}

/// One of the ways that an experiment compares.
pub struct ExperimentArmObject<'a>(&'a Arm);

/// One of the ways that an experiment compares.
#[Object(name = "ExperimentArm")]
impl ExperimentArmObject<'_> {
    /// Unique within the experiment.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Its share, relative to those of the others.
    async fn weight(&self) -> i32 {
        self.0.weight
    }

    /// What it does, in a form that the kind of the experiment understands.
    async fn payload(&self) -> &serde_json::Value {
        &self.0.payload
    }
}

/// A metric that must not get worse.
pub struct ExperimentGuardrailObject(Guardrail);

/// A metric that must not get worse.
#[Object(name = "ExperimentGuardrail")]
impl ExperimentGuardrailObject {
    /// The metric.
    async fn metric(&self) -> ExperimentMetric {
        self.0.metric.into()
    }

    /// Relative drop that is accepted, in hundredths of a percent.
    async fn margin(&self) -> i32 {
        self.0.margin
    }
}

/// An experiment.
pub struct ExperimentObject(pub Experiment);

/// Two or more ways of doing something, shown to visitors by lot.
#[Object(name = "Experiment", cache_control(no_cache, private))]
impl ExperimentObject {
    /// Global id.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Unique name in programs.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What is expected, and why.
    async fn hypothesis(&self) -> Option<&str> {
        self.0.hypothesis.as_deref()
    }

    /// What is tried.
    async fn kind(&self) -> ExperimentKind {
        self.0.kind.into()
    }

    /// Where; null for everywhere.
    async fn channel(&self, ctx: &Context<'_>) -> Result<Option<ChannelObject>> {
        let app = ctx.app();
        Ok(match self.0.channel_id {
            Some(id) => app.channels.by_id(&app.db, id).await?.map(ChannelObject),
            None => None,
        })
    }

    /// Who is given an arm.
    async fn unit(&self) -> ExperimentUnit {
        self.0.unit.into()
    }

    /// Where it stands.
    async fn status(&self) -> ExperimentStatus {
        self.0.status.into()
    }

    /// Experiments of one layer share its units: no unit is in two of them.
    async fn layer(&self) -> &str {
        &self.0.layer
    }

    /// First of its units in the layer, in ten thousandths.
    async fn slot_from(&self) -> i32 {
        self.0.slot_from
    }

    /// Behind the last.
    async fn slot_to(&self) -> i32 {
        self.0.slot_to
    }

    /// Units that take part in no experiment with a holdout, in ten thousandths.
    async fn holdout(&self) -> i32 {
        self.0.holdout
    }

    /// The ways, first the one that the others are compared with.
    async fn arms(&self) -> Vec<ExperimentArmObject<'_>> {
        self.0.arms.0.iter().map(ExperimentArmObject).collect()
    }

    /// What decides.
    async fn primary_metric(&self) -> ExperimentMetric {
        self.0.design.primary.into()
    }

    /// What must not get worse.
    async fn guardrails(&self) -> Vec<ExperimentGuardrailObject> {
        let guardrails = self.0.design.guardrails.iter();
        guardrails.copied().map(ExperimentGuardrailObject).collect()
    }

    /// Accepted probability of seeing an effect where there is none.
    async fn alpha(&self) -> f64 {
        self.0.design.alpha
    }

    /// Wanted probability of seeing an effect that is there.
    async fn power(&self) -> f64 {
        self.0.design.power
    }

    /// Relative effect that is worth finding.
    async fn effect(&self) -> f64 {
        self.0.design.effect
    }

    /// When it starts giving out arms, once it was started; null for at once.
    async fn starts_at(&self) -> Option<DateTime<Utc>> {
        self.0.starts_at
    }

    /// When it stops doing so by itself.
    async fn ends_at(&self) -> Option<DateTime<Utc>> {
        self.0.ends_at
    }

    /// When it was started.
    async fn started_at(&self) -> Option<DateTime<Utc>> {
        self.0.started_at
    }

    /// When it was stopped.
    async fn stopped_at(&self) -> Option<DateTime<Utc>> {
        self.0.stopped_at
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// What came of it so far, counted now; null while it is a draft.
    async fn results(&self, ctx: &Context<'_>) -> Result<Option<ExperimentResults>> {
        if self.0.status == Status::Draft {
            return Ok(None);
        }
        let app = ctx.app();
        let channel = match self.0.channel_id {
            Some(id) => app.channels.by_id(&app.db, id).await?,
            None => None,
        };
        let results = Box::pin(results(app, &self.0)).await?;
        Ok(Some(ExperimentResults::of(
            results,
            channel.map(|channel| channel.currency),
        )))
    }
}

/// The arm that a visitor was given.
#[derive(SimpleObject)]
pub struct ExperimentAssignment {
    /// The key of the experiment.
    experiment: String,
    /// The arm.
    arm: String,
    /// What the arm does.
    payload: serde_json::Value,
    /// Whether it is only looked at: nothing is counted.
    preview: bool,
}

impl From<Assignment> for ExperimentAssignment {
    fn from(given: Assignment) -> Self {
        Self {
            experiment: given.key,
            arm: given.arm,
            payload: given.payload,
            preview: given.preview,
        }
    }
}
