//! `search_synonym`: words that mean the same.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, SynonymId};

/// Words that mean the same, in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct SynonymWords(pub Vec<String>);

/// A row of `search_synonym`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_synonym")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SynonymId,
    /// The channel that it counts in; none for all.
    pub channel_id: Option<ChannelId>,
    /// The word that finds the others but is not found by them; none when each finds all.
    pub word: Option<String>,
    /// The words.
    #[sea_orm(column_type = "JsonBinary")]
    pub words: SynonymWords,
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
