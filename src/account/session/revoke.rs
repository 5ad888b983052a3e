//! A person signs out.

use entity::SessionId;
use entity::account::{refresh_token, session};
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::account::session::end::{EndReason, end, end_sessions};
use crate::app::App;
use crate::platform::error::Fault;
use crate::platform::text::sha256_hex;

/// Whose sessions end, and which.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Revoke<'a> {
    /// This one of the account's.
    One(Uuid, SessionId),
    /// All of the account's.
    All(Uuid),
    /// The one that this refresh token goes on with, or, where told so, all of its account: whoever has it may.
    Of(&'a str, bool),
}

/// Why no session was ended.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// There is no such session, or it is somebody else's.
    #[error("no such session")]
    NotFound,
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for RevokeError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Ends sessions and says how many went on until now. Ending one that has ended is no error.
///
/// # Errors
/// See [`RevokeError`].
pub(crate) async fn revoke_sessions(app: &App, which: Revoke<'_>) -> Result<u64, RevokeError> {
    let tx = app.db.begin().await?;
    let reason = EndReason::SignedOut;
    let ended = match which {
        Revoke::All(account) => end_sessions(&tx, app, account, reason, None).await?,
        Revoke::One(account, id) => {
            let session = session::Entity::find_by_id(id).one(&tx).await?;
            let own = session.is_some_and(|session| session.account_id == account);
            if !own {
                return Err(RevokeError::NotFound);
            }
            u64::from(end(&tx, app, id, reason).await?)
        }
        Revoke::Of(token, all) => {
            let token = refresh_token::Entity::find_by_id(sha256_hex(token)).one(&tx).await?;
            let token = token.ok_or(RevokeError::NotFound)?;
            let session = session::Entity::find_by_id(token.session_id).one(&tx).await?;
            match session {
                // A token that was exchanged, or outlived its session, is nobody's word for all the others.
                Some(session)
                    if all
                        && token.replaced_at.is_none()
                        && session.revoked_at.is_none()
                        && app.clock.now() < session.expires_at =>
                {
                    end_sessions(&tx, app, session.account_id, reason, None).await?
                }
                _ => u64::from(end(&tx, app, token.session_id, reason).await?),
            }
        }
    };
    tx.commit().await?;
    Ok(ended)
}
