//! Somebody takes the second factor away, or gets new recovery codes.

use chrono::{DateTime, Utc};
use entity::account::account::{self, AccountKind, Column};
use entity::{SessionId, StaffUserId, TypedId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use crate::account::mfa::check::{MfaOutcome, check};
use crate::account::mfa::error::MfaError;
use crate::account::mfa::recovery;
use crate::account::own_password::{OwnPassword, check_own_password};
use crate::account::query::{Account, account_by_id};
use crate::account::session::{EndReason, end_sessions, note_second_factor};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};

/// What proves that it is really you.
#[derive(Clone)]
pub struct MfaChange {
    /// The account.
    pub account: Uuid,
    /// The session in which it is asked for.
    pub session: SessionId,
    /// The password, where the account has one.
    pub password: Option<String>,
    /// The code of the app, or a recovery code.
    pub code: String,
}

/// Takes the second factor away; all other sessions end.
///
/// # Errors
/// See [`MfaError`].
pub async fn disable(app: &App, actor: &Actor, change: MfaChange) -> Result<(), MfaError> {
    let account = proven(app, &change).await?;
    let tx = app.db.begin().await?;
    remove(&tx, account.id).await?;
    note_second_factor(&tx, app, change.session, None).await?;
    end_sessions(&tx, app, account.id, EndReason::MfaChanged, Some(change.session)).await?;
    record(&tx, app, actor, &account, ("mfaDisable", true, false)).await?;
    tx.commit().await?;
    Ok(())
}

/// Gives new recovery codes, which are shown this one time; the old ones no longer work.
///
/// # Errors
/// See [`MfaError`].
pub async fn renew_recovery_codes(app: &App, actor: &Actor, change: MfaChange) -> Result<Vec<String>, MfaError> {
    let account = proven(app, &change).await?;
    let tx = app.db.begin().await?;
    let codes = recovery::replace(&tx, &app.ids, account.id).await?;
    record(&tx, app, actor, &account, ("mfaRecoveryCodesRenew", true, true)).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Takes the second factor of `account` away, for whoever may do that to somebody. Sessions go on; see
/// [`end_sessions`].
///
/// # Errors
/// Those of the database.
pub(crate) async fn remove(tx: &Tx, account: Uuid) -> Result<()> {
    account::Entity::update_many()
        .col_expr(Column::TotpSecret, Expr::value(Option::<String>::None))
        .col_expr(Column::TotpConfirmedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(Column::TotpLastStep, Expr::value(Option::<i64>::None))
        .filter(Column::Id.eq(account))
        .exec(tx)
        .await?;
    recovery::clear(tx, account).await
}

/// The account, if the password and the code are right.
async fn proven(app: &App, change: &MfaChange) -> Result<Account, MfaError> {
    let account = own_account(app, change.account).await?;
    match check_own_password(app, &account, change.password.as_deref()).await? {
        OwnPassword::Right => {}
        OwnPassword::Wrong => return Err(MfaError::WrongPassword),
        OwnPassword::Throttled(throttled) => return Err(throttled.into()),
    }
    match check(app, &account, Some(&change.code)).await? {
        MfaOutcome::Passed => Ok(account),
        MfaOutcome::NotSetUp => Err(MfaError::NotSetUp),
        MfaOutcome::Missing | MfaOutcome::Wrong => Err(MfaError::WrongCode),
        MfaOutcome::Throttled(throttled) => Err(throttled.into()),
    }
}

/// The account of somebody who has signed in with it.
pub(super) async fn own_account(app: &App, id: Uuid) -> Result<Account> {
    let account = account_by_id(&app.db, id).await?;
    account.ok_or(Fault::Invariant("a session without an account"))
}

/// Tells the audit log what a member of staff did with the second factor: whether there was one, whether there is one.
/// What customers do with theirs is their own business.
pub(super) async fn record(
    tx: &Tx,
    app: &App,
    actor: &Actor,
    account: &Account,
    (action, was, is): (&'static str, bool, bool),
) -> Result<()> {
    if account.kind != AccountKind::Staff {
        return Ok(());
    }
    let entry = Entry::new(action, "StaffUser", StaffUserId::from_uuid(account.id))
        .before(&json!({ "secondFactor": was }))?
        .after(&json!({ "secondFactor": is }))?;
    audit::record(tx, app, actor, entry).await
}
