//! `exposure`: that a unit was shown an arm of an experiment. The first time counts.

use sea_orm::entity::prelude::*;

use crate::ExperimentId;

/// A row of `exposure`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exposure")]
pub struct Model {
    /// The experiment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub experiment_id: ExperimentId,
    /// A visit or a customer, as the experiment says.
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: Uuid,
    /// What it was shown.
    pub arm: String,
    /// When first.
    pub at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
