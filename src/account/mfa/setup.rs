//! Somebody gets a second factor: first the secret, then, with the first code of the app, the factor.

use entity::SessionId;
use entity::account::account::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::account::mfa::change::{own_account, record};
use crate::account::mfa::check::digits;
use crate::account::mfa::error::MfaError;
use crate::account::mfa::recovery;
use crate::account::mfa::totp::TotpSecret;
use crate::account::own_password::{OwnPassword, check_own_password};
use crate::account::session::{EndReason, end_sessions, note_second_factor};
use crate::app::App;
use crate::audit::Actor;
use crate::mail;
use crate::platform::error::Result;
use crate::platform::rate_limit::Bucket;

/// Codes that may be tried on a secret that is not in use: whoever sees the secret need not guess.
const ATTEMPTS: Bucket = Bucket {
    capacity: 10,
    restored_per_second: 1.0 / 30.0,
};

/// What the app needs.
#[derive(Clone, PartialEq, Eq)]
pub struct MfaSetup {
    /// The secret in letters, for who cannot scan.
    pub secret: String,
    /// The same as `otpauth://totp/…`, to be shown as a QR code.
    pub uri: String,
}

/// Makes a secret for the authenticator app of `account`. It counts from [`confirm`] on; an older one that was never
/// confirmed is forgotten. The password is asked for, so that nobody who finds a signed-in browser locks its owner out.
///
/// # Errors
/// See [`MfaError`].
pub async fn setup(app: &App, account: Uuid, password: Option<&str>) -> Result<MfaSetup, MfaError> {
    let account = own_account(app, account).await?;
    if account.totp_confirmed_at.is_some() {
        return Err(MfaError::AlreadySetUp);
    }
    match check_own_password(app, &account, password).await? {
        OwnPassword::Right => {}
        OwnPassword::Wrong => return Err(MfaError::WrongPassword),
        OwnPassword::Throttled(throttled) => return Err(throttled.into()),
    }
    let secret = TotpSecret::random(&app.ids);
    let letters = secret.to_base32();
    let uri = secret.uri(mail::name_of(&app.config.shop.mail_from), &account.email)?;
    let tx = app.db.begin().await?;
    let kept = account::Entity::update_many()
        .col_expr(Column::TotpSecret, Expr::value(letters.as_str()))
        .col_expr(Column::TotpLastStep, Expr::value(Option::<i64>::None))
        .filter(Column::Id.eq(account.id))
        .filter(Column::TotpConfirmedAt.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    if kept.rows_affected == 0 {
        return Err(MfaError::AlreadySetUp);
    }
    Ok(MfaSetup { secret: letters, uri })
}

/// Makes the second factor of `account` count: its app shows `code`. `session` has given it thereby; all others end.
/// Gives the recovery codes, which are shown this one time.
///
/// # Errors
/// See [`MfaError`].
pub async fn confirm(
    app: &App,
    actor: &Actor,
    (account, session): (Uuid, SessionId),
    code: &str,
) -> Result<Vec<String>, MfaError> {
    let account = own_account(app, account).await?;
    let Some(secret) = account
        .totp_secret
        .as_deref()
        .filter(|_| account.totp_confirmed_at.is_none())
    else {
        return Err(MfaError::NotSetUp);
    };
    app.limits
        .take(&format!("mfa-confirm:{}", account.id), 1, ATTEMPTS)
        .await?;
    let step = match digits(code) {
        Some(code) => TotpSecret::from_base32(secret)?.step_of(&code, &app.clock)?,
        None => None,
    };
    let step = step.ok_or(MfaError::WrongCode)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let confirmed = account::Entity::update_many()
        .col_expr(Column::TotpConfirmedAt, Expr::value(now))
        .col_expr(Column::TotpLastStep, Expr::value(step))
        .filter(Column::Id.eq(account.id))
        .filter(Column::TotpSecret.eq(secret))
        .filter(Column::TotpConfirmedAt.is_null())
        .exec(&tx)
        .await?;
    if confirmed.rows_affected == 0 {
        return Err(MfaError::NotSetUp);
    }
    let codes = recovery::replace(&tx, &app.ids, account.id).await?;
    note_second_factor(&tx, app, session, Some(now)).await?;
    end_sessions(&tx, app, account.id, EndReason::MfaChanged, Some(session)).await?;
    record(&tx, app, actor, &account, ("mfaConfirm", false, true)).await?;
    tx.commit().await?;
    Ok(codes)
}
