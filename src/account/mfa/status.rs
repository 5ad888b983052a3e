//! Whether an account has a second factor.

use entity::account::account::AccountKind;
use uuid::Uuid;

use crate::account::mfa::change::own_account;
use crate::account::mfa::recovery;
use crate::app::App;
use crate::config::StaffMfa;
use crate::platform::error::Result;

/// What somebody may know of their own second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MfaStatus {
    /// Whether it is asked for at sign-in.
    pub enabled: bool,
    /// Whether the shop insists on one.
    pub required: bool,
    /// Recovery codes that still work.
    pub recovery_codes_left: u64,
}

/// The second factor of `account`.
///
/// # Errors
/// Those of the database.
pub async fn status(app: &App, account: Uuid) -> Result<MfaStatus> {
    let account = own_account(app, account).await?;
    let insists = app.config.accounts.staff_mfa == StaffMfa::Required;
    Ok(MfaStatus {
        enabled: account.totp_confirmed_at.is_some(),
        required: insists && account.kind == AccountKind::Staff,
        recovery_codes_left: recovery::left(&app.db, account.id).await?,
    })
}
