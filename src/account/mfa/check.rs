//! Whether somebody who has told the password, or came from a provider, has the second factor too.

use entity::account::account::{self, Column};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::account::mfa::recovery;
use crate::account::mfa::totp::{DIGITS, TotpSecret};
use crate::account::query::Account;
use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::rate_limit::{Bucket, Throttled};

/// Attempts of one account. Three of a million codes are right at a time: whoever has the password and tries without a
/// pause guesses one within a day with a chance of one in 400.
const ATTEMPTS: Bucket = Bucket {
    capacity: 5,
    restored_per_second: 1.0 / 120.0,
};
/// Longer texts are neither kind of code.
const CODE_MAX: usize = 64;

/// What became of the second factor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MfaOutcome {
    /// The account has none.
    NotSetUp,
    /// It was given.
    Passed,
    /// It was not given, and the account has one.
    Missing,
    /// The code is wrong, or was used before.
    Wrong,
    /// Too many codes were tried.
    Throttled(Throttled),
}

/// Whether `code` is the second factor of `account`: the code of its app, or a recovery code. A right code is used up.
/// To be asked only after the first factor: the answer tells that there is an account.
///
/// # Errors
/// Those of the database.
pub(crate) async fn check(app: &App, account: &Account, code: Option<&str>) -> Result<MfaOutcome> {
    let (Some(secret), Some(_)) = (&account.totp_secret, account.totp_confirmed_at) else {
        return Ok(MfaOutcome::NotSetUp);
    };
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else {
        return Ok(MfaOutcome::Missing);
    };
    let key = format!("mfa:{}", account.id);
    if let Err(throttled) = app.limits.take(&key, 1, ATTEMPTS).await {
        return Ok(MfaOutcome::Throttled(throttled));
    }
    if code.len() > CODE_MAX {
        return Ok(MfaOutcome::Wrong);
    }
    let tx = app.db.begin().await?;
    let passed = match digits(code) {
        Some(code) => use_step(&tx, app, account, secret, &code).await?,
        None => recovery::use_up(&tx, account.id, code, app.clock.now()).await?,
    };
    tx.commit().await?;
    Ok(if passed { MfaOutcome::Passed } else { MfaOutcome::Wrong })
}

/// The code of an app, as it is typed: in one piece or in two.
pub(super) fn digits(code: &str) -> Option<String> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let fits = digits.len() == usize::from(DIGITS) && digits.chars().all(|c| c.is_ascii_digit());
    fits.then_some(digits)
}

/// Uses the step of `code` up: of two who come with the same code, one is too late.
async fn use_step(tx: &Tx, app: &App, account: &Account, secret: &str, code: &str) -> Result<bool> {
    let Some(step) = TotpSecret::from_base32(secret)?.step_of(code, &app.clock)? else {
        return Ok(false);
    };
    let used = account::Entity::update_many()
        .col_expr(Column::TotpLastStep, Expr::value(step))
        .filter(Column::Id.eq(account.id))
        .filter(Column::TotpSecret.eq(secret))
        .filter(Column::TotpConfirmedAt.is_not_null())
        .filter(
            Condition::any()
                .add(Column::TotpLastStep.is_null())
                .add(Expr::col(Column::TotpLastStep).lt(step)),
        )
        .exec(tx)
        .await?;
    Ok(used.rows_affected > 0)
}
