//! `gateway_event`: the inbox of what gateways tell us, each event once.

use sea_orm::entity::prelude::*;

use crate::{GatewayEventId, PaymentId};

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

/// The kind of what an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(24))")]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A payment, its refunds and disputes among it.
    #[sea_orm(string_value = "payment")]
    Payment,
    /// A means of payment that was set up for a customer.
    #[sea_orm(string_value = "setup")]
    Setup,
    /// Something that needs nothing from us.
    #[sea_orm(string_value = "other")]
    Other,
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
    /// The kind of what it is about.
    pub subject: SubjectKind,
    /// What it is about, by its id there.
    pub object: Option<String>,
    /// The payment that it is about, as the gateway was told; it may be none of ours.
    pub payment_id: Option<PaymentId>,
    /// SHA-256 of what was received, hex. Not the text itself, which may name people: an event says what to read again, and
    /// nothing more.
    pub body_hash: String,
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
