//! `attribute`: the definition of a typed attribute.

use sea_orm::entity::prelude::*;

use crate::AttributeId;

/// Type of the values of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    /// Free text.
    #[sea_orm(string_value = "text")]
    Text,
    /// A number.
    #[sea_orm(string_value = "number")]
    Number,
    /// Yes or no.
    #[sea_orm(string_value = "boolean")]
    Boolean,
}

/// A row of `attribute`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "attribute")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AttributeId,
    /// Unique name in filters.
    pub key: String,
    /// Name for people.
    pub name: String,
    /// Type of its values.
    pub kind: AttributeKind,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
