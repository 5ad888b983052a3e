//! Access tokens: what they say, and every way to make one up.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entity::account::signing_key;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use merx::account::ACCESS_LIFETIME;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{Tokens, customer, is_believed, refresh, sign_in};
use crate::support::{Shop, noon};

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Header or claims of `token`.
fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// What an attacker would like to have: the key of the server, to see that its word alone is not enough.
struct Forger {
    shop: Shop,
    real: Tokens,
    key: EncodingKey,
    public: String,
    header: Value,
    claims: Value,
}

impl Forger {
    async fn at_work() -> Self {
        let shop = Shop::frozen(noon()).await;
        customer(&shop, "a@example.com").await;
        let real = sign_in(&shop, "a@example.com").await;
        let row = signing_key::Entity::find()
            .one(&shop.app.db)
            .await
            .expect("a read")
            .expect("a key");
        let der = STANDARD.decode(row.private_key).expect("base64");
        Self {
            key: EncodingKey::from_ed_der(&der),
            public: row.public_key,
            header: part(&real.access, 0),
            claims: part(&real.access, 1),
            real,
            shop,
        }
    }

    fn signed(&self, header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature = crypto::sign(message.as_bytes(), key, algorithm).expect("a signature");
        format!("{message}.{signature}")
    }

    /// Signed by the key of the server, with another header.
    fn headed(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = self.header.clone();
        change(&mut header);
        self.signed(&header, &self.claims, &self.key, Algorithm::EdDSA)
    }

    /// Signed by the key of the server, with other claims.
    fn claiming(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        self.signed(&self.header, &claims, &self.key, Algorithm::EdDSA)
    }

    async fn assert_refused(&self, token: &str, what: &str) {
        assert!(!is_believed(&self.shop, token).await, "{what}: {token}");
    }
}

fn without(value: &mut Value, name: &str) {
    value.as_object_mut().expect("an object").remove(name);
}

#[tokio::test]
async fn a_token_says_who_where_and_until_when() {
    let forger = Forger::at_work().await;
    let (header, claims) = (&forger.header, &forger.claims);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("at+jwt")));
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!("merx"), &json!("merx")));
    assert_eq!(
        claims["exp"].as_i64().expect("exp") - noon().timestamp(),
        ACCESS_LIFETIME.num_seconds()
    );
    assert_eq!(ACCESS_LIFETIME.num_minutes(), 15);
    assert!(claims["sub"].as_str().is_some_and(|sub| sub.starts_with("customer_")));
    assert!(claims["sid"].as_str().is_some_and(|sid| sid.starts_with("session_")));
    assert!(claims["jti"].as_str().is_some_and(|jti| jti.len() >= 16));
    // Nothing about the person.
    assert!(!claims.to_string().contains("example.com"));
    let keys = forger.shop.app.tokens.jwks(&forger.shop.app).await.expect("keys");
    let keys = keys["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 1);
    assert_eq!(
        (&keys[0]["kid"], &keys[0]["x"]),
        (&header["kid"], &json!(forger.public))
    );
    assert!(keys[0].get("d").is_none(), "the private part stays here");
    // The forger knows the trade: an unchanged token, signed again, is believed.
    assert!(is_believed(&forger.shop, &forger.headed(|_| {})).await);
}

#[tokio::test]
async fn other_algorithms_and_keys_are_refused() {
    let forger = Forger::at_work().await;
    let (header, claims, real) = (&forger.header, &forger.claims, forger.real.access.as_str());
    let message = real.rsplit_once('.').expect("a signature").0;
    let alg = |name: &str| {
        let mut header = header.clone();
        header["alg"] = json!(name);
        header
    };
    for name in ["none", "None", "NONE", "nOnE", "", "EdDSA "] {
        let unsigned = format!("{}.{}.", encode(&alg(name)), encode(claims));
        forger.assert_refused(&unsigned, "alg none").await;
        let signature = real.rsplit_once('.').expect("a signature").1;
        forger
            .assert_refused(&format!("{unsigned}{signature}"), "alg none with a signature")
            .await;
    }
    forger.assert_refused(message, "no third part").await;
    forger
        .assert_refused(&format!("{message}."), "an empty signature")
        .await;

    // The public key as the secret of an HMAC, in every form in which somebody may have it.
    let raw = URL_SAFE_NO_PAD.decode(&forger.public).expect("base64url");
    let jwks = forger.shop.app.tokens.jwks(&forger.shop.app).await.expect("keys");
    let secrets = [
        raw.clone(),
        forger.public.clone().into_bytes(),
        jwks.to_string().into_bytes(),
        jwks["keys"][0].to_string().into_bytes(),
        Vec::new(),
    ];
    for secret in secrets {
        for (name, algorithm) in [("HS256", Algorithm::HS256), ("HS512", Algorithm::HS512)] {
            let key = EncodingKey::from_secret(&secret);
            let token = forger.signed(&alg(name), claims, &key, algorithm);
            forger.assert_refused(&token, "HMAC with the public key").await;
            // Says EdDSA all the same.
            let token = forger.signed(header, claims, &key, algorithm);
            forger.assert_refused(&token, "HMAC in place of EdDSA").await;
        }
    }

    // A key of the attacker, brought along in every way that the standards know.
    let mut der = STANDARD.decode("MC4CAQAwBQYDK2VwBCIEIA==").expect("base64");
    der.extend_from_slice(&[7; 32]);
    let own = EncodingKey::from_ed_der(&der);
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&own, Algorithm::EdDSA).expect("a key");
    let mut jwk = serde_json::to_value(jwk).expect("JSON");
    jwk["kid"] = header["kid"].clone();
    let brought = [
        ("jwk", jwk.clone()),
        ("jku", json!("https://attacker.example/jwks.json")),
        ("x5u", json!("https://attacker.example/cert.pem")),
        ("x5c", json!(["MIIB"])),
        ("kid", json!("attacker")),
        ("kid", json!("../../../../dev/null")),
        ("kid", json!("' OR '1'='1")),
        ("kid", json!("\u{0}")),
        ("kid", json!("")),
        ("kid", json!(null)),
        ("kid", json!(0)),
        ("kid", jwk),
    ];
    for (name, value) in brought {
        let mut header = header.clone();
        header[name] = value;
        let token = forger.signed(&header, claims, &own, Algorithm::EdDSA);
        forger.assert_refused(&token, name).await;
    }
    forger
        .assert_refused(&forger.signed(header, claims, &own, Algorithm::EdDSA), "another key")
        .await;
    // Even the right key under another name is not looked for.
    forger
        .assert_refused(&forger.headed(|h| h["kid"] = json!("attacker")), "an unknown kid")
        .await;
    forger
        .assert_refused(&forger.headed(|h| without(h, "kid")), "no kid")
        .await;
}

