//! Who signed in without the second factor that they must have.

use crate::app::App;
use crate::config::StaffMfa;
use crate::platform::error::Result;
use crate::platform::viewer::Viewer;

/// Whether `viewer` signed in without the second factor that it must have: it may do nothing but set one up.
///
/// # Errors
/// Those of the database.
pub(crate) async fn is_missing(app: &App, viewer: Viewer) -> Result<bool> {
    if app.config.accounts.staff_mfa == StaffMfa::Optional {
        return Ok(false);
    }
    let (Some(_), Some(session)) = (viewer.staff_user(), viewer.session()) else {
        return Ok(false);
    };
    let alive = app.sessions.alive(app, session).await?;
    Ok(!alive.is_some_and(|alive| alive.mfa))
}
