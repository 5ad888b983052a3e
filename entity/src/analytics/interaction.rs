//! `interaction`: something that a visitor did with a product, as the client told it. Rows are only added; they go with the
//! customer who is erased, and when they are old.

use sea_orm::entity::prelude::*;

use crate::{CartId, ChannelId, CustomerId, ExperimentId, InteractionId, ProductId, VariantId, VisitId};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum InteractionKind {
    /// Its page was looked at.
    #[sea_orm(string_value = "view")]
    View,
    /// It was chosen from a list: of hits or of recommendations.
    #[sea_orm(string_value = "click")]
    Click,
    /// It was put into a cart.
    #[sea_orm(string_value = "add")]
    Add,
    /// The client says that it was bought. What was bought is in the orders.
    #[sea_orm(string_value = "buy")]
    Buy,
}

/// A row of `interaction`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "interaction")]
pub struct Model {
    /// Primary key, in the order of arrival.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InteractionId,
    /// The visit: a keyed hash of the name that the client gave it.
    pub visit_id: VisitId,
    /// Names the event within the visit, unique: a repeated one is not counted twice.
    pub event_id: String,
    /// The channel.
    pub channel_id: ChannelId,
    /// Whoever had signed in.
    pub customer_id: Option<CustomerId>,
    /// The product.
    pub product_id: ProductId,
    /// The variant, where one was chosen.
    pub variant_id: Option<VariantId>,
    /// What was done.
    pub kind: InteractionKind,
    /// When, as the client says, within a day of the arrival.
    pub at: DateTimeUtc,
    /// When it arrived.
    pub received_at: DateTimeUtc,
    /// The search that it came from.
    pub search_id: Option<String>,
    /// The place in the list that it came from, from 1.
    pub position: Option<i32>,
    /// The cart of the visit: orders made of it count as the visit's.
    pub cart_id: Option<CartId>,
    /// Where the recommendation stood and what for, such as `product.related`.
    pub surface: Option<String>,
    /// What found the recommendation.
    pub strategy: Option<String>,
    /// The experiment that the recommendation was part of.
    pub experiment_id: Option<ExperimentId>,
    /// The arm of the experiment.
    pub arm: Option<String>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
