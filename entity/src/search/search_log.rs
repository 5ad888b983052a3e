//! `search_log`: a search that was made.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, SearchId};

/// A row of `search_log`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_log")]
pub struct Model {
    /// Primary key: what clients know as `searchId`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SearchId,
    /// The channel.
    pub channel_id: ChannelId,
    /// What was looked for, as it is compared; a placeholder when it may name a person.
    pub query: String,
    /// Hits.
    pub total: i64,
    /// What the shopper probably meant.
    pub corrected: Option<String>,
    /// Whether the database answered.
    pub degraded: bool,
    /// What answered.
    pub engine: String,
    /// Whether it is a later page of another search.
    pub continued: bool,
    /// SHA-256 of the name of the visit, in hex.
    pub session_hash: Option<String>,
    /// SHA-256 of the token of the cart, in hex.
    pub cart_hash: Option<String>,
    /// When.
    pub at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
