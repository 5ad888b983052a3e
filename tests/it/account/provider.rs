//! A small provider of OpenID Connect on this machine: discovery, keys, and a token endpoint that checks what it should.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use merx::platform::clock::Clock;
use parking_lot::Mutex;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What Merx is called there.
pub const CLIENT: &str = "merx";
/// What proves that it is Merx.
pub const SECRET: &str = "the secret of the client, long enough";

/// Somebody with an account there.
#[derive(Clone)]
pub struct Holder {
    pub subject: &'static str,
    pub email: &'static str,
    pub verified: bool,
    pub amr: &'static [&'static str],
}

/// Ann, whose address is proven there.
pub const ANN: Holder = Holder {
    subject: "ann-at-the-provider",
    email: "Ann@Shop.example",
    verified: true,
    amr: &["pwd"],
};

/// What is wrong with the ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forged {
    Nothing,
    Nonce,
    NoNonce,
    Issuer,
    Audience,
    SecondAudience,
    Expired,
    AlgorithmNone,
    ClientSecret,
    UnknownKey,
    Payload,
    NoToken,
}

/// How the provider behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    /// Answers with an error of its own.
    Broken,
    /// Takes the request and says nothing.
    Silent,
    /// Sends whoever asks elsewhere.
    Elsewhere,
}

struct Grant {
    holder: Holder,
    nonce: String,
    challenge: String,
    redirect_uri: String,
}

struct Inner {
    issuer: String,
    clock: Clock,
    key: Mutex<(String, Algorithm, EncodingKey)>,
    forged: Mutex<Forged>,
    mood: Mutex<Mood>,
    grants: Mutex<HashMap<String, Grant>>,
    codes: AtomicUsize,
    pub discoveries: AtomicUsize,
}

/// A running provider. It goes with its last handle.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

impl Provider {
    /// Starts one whose time is that of `clock`, and that signs as most do: RS256.
    pub async fn start(clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let key = EncodingKey::from_rsa_der(include_bytes!("rsa.der"));
        let inner = Arc::new(Inner {
            issuer,
            clock,
            key: Mutex::new(("first".to_owned(), Algorithm::RS256, key)),
            forged: Mutex::new(Forged::Nothing),
            mood: Mutex::new(Mood::Well),
            grants: Mutex::default(),
            codes: AtomicUsize::new(0),
            discoveries: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self(inner)
    }

    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// How often its addresses were read.
    pub fn discoveries(&self) -> usize {
        self.0.discoveries.load(Ordering::SeqCst)
    }

    pub fn forge(&self, forged: Forged) {
        *self.0.forged.lock() = forged;
    }

    pub fn become_(&self, mood: Mood) {
        *self.0.mood.lock() = mood;
    }

    /// Signs with another key from now on, of another kind.
    pub fn rotate(&self, kid: &str) {
        *self.0.key.lock() = (kid.to_owned(), Algorithm::EdDSA, ed25519(kid));
    }

    /// What happens when `holder` signs in where `authorization_url` leads: `(state, code)`, as the browser comes back
    /// with them.
    pub fn authorize(&self, authorization_url: &str, holder: &Holder) -> (String, String) {
        let url: reqwest::Url = authorization_url.parse().expect("an address");
        assert!(
            authorization_url.starts_with(&format!("{}/authorize?", self.0.issuer)),
            "{authorization_url}"
        );
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["scope"], "openid email profile");
        let code = format!("code-{}", self.0.codes.fetch_add(1, Ordering::SeqCst));
        let grant = Grant {
            holder: holder.clone(),
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
            redirect_uri: asked["redirect_uri"].clone(),
        };
        self.0.grants.lock().insert(code.clone(), grant);
        (asked["state"].clone(), code)
    }
}

/// A key of its own for each name.
fn ed25519(name: &str) -> EncodingKey {
    let mut der = vec![
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    der.extend_from_slice(&Sha256::digest(name));
    EncodingKey::from_ed_der(&der)
}

async fn discovery(State(provider): State<Arc<Inner>>) -> Response {
    provider.discoveries.fetch_add(1, Ordering::SeqCst);
    let mood = *provider.mood.lock();
    let issuer = &provider.issuer;
    match mood {
        Mood::Well => Json(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            // A provider may offer more than is taken.
            "id_token_signing_alg_values_supported": ["RS256", "EdDSA", "HS256", "none"],
        }))
        .into_response(),
        Mood::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "out of order").into_response(),
        Mood::Silent => std::future::pending().await,
        Mood::Elsewhere => {
            let to = format!("{issuer}/.well-known/openid-configuration?again");
            (StatusCode::FOUND, [("location", to)]).into_response()
        }
    }
}