#[tokio::test]
async fn what_is_not_for_us_is_refused() {
    let forger = Forger::at_work().await;
    for typ in [
        json!("JWT"),
        json!("rt+jwt"),
        json!("AT+JWT "),
        json!(""),
        json!(null),
        json!(["at+jwt"]),
    ] {
        forger
            .assert_refused(&forger.headed(|h| h["typ"] = typ.clone()), "typ")
            .await;
    }
    forger
        .assert_refused(&forger.headed(|h| without(h, "typ")), "no typ")
        .await;
    for value in [
        json!("another"),
        json!(""),
        json!(null),
        json!(["another"]),
        json!(7),
        json!({}),
    ] {
        for name in ["iss", "aud"] {
            forger
                .assert_refused(&forger.claiming(|c| c[name] = value.clone()), name)
                .await;
        }
    }
    let strangers = [
        json!("customer_"),
        json!("order_01jd3v9k3hf2x8k3w2v5m0q7zt"),
        json!(""),
        json!(null),
        json!(1),
    ];
    for value in strangers {
        for name in ["sub", "sid"] {
            forger
                .assert_refused(&forger.claiming(|c| c[name] = value.clone()), name)
                .await;
        }
    }
    forger
        .assert_refused(
            &forger.claiming(|c| c["sid"] = json!("session_01jd3v9k3hf2x8k3w2v5m0q7zt")),
            "no such session",
        )
        .await;
    for name in ["iss", "aud", "sub", "sid", "exp"] {
        forger
            .assert_refused(&forger.claiming(|c| without(c, name)), name)
            .await;
    }
    for exp in [
        json!(noon().timestamp()),
        json!(0),
        json!(-1),
        json!("9999999999"),
        json!(null),
        json!(1e300),
    ] {
        forger
            .assert_refused(&forger.claiming(|c| c["exp"] = exp.clone()), "exp")
            .await;
    }
}

#[tokio::test]
async fn a_token_is_whole_or_nothing() {
    let forger = Forger::at_work().await;
    let real = forger.real.access.as_str();
    let parts: Vec<_> = real.split('.').collect();
    let mut other = forger.claims.clone();
    other["sub"] = json!("customer_01jd3v9k3hf2x8k3w2v5m0q7zt");
    let changed = [
        format!("{}.{}.{}", parts[0], encode(&other), parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], parts[2].to_uppercase()),
        format!("{real}.{}", parts[2]),
        format!("{real}="),
        format!("{}..{}", parts[0], parts[2]),
        "..".to_owned(),
        "x".repeat(100_000),
        String::from("Bearer"),
    ];
    for token in changed {
        forger.assert_refused(&token, "changed").await;
    }
    // A refresh token opens nothing, and an access token refreshes nothing.
    forger.assert_refused(&forger.real.refresh, "refresh as access").await;
    assert_eq!(
        refresh(&forger.shop, real).await.err().as_deref(),
        Some("INVALID_TOKEN")
    );
    // All of it left the real one as it was.
    assert!(is_believed(&forger.shop, real).await);
    assert!(refresh(&forger.shop, &forger.real.refresh).await.is_ok());
}

#[tokio::test]
async fn a_token_expires() {
    let forger = Forger::at_work().await;
    let (shop, real) = (&forger.shop, forger.real.access.as_str());
    shop.app.clock.advance(Duration::from_secs(15 * 60 - 1));
    assert!(is_believed(shop, real).await);
    shop.app.clock.advance(Duration::from_secs(1));
    assert!(
        !is_believed(shop, real).await,
        "also one whose signature was checked before"
    );
    let (code, _) = shop.bearing(real).refused("{ channel { id } }", json!({})).await;
    assert_eq!(code, "UNAUTHENTICATED", "not silently somebody else");
}
