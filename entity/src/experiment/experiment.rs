//! `experiment`: two or more ways of doing something, shown to visitors by lot.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, ExperimentId};

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ExperimentKind {
    /// Strategies of recommendations.
    #[sea_orm(string_value = "recommendation")]
    Recommendation,
    /// Settings of the search.
    #[sea_orm(string_value = "search")]
    Search,
    /// Anything that a client asks for by the key.
    #[sea_orm(string_value = "keyed")]
    Keyed,
}

/// Who is given an arm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ExperimentUnit {
    /// A visit.
    #[sea_orm(string_value = "visit")]
    Visit,
    /// A customer who has signed in.
    #[sea_orm(string_value = "customer")]
    Customer,
}

/// Where an experiment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ExperimentStatus {
    /// Being written.
    #[sea_orm(string_value = "draft")]
    Draft,
    /// Arms are given out.
    #[sea_orm(string_value = "running")]
    Running,
    /// Over; its results stay.
    #[sea_orm(string_value = "stopped")]
    Stopped,
    /// Over and put away.
    #[sea_orm(string_value = "archived")]
    Archived,
}

/// One of the ways.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Arm {
    /// Unique within the experiment.
    pub key: String,
    /// Its share, relative to those of the others.
    pub weight: i32,
    /// What it does, in a form that its kind understands.
    pub payload: Json,
}

/// The ways, first the one that the others are compared with.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct Arms(pub Vec<Arm>);

/// What is measured for each unit, from its first exposure on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Whether a product was chosen from a list.
    Click,
    /// Whether something was put into a cart.
    Add,
    /// Whether an order was placed.
    Order,
    /// The totals of its orders, minor units.
    Revenue,
}

/// A metric that must not get worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Guardrail {
    /// The metric.
    pub metric: Metric,
    /// Relative drop that is accepted, in hundredths of a percent.
    pub margin: i32,
}

/// How an experiment is judged.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct Design {
    /// What decides.
    pub primary: Metric,
    /// What must not get worse.
    pub guardrails: Vec<Guardrail>,
    /// Accepted probability of seeing an effect where there is none.
    pub alpha: f64,
    /// Wanted probability of seeing an effect that is there.
    pub power: f64,
    /// Relative effect that is worth finding: the scale of the always-valid p-value.
    pub effect: f64,
}

/// A row of `experiment`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "experiment")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExperimentId,
    /// Unique name in programs.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// What is expected, and why.
    pub hypothesis: Option<String>,
    /// What is tried.
    pub kind: ExperimentKind,
    /// Where; everywhere when absent.
    pub channel_id: Option<ChannelId>,
    /// Who is given an arm.
    pub unit: ExperimentUnit,
    /// Where it stands.
    pub status: ExperimentStatus,
    /// Makes its lots differ from those of others.
    pub salt: String,
    /// Experiments of one layer share its units; no unit is in two of them.
    pub layer: String,
    /// First of its units in the layer, in ten thousandths.
    pub slot_from: i32,
    /// Behind the last.
    pub slot_to: i32,
    /// Units that take part in no experiment with a holdout, in ten thousandths.
    pub holdout: i32,
    /// The ways.
    #[sea_orm(column_type = "JsonBinary")]
    pub arms: Arms,
    /// How it is judged.
    #[sea_orm(column_type = "JsonBinary")]
    pub design: Design,
    /// When it starts giving out arms, once it was started; at once when absent.
    pub starts_at: Option<DateTimeUtc>,
    /// When it stops doing so.
    pub ends_at: Option<DateTimeUtc>,
    /// When it was started.
    pub started_at: Option<DateTimeUtc>,
    /// When it was stopped.
    pub stopped_at: Option<DateTimeUtc>,
    /// Counts changes.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
