//! Who sends a token.

use entity::SessionId;

use crate::account::token::{Access, verify};
use crate::app::App;
use crate::platform::error::Result;

/// Whom `token` stands for, if it is one of ours, has not expired, and its session goes on.
///
/// # Errors
/// Those of the database.
pub(crate) async fn authenticate(app: &App, token: &str) -> Result<Option<Access>> {
    let Some(access) = verify(app, token).await? else {
        return Ok(None);
    };
    Ok(goes_on(app, access.session).await?.then_some(access))
}

/// Whether a session goes on. Another server's word that it has ended takes a few seconds to be heard.
///
/// # Errors
/// Those of the database.
pub(crate) async fn goes_on(app: &App, session: SessionId) -> Result<bool> {
    Ok(app.sessions.alive(app, session).await?.is_some())
}
