//! `search_stop_word`: a word that tells nothing in a search.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, StopWordId};

/// A row of `search_stop_word`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_stop_word")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StopWordId,
    /// The channel that it counts in; none for all.
    pub channel_id: Option<ChannelId>,
    /// The word, in lower case.
    pub word: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
