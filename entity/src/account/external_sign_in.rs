//! `external_sign_in`: a sign-in that is under way at an OpenID provider.

use sea_orm::entity::prelude::*;

use crate::account::account::AccountKind;

/// A row of `external_sign_in`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "external_sign_in")]
pub struct Model {
    /// SHA-256 of the `state` parameter, in hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_hash: String,
    /// The name of the provider in the configuration.
    pub provider: String,
    /// The kind of the account that signs in.
    pub kind: AccountKind,
    /// What the ID token must repeat.
    pub nonce: String,
    /// What proves that the code is ours.
    pub pkce_verifier: String,
    /// Where the provider sends the browser.
    pub redirect_uri: String,
    /// Who came back, while the second factor is missing.
    pub account_id: Option<Uuid>,
    /// When it began.
    pub created_at: DateTimeUtc,
    /// Until when it may end.
    pub expires_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
