//! `reservation`: a timed claim on stock, made when a payment starts.

use sea_orm::entity::prelude::*;

use crate::{CartId, LocationId, ReservationId, VariantId};

/// A row of `reservation`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reservation")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReservationId,
    /// The cart that claims.
    pub cart_id: CartId,
    /// The variant.
    pub variant_id: VariantId,
    /// The location.
    pub location_id: LocationId,
    /// Units, at least 1.
    pub quantity: i64,
    /// When it lapses.
    pub expires_at: DateTimeUtc,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
