//! `signing_key`: a key that signs access tokens.

use sea_orm::entity::prelude::*;

/// A row of `signing_key`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// Its name in the header of tokens.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kid: String,
    /// PKCS#8 in base64.
    pub private_key: String,
    /// 32 bytes in base64url.
    pub public_key: String,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// From when it signs: others have seen it by then.
    pub signs_from: DateTimeUtc,
    /// Until when it signs.
    pub signs_until: DateTimeUtc,
    /// Until when its tokens are believed.
    pub verifies_until: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
