//! `recommendation_model`: a version of what is recommended. At most one is active (UNIQUE).

use sea_orm::entity::prelude::*;

use crate::RecommendationModelId;

/// Where a model stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ModelStatus {
    /// It is being made.
    #[sea_orm(string_value = "training")]
    Training,
    /// It is recommended by.
    #[sea_orm(string_value = "active")]
    Active,
    /// It was, or was ready to be.
    #[sea_orm(string_value = "retired")]
    Retired,
    /// It could not be made.
    #[sea_orm(string_value = "failed")]
    Failed,
}

/// Where a model comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// Trained here.
    #[sea_orm(string_value = "trained")]
    Trained,
    /// Computed elsewhere.
    #[sea_orm(string_value = "imported")]
    Imported,
}

/// A row of `recommendation_model`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation_model")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecommendationModelId,
    /// Counts up, unique.
    pub version: i32,
    /// Where it comes from.
    pub kind: ModelKind,
    /// Where it stands.
    pub status: ModelStatus,
    /// Why it was made: `staff`, `schedule`, `drift`, `command`, `import`.
    pub reason: String,
    /// What is being done, while it is made.
    pub stage: String,
    /// How much of it is done, in percent.
    pub progress: i32,
    /// The first order that it knows.
    pub window_from: Option<DateTimeUtc>,
    /// The last order that it knows.
    pub window_to: Option<DateTimeUtc>,
    /// Orders that it knows.
    pub orders: i64,
    /// Customers that it knows.
    pub customers: i64,
    /// Items that it knows.
    pub items: i64,
    /// What it was made with.
    #[sea_orm(column_type = "JsonBinary")]
    pub parameters: Json,
    /// What it reached on orders that were kept aside.
    #[sea_orm(column_type = "JsonBinary")]
    pub metrics: Json,
    /// Why it failed.
    #[sea_orm(column_type = "Text", nullable)]
    pub failure: Option<String>,
    /// When its making began.
    pub started_at: DateTimeUtc,
    /// When it was finished.
    pub trained_at: Option<DateTimeUtc>,
    /// When it was last made the active one.
    pub activated_at: Option<DateTimeUtc>,
    /// Whether it stays the active one until staff says otherwise.
    pub held: bool,
    /// Why it was not made the active one when it was finished.
    #[sea_orm(column_type = "Text", nullable)]
    pub withheld: Option<String>,
    /// Which attempt to make it may write: the last one that began.
    pub attempt: i64,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
