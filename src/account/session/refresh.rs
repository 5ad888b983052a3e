//! A sign-in goes on: a refresh token is exchanged for the next pair of tokens.
//!
//! Each refresh token works once. When one comes again, two have it, and nobody can tell who is who: the session ends.
//! Two tabs of one browser do the same without meaning harm, so for ten seconds a second exchange is taken for theirs.

use chrono::{DateTime, TimeDelta, Utc};
use entity::account::{account, refresh_token, session};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::account::client::Client;
use crate::account::query::Account;
use crate::account::session::Lifetime;
use crate::account::session::end::{EndReason, end};
use crate::account::session::open::{Signed, give_refresh_token};
use crate::account::token;
use crate::app::App;
use crate::platform::db::{Tx, retry_conflicts};
use crate::platform::error::Fault;
use crate::platform::text::sha256_hex;

/// How long after its exchange a token may come again.
pub const GRACE: TimeDelta = TimeDelta::seconds(10);

/// Why a session does not go on.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token is unknown, used up, or of a session that has ended.
    #[error("the refresh token is not good, or not any more")]
    Invalid,
    /// Something underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<sea_orm::DbErr> for RefreshError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

impl RefreshError {
    fn db(&self) -> Option<&sea_orm::DbErr> {
        match self {
            Self::Fault(fault) => fault.db(),
            Self::Invalid => None,
        }
    }
}

/// What a refresh token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The first time, or the second of two tabs: the session goes on.
    GoesOn,
    /// It came again: somebody has a copy.
    Reused,
    /// The session is over.
    Over,
}

/// Decides over a token that was exchanged at `replaced`, if it was, of a session that is `open` or not.
pub fn turn(now: DateTime<Utc>, replaced: Option<DateTime<Utc>>, open: bool) -> Turn {
    match replaced {
        _ if !open => Turn::Over,
        Some(replaced) if now - replaced > GRACE => Turn::Reused,
        _ => Turn::GoesOn,
    }
}

/// Exchanges `token` for the next pair, for `client`.
///
/// # Errors
/// See [`RefreshError`].
pub(crate) async fn refresh_session(
    app: &App,
    client: &Client,
    token: &str,
) -> Result<(Account, Signed), RefreshError> {
    let signer = app.tokens.signer(app).await?;
    let work = || async {
        let tx = app.db.begin().await?;
        let next = next(&tx, app, client, token).await?;
        // Also when the token came again: then the end of its session is what lasts.
        tx.commit().await?;
        next.ok_or(RefreshError::Invalid)
    };
    let (account, session, refresh_token) = retry_conflicts(RefreshError::db, work).await?;
    let (access_token, expires_at) = token::sign(app, &signer, &account, session.id)?;
    let signed = Signed {
        access_token,
        refresh_token,
        expires_at,
        session: session.id,
    };
    Ok((account, signed))
}

async fn next(
    tx: &Tx,
    app: &App,
    client: &Client,
    token: &str,
) -> Result<Option<(Account, session::Model, String)>, Fault> {
    let now = app.clock.now();
    // Held: of two that exchange at once, the second sees what the first has done.
    let found = refresh_token::Entity::find_by_id(sha256_hex(token))
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let session = session::Entity::find_by_id(found.session_id).one(tx).await?;
    let Some(session) = session else { return Ok(None) };
    let account = account::Entity::find_by_id(session.account_id).one(tx).await?;
    let Some(account) = account else { return Ok(None) };
    let idle_until = session.last_used_at + Lifetime::of(session.kind).idle;
    let open = session.revoked_at.is_none() && now < session.expires_at.min(idle_until) && account.blocked_at.is_none();
    match turn(now, found.replaced_at, open) {
        Turn::Over => Ok(None),
        Turn::Reused => {
            tracing::warn!(session = %session.id, "a refresh token came again: its session ends");
            end(tx, app, session.id, EndReason::TokenReused).await?;
            Ok(None)
        }
        Turn::GoesOn => {
            if found.replaced_at.is_none() {
                let mut replaced: refresh_token::ActiveModel = found.into();
                replaced.replaced_at = ActiveValue::Set(Some(now));
                refresh_token::Entity::update(replaced).exec(tx).await?;
            }
            session::Entity::update_many()
                .col_expr(session::Column::LastUsedAt, Expr::value(now))
                .col_expr(session::Column::Address, Expr::value(client.address.to_string()))
                .col_expr(session::Column::UserAgent, Expr::value(client.user_agent.clone()))
                .filter(session::Column::Id.eq(session.id))
                .exec(tx)
                .await?;
            let refresh = give_refresh_token(tx, app, session.id).await?;
            Ok(Some((account, session, refresh)))
        }
    }
}
