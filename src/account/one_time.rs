//! Secrets that are sent by mail and work once.

use chrono::TimeDelta;
use entity::account::account;
use entity::account::one_time_token::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::text::sha256_hex;

/// What a one-time secret is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Proves the address of a new account.
    VerifyEmail,
    /// Sets a new password in place of a forgotten one.
    ResetPassword,
    /// Proves the address that an account shall have from now on.
    ChangeEmail,
    /// Lets an invited member of staff in.
    Invite,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::VerifyEmail, Self::ResetPassword, Self::ChangeEmail, Self::Invite];

    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::ChangeEmail => "change_email",
            Self::Invite => "invite",
        }
    }

    /// How long a secret works: the more it opens, the shorter.
    pub fn lifetime(self) -> TimeDelta {
        match self {
            Self::ResetPassword => TimeDelta::hours(1),
            Self::VerifyEmail | Self::ChangeEmail => TimeDelta::days(2),
            Self::Invite => TimeDelta::days(7),
        }
    }
}

/// Makes a one-time secret for `account` and gives it; only its hash is kept. Older ones for the same purpose no longer
/// work. `email` is the address that the secret proves, where it is not the account's.
///
/// Called by the job that sends the letter, so that no secret ever stands in the job table.
///
/// # Errors
/// Those of the database.
pub(crate) async fn issue(tx: &Tx, app: &App, account: Uuid, purpose: Purpose, email: Option<&str>) -> Result<String> {
    // Held: of two that issue at once, the second sees the first one's secret and ends it.
    account::Entity::find_by_id(account).lock_exclusive().one(tx).await?;
    end_secrets(tx, account, purpose).await?;
    let secret = app.ids.secret();
    let now = app.clock.now();
    let row = one_time_token::Model {
        id: app.ids.new_id(),
        account_id: account,
        purpose: purpose.name().to_owned(),
        hash: sha256_hex(&secret),
        email: email.map(str::to_owned),
        created_at: now,
        expires_at: now + purpose.lifetime(),
        used_at: None,
    };
    row.into_active_model().insert(tx).await?;
    Ok(secret)
}

/// Uses a secret up and says whose it was. None when it is unknown, used, too old, or for another purpose.
///
/// # Errors
/// Those of the database.
pub(crate) async fn redeem(
    tx: &Tx,
    app: &App,
    purpose: Purpose,
    secret: &str,
) -> Result<Option<one_time_token::Model>> {
    let now = app.clock.now();
    let used = one_time_token::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Hash.eq(sha256_hex(secret)))
        .filter(Column::Purpose.eq(purpose.name()))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec_with_returning(tx)
        .await?;
    Ok(used.into_iter().next())
}

/// Ends the secrets of `account` for `purpose` that are still out.
///
/// # Errors
/// Those of the database.
pub(crate) async fn end_secrets(tx: &Tx, account: Uuid, purpose: Purpose) -> Result<()> {
    one_time_token::Entity::delete_many()
        .filter(Column::AccountId.eq(account))
        .filter(Column::Purpose.eq(purpose.name()))
        .filter(Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