async fn keys(State(provider): State<Arc<Inner>>) -> Json<Value> {
    let key = provider.key.lock();
    let mut jwk = Jwk::from_encoding_key(&key.2, key.1).expect("a public key");
    jwk.common.key_id = Some(key.0.clone());
    Json(json!({ "keys": [jwk] }))
}

async fn token(
    State(provider): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let refused = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response();
    if *provider.mood.lock() != Mood::Well {
        return (StatusCode::INTERNAL_SERVER_ERROR, "out of order").into_response();
    }
    let form_of = |text: &str| text.replace(' ', "+").replace(',', "%2C");
    let basic = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{}", form_of(SECRET))));
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(basic.as_str()) {
        return refused("invalid_client");
    }
    // A code works once.
    let grant = form.get("code").and_then(|code| provider.grants.lock().remove(code));
    let Some(grant) = grant else {
        return refused("invalid_grant");
    };
    let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
    if challenge != grant.challenge || form.get("redirect_uri") != Some(&grant.redirect_uri) {
        return refused("invalid_grant");
    }
    let mut answer = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 60 });
    if *provider.forged.lock() != Forged::NoToken {
        answer["id_token"] = Value::from(id_token(&provider, &grant));
    }
    Json(answer).into_response()
}

fn id_token(provider: &Inner, grant: &Grant) -> String {
    let forged = *provider.forged.lock();
    let now = provider.clock.now().timestamp();
    let mut claims = json!({
        "iss": provider.issuer, "aud": CLIENT, "sub": grant.holder.subject, "nonce": grant.nonce,
        "iat": now, "exp": now + 300, "email": grant.holder.email, "email_verified": grant.holder.verified,
        "given_name": "Ann", "family_name": "Archer", "amr": grant.holder.amr,
    });
    match forged {
        Forged::Nonce => claims["nonce"] = json!("another nonce"),
        Forged::NoNonce => drop(claims.as_object_mut().map(|claims| claims.remove("nonce"))),
        Forged::Issuer => claims["iss"] = json!("https://elsewhere.example"),
        Forged::Audience => claims["aud"] = json!("another shop"),
        Forged::SecondAudience => claims["aud"] = json!([CLIENT, "another shop"]),
        Forged::Expired => claims["exp"] = json!(now - 1),
        _ => {}
    }
    let key = provider.key.lock();
    let mut header = Header::new(key.1);
    header.kid = Some(key.0.clone());
    match forged {
        Forged::AlgorithmNone => {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(&json!({ "alg": "none" })), part(&claims))
        }
        // The client's secret signs, under the name of the public key.
        Forged::ClientSecret => {
            header.alg = Algorithm::HS256;
            let key = EncodingKey::from_secret(SECRET.as_bytes());
            jsonwebtoken::encode(&header, &claims, &key).expect("a token")
        }
        Forged::UnknownKey => {
            header.alg = Algorithm::EdDSA;
            jsonwebtoken::encode(&header, &claims, &ed25519("nobody's")).expect("a token")
        }
        Forged::Payload => {
            let token = jsonwebtoken::encode(&header, &claims, &key.2).expect("a token");
            let mut parts: Vec<&str> = token.split('.').collect();
            claims["sub"] = json!("somebody else");
            let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
            parts[1] = &payload;
            parts.join(".")
        }
        _ => jsonwebtoken::encode(&header, &claims, &key.2).expect("a token"),
    }
}
