//! Signing in.

use std::time::Instant;

use merx::account::{SignInError, sign_in};
use serde_json::json;

use super::{PASSWORD, client, credentials, customer, customer_with};
use crate::support::Shop;

const SIGN_IN: &str = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) {
  accessToken refreshToken expiresAt viewer { __typename ... on Customer { id email } ... on StaffUser { id email } }
  errors { code message path } } }";

#[tokio::test]
async fn who_knows_the_password_gets_tokens() {
    let shop = Shop::demo().await;
    customer(&shop, "buyer@example.com").await;
    let input = json!({ "email": " Buyer@Example.com ", "password": PASSWORD });
    let data = shop.data(SIGN_IN, json!({ "input": input })).await;
    let payload = &data["sessionCreate"];
    assert_eq!(payload["errors"], json!([]));
    assert_eq!(payload["viewer"]["__typename"], "Customer");
    assert_eq!(payload["viewer"]["email"], "buyer@example.com");
    let token = payload["accessToken"].as_str().expect("a token");
    let seen = shop
        .bearing(token)
        .data("{ viewer { ... on Customer { id email } } }", json!({}))
        .await;
    assert_eq!(seen["viewer"]["id"], payload["viewer"]["id"]);
    assert_eq!(
        shop.data("{ viewer { __typename } }", json!({})).await["viewer"],
        json!(null)
    );
    assert_eq!(
        shop.staff().data("{ viewer { __typename } }", json!({})).await["viewer"],
        json!(null)
    );
}

/// The same answer, letter for letter, for an unknown address, a wrong password, an account without one, a closed one, and
/// one whose address is not proven.
#[tokio::test]
async fn the_answer_does_not_tell_whether_there_is_an_account() {
    let shop = Shop::demo().await;
    customer(&shop, "known@example.com").await;
    customer_with(&shop, "none@example.com", |account| account.password_hash = None).await;
    customer_with(&shop, "closed@example.com", |account| {
        account.blocked_at = Some(account.created_at)
    })
    .await;
    customer_with(&shop, "new@example.com", |account| account.email_verified_at = None).await;
    let attempt = async |email: &str, password: &str| {
        let input = json!({ "email": email, "password": password });
        shop.data(SIGN_IN, json!({ "input": input })).await
    };
    let unknown = attempt("unknown@example.com", PASSWORD).await;
    let error = &unknown["sessionCreate"]["errors"][0];
    assert_eq!(
        (error["code"].as_str(), &error["path"]),
        (Some("INVALID_CREDENTIALS"), &json!([]))
    );
    for (email, password) in [
        ("known@example.com", "another password"),
        ("known@example.com", ""),
        ("none@example.com", PASSWORD),
        ("closed@example.com", PASSWORD),
        ("new@example.com", "another password"),
        ("new@example.com", PASSWORD),
        ("no address at all", PASSWORD),
        ("unknown@example.com", "another password"),
    ] {
        assert_eq!(attempt(email, password).await, unknown, "{email}");
    }
    // An account of a customer opens no door for staff.
    let input = json!({ "email": "known@example.com", "password": PASSWORD, "kind": "STAFF" });
    let staff = shop.data(SIGN_IN, json!({ "input": input })).await;
    assert_eq!(staff, unknown);
}

/// 200 sign-ins, every other one with an address that nobody has: the medians must not tell them apart. They run in
/// turns, so that whatever else the machine does slows both.
#[tokio::test]
async fn the_time_does_not_tell_whether_there_is_an_account() {
    let shop = Shop::demo().await;
    for number in 0..4 {
        customer(&shop, &format!("known{number}@example.com")).await;
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..200 {
        let (times, name) = if number % 2 == 0 {
            (&mut known, "known")
        } else {
            (&mut unknown, "nobody")
        };
        let email = format!("{name}{}@example.com", number / 2 % 4);
        let start = Instant::now();
        let refused = sign_in(&shop.app, &client(number), credentials(&email, "another password")).await;
        times.push(start.elapsed());
        assert!(matches!(refused, Err(SignInError::Credentials)), "{email}");
    }
    known.sort_unstable();
    unknown.sort_unstable();
    let (known, unknown) = (known[50].as_secs_f64(), unknown[50].as_secs_f64());
    let ratio = known / unknown;
    println!(
        "median of a wrong password {:.1} ms, of an unknown address {:.1} ms",
        known * 1e3,
        unknown * 1e3
    );
    assert!((0.5..=2.0).contains(&ratio), "known {known} s, unknown {unknown} s");
}
