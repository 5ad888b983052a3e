//! Access tokens: JWTs that say who asks, signed with Ed25519, believed for a quarter of an hour.

mod access;
mod keys;

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::platform::cache::Cache;
use crate::platform::error::Result;
use keys::KeySet;

pub use access::{ACCESS_LIFETIME, AUDIENCE, Access, Subject, TYPE};
pub(super) use access::{sign, verify};
pub use keys::rotate_keys;

/// Tokens whose signature was checked that are remembered.
const CHECKED_MAX: u64 = 50_000;
/// How long the check of a signature is remembered: a key that is taken back is believed so much longer.
const CHECKED_FOR: Duration = Duration::from_secs(60);

/// The keys of access tokens, and the tokens that were found good.
pub struct Tokens {
    keys: Cache<(), KeySet>,
    checked: moka::sync::Cache<[u8; 32], Arc<Access>>,
}

impl Default for Tokens {
    fn default() -> Self {
        let checked = moka::sync::Cache::builder()
            .max_capacity(CHECKED_MAX)
            .time_to_live(CHECKED_FOR)
            .build();
        Self {
            keys: Cache::new(1),
            checked,
        }
    }
}

impl Tokens {
    /// The public keys whose tokens are believed, as a JWK set.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn jwks(&self, app: &App) -> Result<serde_json::Value> {
        Ok(self.keys.get((), keys::load(app)).await?.jwks(app.clock.now()))
    }
}
