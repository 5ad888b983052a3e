//! `gateway_event`: the inbox of what gateways tell us, each event once.

use sea_orm::entity::prelude::*;

use crate::GatewayEventId;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum EventOutcome {
    /// It was received, nothing more.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// The object was read again, and what it says is in our books.
    #[sea_orm(string_value = "applied")]
    Applied,
    /// It is of a kind that needs nothing from us.
    #[sea_orm(string_value = "ignored")]
    Ignored,
    /// It is about an object that is none of ours.
    #[sea_orm(string_value = "unmatched")]
    Unmatched,
}

/// A row of `gateway_event`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "gateway_event")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GatewayEventId,
    /// Who told.
    pub gateway: String,
    /// Its id there; unique for the gateway.
    pub event_id: String,
    /// Such as `payment_intent.succeeded`.
    pub kind: String,
    /// What it is about, by its id there.
    pub object: Option<String>,
    /// As it was received.
    pub body: String,
    /// What became of it.
    pub outcome: EventOutcome,
    /// Why the last attempt failed.
    pub failure: Option<String>,
    /// When it came.
    pub received_at: DateTimeUtc,
    /// When it was dealt with.
    pub processed_at: Option<DateTimeUtc>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
