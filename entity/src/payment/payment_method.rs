//! `payment_method`: a means of payment that a customer keeps with a gateway. No number of a card is ever here.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, PaymentMethodId};

/// What may be shown of a means of payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
pub struct MethodDetails {
    /// `card`, `sepa_debit`, `gift_card`, ...
    pub kind: String,
    /// Brand of a card: `visa`, ...
    pub brand: Option<String>,
    /// The last four digits.
    pub last4: Option<String>,
    /// Month in which a card expires, 1 to 12.
    pub exp_month: Option<i32>,
    /// Year in which a card expires.
    pub exp_year: Option<i32>,
}

/// A row of `payment_method`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_method")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentMethodId,
    /// Whose it is.
    pub customer_id: CustomerId,
    /// Who keeps it.
    pub gateway: String,
    /// The gateway's own id, unique there.
    pub reference: String,
    /// What may be shown of it.
    #[sea_orm(column_type = "JsonBinary")]
    pub details: MethodDetails,
    /// Whether it is the one to offer first.
    pub is_default: bool,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
