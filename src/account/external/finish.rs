//! Whoever came back from a provider comes in.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::account::client::Client;
use crate::account::external::prove::{ExternalError, Way, over};
use crate::account::mfa::{self, MfaOutcome};
use crate::account::query::Account;
use crate::account::session::{Signed, open_session};
use crate::app::App;

/// How long somebody may look for the second factor.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// Opens a session of `account`, once the second factor was given where it has one: to the provider, whose word counts
/// where that is set up so, or here. Until then the sign-in waits.
///
/// # Errors
/// See [`ExternalError`].
pub(crate) async fn finish(
    app: &App,
    client: &Client,
    way: Way,
    (account, code): (&Account, Option<&str>),
) -> Result<Signed, ExternalError> {
    if account.blocked_at.is_some() {
        return Err(ExternalError::Unknown);
    }
    let outcome = if way.mfa {
        MfaOutcome::Passed
    } else {
        mfa::check(app, account, code).await?
    };
    let waits = way.row.account_id.is_some();
    let missing = match outcome {
        MfaOutcome::NotSetUp | MfaOutcome::Passed => None,
        MfaOutcome::Missing => Some(ExternalError::MfaRequired),
        MfaOutcome::Wrong => Some(ExternalError::MfaInvalid),
        MfaOutcome::Throttled(throttled) => Some(ExternalError::Throttled(throttled)),
    };
    if let Some(missing) = missing {
        if !waits {
            wait(app, way, account).await?;
        }
        return Err(missing);
    }
    if waits && !over(app, &way.row).await? {
        return Err(ExternalError::State);
    }
    Ok(open_session(app, account, client, outcome == MfaOutcome::Passed).await?)
}

/// Keeps in mind who came back, for as long as the second factor may take. The provider is not asked again.
async fn wait(app: &App, way: Way, account: &Account) -> Result<(), ExternalError> {
    let mut row = way.row;
    row.account_id = Some(account.id);
    row.expires_at = app.clock.now() + PATIENCE;
    let tx = app.db.begin().await?;
    row.into_active_model().insert(&tx).await?;
    tx.commit().await?;
    Ok(())
}
