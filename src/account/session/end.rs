//! A sign-in ends before its time.

use entity::SessionId;
use entity::account::session::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The person signed out, here or from another session.
    SignedOut,
    /// The password was changed or reset.
    PasswordChanged,
    /// The address was changed.
    EmailChanged,
    /// The second factor was changed.
    MfaChanged,
    /// A refresh token came twice: somebody has a copy.
    TokenReused,
    /// The account was blocked, deactivated or erased.
    AccountClosed,
}

impl EndReason {
    /// Its name in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged => "email_changed",
            Self::MfaChanged => "mfa_changed",
            Self::TokenReused => "token_reused",
            Self::AccountClosed => "account_closed",
        }
    }
}

/// Ends all sessions of `account` but `except`, and says how many. This server believes their access tokens no longer
/// from the commit on, others for a few seconds more.
///
/// # Errors
/// Those of the database.
pub(crate) async fn end_sessions(
    tx: &Tx,
    app: &App,
    account: Uuid,
    reason: EndReason,
    except: Option<SessionId>,
) -> Result<u64> {
    let mut update = session::Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(app.clock.now()))
        .col_expr(Column::RevokedReason, Expr::value(reason.name()))
        .filter(Column::AccountId.eq(account))
        .filter(Column::RevokedAt.is_null());
    if let Some(except) = except {
        update = update.filter(Column::Id.ne(except));
    }
    let ended: Vec<SessionId> = update
        .exec_with_returning(tx)
        .await?
        .into_iter()
        .map(|s| s.id)
        .collect();
    let count = ended.len() as u64;
    forget_afterwards(tx, app, ended);
    Ok(count)
}

/// Ends one session, and says whether it still went on.
///
/// # Errors
/// Those of the database.
pub(super) async fn end(tx: &Tx, app: &App, id: SessionId, reason: EndReason) -> Result<bool> {
    let ended = session::Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(app.clock.now()))
        .col_expr(Column::RevokedReason, Expr::value(reason.name()))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    forget_afterwards(tx, app, vec![id]);
    Ok(ended.rows_affected == 1)
}

/// Has this server look again at what it knows of `sessions`, when the transaction lasts.
pub(super) fn forget_afterwards(tx: &Tx, app: &App, sessions: Vec<SessionId>) {
    let known = app.sessions.clone();
    tx.afterwards(move || sessions.iter().for_each(|id| known.forget(*id)));
}
