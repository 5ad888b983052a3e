//! A forgotten password.

use std::time::Duration;

use serde_json::{Value, json};

use super::{customer, customer_with, is_believed, sign_in};
use crate::http::Server;
use crate::support::{Shop, noon};

const NEW: &str = "twelve geese in a blue barn";

async fn request(shop: &Shop, email: &str) -> Value {
    shop.change("passwordResetRequest", json!({ "email": email }), "ok")
        .await
}

/// The code in the newest letter.
fn code(shop: &Shop) -> String {
    let letters = shop.letters();
    let letter = letters.last().expect("a letter");
    // Long lines of a letter are folded.
    let letter = letter.replace("=\r\n", "").replace("=3D", "=");
    let (_, rest) = letter.split_once("#token=").expect("a link with a code");
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[tokio::test]
async fn a_letter_sets_a_new_password_once() {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    let before = sign_in(&shop, "a@example.com").await;
    assert_eq!(request(&shop, "A@Example.com").await["ok"], true);
    shop.work().await;
    assert_eq!(shop.letters().len(), 1);
    let first = code(&shop);
    request(&shop, "a@example.com").await;
    shop.work().await;
    let token = code(&shop);
    assert_ne!(first, token);
    let reset = |token: &str, new: &str| json!({ "token": token, "newPassword": new });
    let old = shop.change_refused("passwordReset", reset(&first, NEW)).await;
    assert_eq!(
        old,
        ("INVALID_TOKEN".to_owned(), json!(["token"])),
        "the newer letter counts"
    );
    let weak = shop.change_refused("passwordReset", reset(&token, "12345678")).await;
    assert_eq!(
        weak,
        ("WEAK_PASSWORD".to_owned(), json!(["newPassword"])),
        "and uses nothing up"
    );
    assert!(is_believed(&shop, &before.access).await);
    shop.changed("passwordReset", reset(&token, NEW), "ok").await;
    assert!(!is_believed(&shop, &before.access).await, "all sessions end");
    let again = shop.change_refused("passwordReset", reset(&token, NEW)).await;
    assert_eq!(again.0, "INVALID_TOKEN", "it works once");
    shop.changed(
        "sessionCreate",
        json!({ "email": "a@example.com", "password": NEW }),
        "accessToken",
    )
    .await;
    shop.work().await;
    assert_eq!(shop.letters().len(), 3, "told by mail");
}

#[tokio::test]
async fn a_letter_is_good_for_an_hour() {
    let shop = Shop::frozen(noon()).await;
    customer(&shop, "a@example.com").await;
    request(&shop, "a@example.com").await;
    shop.work().await;
    let token = code(&shop);
    shop.app.clock.advance(Duration::from_secs(3600));
    let late = shop
        .change_refused("passwordReset", json!({ "token": token, "newPassword": NEW }))
        .await;
    assert_eq!(late.0, "INVALID_TOKEN");
}

/// The same answer, and a job in the table, whether or not there is an account. Nobody gets a letter without one.
#[tokio::test]
async fn asking_does_not_tell_whether_there_is_an_account() {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    customer_with(&shop, "closed@example.com", |account| {
        account.blocked_at = Some(account.created_at)
    })
    .await;
    // The channel is read once.
    shop.data("{ channel { id } }", json!({})).await;
    let (statements, known) = shop.statements(request(&shop, "a@example.com")).await;
    for email in ["nobody@example.com", "closed@example.com"] {
        let (same, unknown) = shop.statements(request(&shop, email)).await;
        assert_eq!((same, unknown), (statements, known.clone()), "{email}");
    }
    shop.work().await;
    assert_eq!(shop.letters().len(), 1);
    assert_eq!(shop.dead_jobs().await, 0);
    let wrong = shop
        .change_refused("passwordResetRequest", json!({ "email": "no address" }))
        .await;
    assert_eq!(wrong, ("INVALID_INPUT".to_owned(), json!(["email"])));
}

/// Whoever got the letter has the address: an account that was never confirmed is now.
#[tokio::test]
async fn a_letter_proves_the_address() {
    let shop = Shop::demo().await;
    customer_with(&shop, "a@example.com", |account| {
        account.email_verified_at = None;
        account.password_hash = None;
    })
    .await;
    request(&shop, "a@example.com").await;
    shop.work().await;
    shop.changed(
        "passwordReset",
        json!({ "token": code(&shop), "newPassword": NEW }),
        "ok",
    )
    .await;
    shop.changed(
        "sessionCreate",
        json!({ "email": "a@example.com", "password": NEW }),
        "accessToken",
    )
    .await;
}

/// Where links lead is configured. Nothing that a request says changes it.
#[tokio::test]
async fn nobody_poisons_the_link() {
    let shop = Shop::configured(|config| {
        config.storefront.storefront_url = Some("https://shop.example/en/".to_owned());
        config.edge.trusted_proxies = vec!["127.0.0.0/8".parse().expect("a network")];
    })
    .await;
    customer(&shop, "a@example.com").await;
    let server = Server::of(shop, merx::http::Patience::default()).await;
    let poison = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-server", "evil.example"),
        ("x-host", "evil.example"),
        ("x-original-host", "evil.example"),
        ("x-original-url", "https://evil.example/"),
        ("x-rewrite-url", "https://evil.example/"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "host=evil.example;proto=https;for=192.0.2.1"),
        ("origin", "https://evil.example"),
        ("referer", "https://evil.example/reset"),
        ("x-request-id", "evil.example"),
    ];
    let mut request = server.client.post(server.url("/graphql"));
    for (name, value) in poison {
        request = request.header(name, value);
    }
    let document = "mutation { passwordResetRequest(input: { email: \"a@example.com\" }) { ok } }";
    let response = request
        .json(&json!({ "query": document }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    server.shop.work().await;
    let letters = server.shop.letters();
    assert_eq!(letters.len(), 1);
    let letter = letters[0].replace("=\r\n", "");
    assert!(
        letter.contains("https://shop.example/en/account/reset-password#token="),
        "{letter}"
    );
    assert!(!letter.contains("evil.example"), "{letter}");
}
