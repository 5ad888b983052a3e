//! Whether a session goes on: asked at every request, so it is remembered for a few seconds.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::SessionId;
use entity::account::{account, session};
use moka::sync::Cache;
use parking_lot::Mutex;
use sea_orm::EntityTrait;

use crate::app::App;
use crate::platform::error::Result;

/// How long another server's word that a session has ended may take to be heard.
const REMEMBERED: Duration = Duration::from_secs(5);
/// Sessions that are remembered.
const SESSIONS_MAX: u64 = 50_000;

/// A session that goes on, as far as every request cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alive {
    /// When it ends, used or not.
    expires: DateTime<Utc>,
    /// Whether the second factor was given.
    pub(crate) mfa: bool,
}

/// What this server knows of sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    known: Cache<SessionId, Option<Alive>>,
    /// Counts what was forgotten: what was read before that is not kept after it.
    forgotten: Arc<Mutex<u64>>,
}

impl Default for Sessions {
    fn default() -> Self {
        let known = Cache::builder().max_capacity(SESSIONS_MAX).time_to_live(REMEMBERED);
        Self {
            known: known.build(),
            forgotten: Arc::default(),
        }
    }
}

impl Sessions {
    /// The session, if it goes on and its account is open.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn alive(&self, app: &App, id: SessionId) -> Result<Option<Alive>> {
        let alive = match self.known.get(&id) {
            Some(known) => known,
            None => {
                let before = *self.forgotten.lock();
                let read = read(app, id).await?;
                let forgotten = self.forgotten.lock();
                if *forgotten == before {
                    self.known.insert(id, read);
                }
                read
            }
        };
        Ok(alive.filter(|alive| app.clock.now() < alive.expires))
    }

    /// Has the session looked at again when it is next asked for.
    pub(super) fn forget(&self, id: SessionId) {
        let mut forgotten = self.forgotten.lock();
        *forgotten += 1;
        self.known.invalidate(&id);
    }
}

async fn read(app: &App, id: SessionId) -> Result<Option<Alive>> {
    let found = session::Entity::find_by_id(id).one(&app.db).await?;
    let Some(session) = found.filter(|session| session.revoked_at.is_none()) else {
        return Ok(None);
    };
    let account = account::Entity::find_by_id(session.account_id).one(&app.db).await?;
    let open = account.is_some_and(|account| account.blocked_at.is_none());
    Ok(open.then_some(Alive {
        expires: session.expires_at,
        mfa: session.mfa_at.is_some(),
    }))
}
