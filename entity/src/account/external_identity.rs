//! `external_identity`: an account of an OpenID provider that signs in here.

use sea_orm::entity::prelude::*;

use crate::account::account::AccountKind;

/// A row of `external_identity`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "external_identity")]
pub struct Model {
    /// The name of the provider in the configuration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub provider: String,
    /// Its name for the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    /// The kind of the account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: AccountKind,
    /// The account here.
    pub account_id: Uuid,
    /// The address that the provider told.
    pub email: Option<String>,
    /// When the two were joined.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
