//! `account`: what a person signs in with.

use sea_orm::entity::prelude::*;

/// Whom an account opens the door for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A customer.
    #[sea_orm(string_value = "customer")]
    Customer,
    /// A member of staff.
    #[sea_orm(string_value = "staff")]
    Staff,
}

/// A row of `account`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// The key of the customer or member of staff that it opens.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom it opens the door for.
    pub kind: AccountKind,
    /// Lower case, unique within the kind.
    pub email: String,
    /// Argon2id in PHC form; none until a password is set.
    pub password_hash: Option<String>,
    /// When the address was proven.
    pub email_verified_at: Option<DateTimeUtc>,
    /// Since when nobody may sign in with it.
    pub blocked_at: Option<DateTimeUtc>,
    /// Base32 secret of the second factor.
    pub totp_secret: Option<String>,
    /// Since when the second factor is asked for.
    pub totp_confirmed_at: Option<DateTimeUtc>,
    /// The last 30-second step whose code was used: a code works once.
    pub totp_last_step: Option<i64>,
    /// The language of its mail.
    pub locale: String,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the password was set last.
    pub password_changed_at: Option<DateTimeUtc>,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
