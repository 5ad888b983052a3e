//! The keys that sign access tokens: made when the first is needed, shown to others before they sign, believed until the
//! last of their tokens has expired.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use entity::account::signing_key::{self, Column};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use crate::account::token::{ACCESS_LIFETIME, Tokens};
use crate::app::App;
use crate::platform::error::{Fault, Result};

/// How long a key signs.
const SIGNS_FOR: TimeDelta = TimeDelta::days(30);
/// How long a key is shown before it signs: others keep the set of keys for a while.
const SHOWN_BEFORE: TimeDelta = TimeDelta::days(1);
/// How much longer than a token a key is believed, for clocks that differ.
const GRACE: TimeDelta = TimeDelta::minutes(5);
/// A set that was read so recently is not read again for a key that it does not have: tokens may be made up.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// What stands before the 32 secret bytes in PKCS#8.
const PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// A key with which a token can be signed.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(super) kid: String,
    pub(super) key: EncodingKey,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// A key with which a token can be checked.
pub(super) struct Verifier {
    pub(super) key: DecodingKey,
    public: String,
    until: DateTime<Utc>,
}

/// All keys that are not past.
pub(super) struct KeySet {
    signers: Vec<Signer>,
    verifiers: HashMap<String, Verifier>,
    read_at: Instant,
}

impl KeySet {
    /// The key that signs at `now`.
    fn signer(&self, now: DateTime<Utc>) -> Option<&Signer> {
        let signing = self.signers.iter().filter(|key| key.from <= now && now < key.until);
        signing.max_by(|a, b| (a.from, &a.kid).cmp(&(b.from, &b.kid)))
    }

    /// The key of this name, if its tokens are believed at `now`.
    pub(super) fn verifier(&self, kid: &str, now: DateTime<Utc>) -> Option<&Verifier> {
        self.verifiers.get(kid).filter(|key| now < key.until)
    }

    pub(super) fn jwks(&self, now: DateTime<Utc>) -> serde_json::Value {
        let keys = self.verifiers.iter().filter(|(_, key)| now < key.until);
        let mut keys: Vec<_> = keys
            .map(|(kid, key)| json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": key.public }))
            .collect();
        keys.sort_by_key(|key| key["kid"].to_string());
        json!({ "keys": keys })
    }
}

fn failed(error: jsonwebtoken::errors::Error) -> Fault {
    Fault::part("signing keys", error)
}

fn signer(row: &signing_key::Model) -> Result<Signer> {
    let der = STANDARD
        .decode(&row.private_key)
        .map_err(|e| Fault::part("signing keys", e))?;
    Ok(Signer {
        kid: row.kid.clone(),
        key: EncodingKey::from_ed_der(&der),
        from: row.signs_from,
        until: row.signs_until,
    })
}

/// All keys that are not past.
pub(super) async fn load(app: &App) -> Result<KeySet> {
    let now = app.clock.now();
    let rows = signing_key::Entity::find()
        .filter(Column::VerifiesUntil.gt(now))
        .all(&app.db)
        .await?;
    let mut set = KeySet {
        signers: Vec::new(),
        verifiers: HashMap::new(),
        read_at: Instant::now(),
    };
    for row in rows {
        set.signers.push(signer(&row)?);
        let verifier = Verifier {
            key: DecodingKey::from_ed_components(&row.public_key).map_err(failed)?,
            public: row.public_key,
            until: row.verifies_until,
        };
        set.verifiers.insert(row.kid, verifier);
    }
    Ok(set)
}

/// A new key that signs from `from` on.
async fn make(app: &App, from: DateTime<Utc>) -> Result<Signer> {
    let mut der = PKCS8.to_vec();
    der.extend_from_slice(&app.ids.bytes::<32>());
    let jwk = Jwk::from_encoding_key(&EncodingKey::from_ed_der(&der), Algorithm::EdDSA).map_err(failed)?;
    let AlgorithmParameters::OctetKeyPair(pair) = &jwk.algorithm else {
        return Err(Fault::Invariant("a key of Ed25519 is a pair of octets"));
    };
    let until = from + SIGNS_FOR;
    let row = signing_key::Model {
        kid: jwk.thumbprint(ThumbprintHash::SHA256).map_err(failed)?,
        public_key: pair.x.clone(),
        private_key: STANDARD.encode(&der),
        created_at: app.clock.now(),
        signs_from: from,
        signs_until: until,
        verifies_until: until + ACCESS_LIFETIME + GRACE,
    };
    let signer = signer(&row)?;
    let tx = app.db.begin().await?;
    row.into_active_model().insert(&tx).await?;
    tx.commit().await?;
    app.tokens.keys.clear();
    tracing::info!(kid = signer.kid, %from, "a new key for access tokens");
    Ok(signer)
}

impl Tokens {
    /// The key that signs now; the first one is made here. Two servers that make one at the same time both keep theirs.
    pub(crate) async fn signer(&self, app: &App) -> Result<Signer> {
        let now = app.clock.now();
        match self.keys.get((), load(app)).await?.signer(now) {
            Some(signer) => Ok(signer.clone()),
            None => make(app, now).await,
        }
    }

    /// The keys, among them `kid` if there is such a key: another server may have made it just now.
    pub(super) async fn keys_with(&self, app: &App, kid: &str) -> Result<Arc<KeySet>> {
        let keys = self.keys.get((), load(app)).await?;
        if keys.verifiers.contains_key(kid) || keys.read_at.elapsed() < READ_AGAIN_AFTER {
            return Ok(keys);
        }
        self.keys.clear();
        self.keys.get((), load(app)).await
    }
}

/// Makes the next key a day before the last one ends, and forgets those that are past. Done in the rounds of a worker.
///
/// # Errors
/// Those of the database; it is tried again in the next round.
pub async fn rotate_keys(app: &App) -> Result<()> {
    let now = app.clock.now();
    let keys = app.tokens.keys.get((), load(app)).await?;
    let last = keys.signers.iter().map(|key| key.until).max();
    // Without a key nobody has signed in yet: the first is made when somebody does.
    let Some(last) = last else { return Ok(()) };
    if last - now > SHOWN_BEFORE {
        return Ok(());
    }
    make(app, last.max(now)).await?;
    let tx = app.db.begin().await?;
    signing_key::Entity::delete_many()
        .filter(Column::VerifiesUntil.lte(now))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
