//! Visits: what a client calls a session, without the name it gave it.

use entity::analytics::visit_key;
use entity::{TypedId, VisitId};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::EntityTrait;
use sha2::Sha256;
use tokio::sync::OnceCell;

use crate::analytics::feed::Feed;
use crate::app::App;
use crate::platform::error::{Fault, Result};

/// Longest name of a session in bytes.
pub const SESSION_MAX: usize = 128;

/// What the process keeps of analytics.
#[derive(Default)]
pub struct Analytics {
    key: OnceCell<String>,
    /// What visitors do, as it happens.
    pub feed: Feed,
}

/// The visit that a client calls `session`. The key is made with the database and never leaves it, so that neither a log
/// nor a copy of the interactions alone tells which visit belongs to a name.
///
/// # Errors
/// Those of the database, the first time.
pub async fn visit(app: &App, session: &str) -> Result<VisitId> {
    let key = app.analytics.key.get_or_try_init(|| load(app)).await?;
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
    let mut mac = mac.map_err(|e| Fault::part("the key of visits", e.to_string()))?;
    mac.update(session.as_bytes());
    let hash: [u8; 32] = mac.finalize().into_bytes().into();
    let mut half = [0u8; 16];
    half.copy_from_slice(&hash[..16]);
    Ok(VisitId::from_uuid(uuid::Builder::from_custom_bytes(half).into_uuid()))
}

async fn load(app: &App) -> Result<String> {
    let row = visit_key::Entity::find_by_id(1).one(&app.db).await?;
    Ok(row.ok_or(Fault::Invariant("no key of visits"))?.secret)
}
