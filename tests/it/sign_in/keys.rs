//! The keys of access tokens change without anybody noticing.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use merx::account::rotate_keys;
use serde_json::Value;

use super::{customer, is_believed, sign_in};
use crate::http::Server;
use crate::support::{Shop, noon};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn kid(token: &str) -> String {
    let header = token.split('.').next().expect("a header");
    let header = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    header["kid"].as_str().expect("a kid").to_owned()
}

async fn shown(shop: &Shop) -> Vec<String> {
    let keys = shop.app.tokens.jwks(&shop.app).await.expect("keys");
    let keys = keys["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["kid"].as_str().expect("a kid").to_owned()).collect()
}

#[tokio::test]
async fn a_new_key_is_shown_before_it_signs_and_the_old_one_after() {
    let shop = Shop::frozen(noon()).await;
    customer(&shop, "a@example.com").await;
    let app = &shop.app;
    rotate_keys(app).await.expect("nothing to do");
    assert_eq!(shown(&shop).await.len(), 0, "none before somebody signs in");
    let first = kid(&sign_in(&shop, "a@example.com").await.access);
    rotate_keys(app).await.expect("nothing to do");
    assert_eq!(shown(&shop).await, std::slice::from_ref(&first));

    app.clock.advance(29 * DAY);
    for _ in 0..3 {
        rotate_keys(app).await.expect("the next key");
    }
    let both = shown(&shop).await;
    assert_eq!(both.len(), 2, "one next key, however often it is asked for");
    let second = both.into_iter().find(|kid| *kid != first).expect("another key");
    assert_eq!(
        kid(&sign_in(&shop, "a@example.com").await.access),
        first,
        "it is shown and does not sign yet"
    );

    app.clock.advance(DAY - Duration::from_secs(60));
    let last = sign_in(&shop, "a@example.com").await.access;
    assert_eq!(kid(&last), first);
    app.clock.advance(Duration::from_secs(120));
    let next = sign_in(&shop, "a@example.com").await.access;
    assert_eq!(kid(&next), second);
    assert!(
        is_believed(&shop, &last).await && is_believed(&shop, &next).await,
        "both are believed"
    );

    app.clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(
        shown(&shop).await,
        std::slice::from_ref(&second),
        "nothing is left that the first has signed"
    );
    // Nobody came for months: the first who signs in makes a key.
    app.clock.advance(100 * DAY);
    let late = kid(&sign_in(&shop, "a@example.com").await.access);
    assert_ne!(late, second);
    assert_eq!(shown(&shop).await, [late]);
}

#[tokio::test]
async fn keys_are_there_for_other_services() {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    let signed = kid(&sign_in(&shop, "a@example.com").await.access);
    let server = Server::of(shop, merx::http::Patience::default()).await;
    let response = server
        .client
        .get(server.url("/.well-known/jwks.json"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.headers()["cache-control"], "public, max-age=3600");
    let keys: Value = response.json().await.expect("JSON");
    assert_eq!(keys["keys"][0]["kid"], *signed);
    assert_eq!(keys["keys"][0]["kty"], "OKP");
}

/// Two servers on one database: what one signs, the other believes, also with a key that it has never seen.
#[tokio::test]
async fn servers_believe_each_other() {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    let other = shop.another_server().await;
    // The other has read the keys already, when there were none.
    assert_eq!(shown(&other).await.len(), 0);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let token = sign_in(&shop, "a@example.com").await.access;
    assert!(is_believed(&other, &token).await);
}
