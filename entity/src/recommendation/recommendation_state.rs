//! `recommendation_state`: one row, which servers look at to learn what changed elsewhere.

use sea_orm::entity::prelude::*;

/// The row of `recommendation_state`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recommendation_state")]
pub struct Model {
    /// 1. CHECK: there is no other.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// How often visits were erased: who remembers visits reads them anew when it has risen.
    pub visits_erased: i64,
}

/// No relations.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
