//! What an access token says, and whether it is believed.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::account::account::AccountKind;
use entity::{CustomerId, SessionId, StaffUserId, TypedId};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::account::query::Account;
use crate::account::token::keys::Signer;
use crate::app::App;
use crate::platform::error::{Fault, Result};

/// How long a token is believed.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// Whom tokens are for.
pub const AUDIENCE: &str = "merx";
/// What they are, after RFC 9068: no other JWT is taken for one.
pub const TYPE: &str = "at+jwt";
/// Longer texts are no token of ours.
const TOKEN_MAX: usize = 2048;

/// Whose token it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A customer.
    Customer(CustomerId),
    /// A member of staff.
    Staff(StaffUserId),
}

impl Subject {
    /// The subject that `account` opens the door for.
    pub fn of(account: &Account) -> Self {
        match account.kind {
            AccountKind::Customer => Self::Customer(TypedId::from_uuid(account.id)),
            AccountKind::Staff => Self::Staff(TypedId::from_uuid(account.id)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let customer = text.parse().map(Self::Customer);
        customer.or_else(|_| text.parse().map(Self::Staff)).ok()
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Customer(id) => id.fmt(f),
            Self::Staff(id) => id.fmt(f),
        }
    }
}

/// What a token says that is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Whose it is.
    pub subject: Subject,
    /// The session that it was given in.
    pub session: SessionId,
    /// Until when it is believed.
    pub expires: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    jti: String,
    iat: i64,
    exp: i64,
}

/// A token for `account` in `session`, and until when it is believed.
pub(crate) fn sign(
    app: &App,
    signer: &Signer,
    account: &Account,
    session: SessionId,
) -> Result<(String, DateTime<Utc>)> {
    let now = app.clock.now();
    let expires = now + ACCESS_LIFETIME;
    let claims = Claims {
        iss: app.config.accounts.token_issuer.clone(),
        aud: AUDIENCE.to_owned(),
        sub: Subject::of(account).to_string(),
        sid: session.to_string(),
        jti: app.ids.uuid().simple().to_string(),
        iat: now.timestamp(),
        exp: expires.timestamp(),
    };
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(signer.kid.clone());
    let token = jsonwebtoken::encode(&header, &claims, &signer.key).map_err(|e| Fault::part("access tokens", e))?;
    Ok((token, expires))
}

/// What `token` says, if it was signed here for us and has not expired. Whether its session goes on is another question.
pub(crate) async fn verify(app: &App, token: &str) -> Result<Option<Access>> {
    if token.len() > TOKEN_MAX {
        return Ok(None);
    }
    let now = app.clock.now();
    let hash: [u8; 32] = Sha256::digest(token).into();
    let access = match app.tokens.checked.get(&hash) {
        Some(access) => access,
        None => match check(app, token).await? {
            Some(access) => {
                let access = Arc::new(access);
                app.tokens.checked.insert(hash, Arc::clone(&access));
                access
            }
            None => return Ok(None),
        },
    };
    Ok((now < access.expires).then_some(*access))
}

/// All but the time: that is asked for at every use.
async fn check(app: &App, token: &str) -> Result<Option<Access>> {
    // Everything but the name of the key is ignored here: neither `jwk` nor `jku` can bring a key of its own, and the
    // algorithm is ours to say.
    let Ok(header) = jsonwebtoken::decode_header(token) else {
        return Ok(None);
    };
    let (Some(kid), Some(TYPE)) = (header.kid.as_deref(), header.typ.as_deref()) else {
        return Ok(None);
    };
    let keys = app.tokens.keys_with(app, kid).await?;
    let Some(verifier) = keys.verifier(kid, app.clock.now()) else {
        return Ok(None);
    };
    let mut validation = Validation::new(Algorithm::EdDSA);
    // The crate asks the machine for the time.
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[&app.config.accounts.token_issuer]);
    let Ok(token) = jsonwebtoken::decode::<Claims>(token, &verifier.key, &validation) else {
        return Ok(None);
    };
    let claims = token.claims;
    let read = || {
        Some(Access {
            subject: Subject::parse(&claims.sub)?,
            session: claims.sid.parse().ok()?,
            expires: DateTime::from_timestamp(claims.exp, 0)?,
        })
    };
    Ok(read())
}
