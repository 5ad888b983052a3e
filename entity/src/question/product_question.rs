//! `product_question`: what somebody asked about a product.

use sea_orm::entity::prelude::*;

use crate::{ChannelId, CustomerId, ProductId, QuestionId};

/// Where a question or an answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Nobody has looked at it yet.
    #[sea_orm(string_value = "pending")]
    Pending,
    /// Shown.
    #[sea_orm(string_value = "published")]
    Published,
    /// Not shown.
    #[sea_orm(string_value = "rejected")]
    Rejected,
}

/// A row of `product_question`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_question")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuestionId,
    /// The product.
    pub product_id: ProductId,
    /// The channel that it was asked in, and is shown in.
    pub channel_id: ChannelId,
    /// Who asked, while they are known.
    pub customer_id: Option<CustomerId>,
    /// What they want to be called; none when they are forgotten.
    pub name: Option<String>,
    /// The question.
    pub text: String,
    /// The language that they read, as a BCP 47 tag.
    pub locale: String,
    /// Where it stands.
    pub status: EntryStatus,
    /// Counts changes.
    pub version: i32,
    /// When it was asked.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
