//! The second factor of customers and staff.

use std::time::Duration;

use entity::account::{recovery_code, session};
use merx::account::mfa::{RECOVERY_CODES, STEP_SECONDS, TotpSecret};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::account::{PASSWORD, Person, customer, owner, refusal, sign_in_with, signed_in, stored};
use crate::support::{Shop, noon};

/// The code that the app of `secret` shows now.
fn code(shop: &Shop, secret: &str) -> String {
    let now = u64::try_from(shop.app.clock.now().timestamp()).expect("after 1970");
    let secret = TotpSecret::from_base32(secret).expect("a secret");
    secret.code_at(now).expect("a code")
}

fn next_step(shop: &Shop) {
    shop.app.clock.advance(Duration::from_secs(STEP_SECONDS));
}

/// Gives `person` a second factor: the session in which it was set up, its secret, and the recovery codes.
async fn with_factor(shop: &Shop, person: &Person) -> (Shop, String, Vec<String>) {
    let own = signed_in(shop, person, None).await;
    let begun = own
        .changed("mfaSetup", json!({ "password": PASSWORD }), "secret otpauthUrl")
        .await;
    let secret = begun["secret"].as_str().expect("a secret").to_owned();
    let url = begun["otpauthUrl"].as_str().expect("an address");
    assert!(url.starts_with("otpauth://totp/") && url.contains(&secret), "{url}");
    let confirmed = own
        .changed("mfaConfirm", json!({ "code": code(shop, &secret) }), "recoveryCodes")
        .await;
    let codes: Vec<String> = serde_json::from_value(confirmed["recoveryCodes"].clone()).expect("codes");
    assert_eq!(codes.len(), RECOVERY_CODES);
    next_step(shop);
    (own, secret, codes)
}

async fn status(shop: &Shop) -> Value {
    let document = "{ mfa { enabled required recoveryCodesLeft } }";
    shop.data(document, json!({})).await["mfa"].take()
}

#[tokio::test]
async fn a_sign_in_asks_for_it_after_the_right_password_only() {
    let shop = Shop::frozen(noon()).await;
    for person in [
        customer(&shop, "eve@example.com", true).await,
        owner(&shop, "ann@shop.example").await,
    ] {
        let (own, secret, _) = with_factor(&shop, &person).await;
        let expected = json!({ "enabled": true, "required": false, "recoveryCodesLeft": 10 });
        assert_eq!(status(&own).await, expected);
        assert_eq!(refusal(&shop, &person, None).await.as_deref(), Some("MFA_REQUIRED"));
        assert_eq!(refusal(&shop, &person, Some("")).await.as_deref(), Some("MFA_REQUIRED"));
        // A wrong password learns nothing of it, with or without the right code.
        for code in [None, Some(code(&shop, &secret))] {
            let answer = sign_in_with(&shop, &person, "another password", code.as_deref()).await;
            let error = &answer["data"]["sessionCreate"]["errors"][0];
            assert_eq!(error["code"], "INVALID_CREDENTIALS", "{answer:#}");
        }
        let again = signed_in(&shop, &person, Some(&code(&shop, &secret))).await;
        assert_eq!(status(&again).await["enabled"], true);
        let rows = session::Entity::find().all(&shop.app.db).await.expect("sessions");
        let mut of_person = rows.iter().filter(|row| row.account_id == person.id);
        assert!(of_person.all(|row| row.mfa_at.is_some()), "each session had the factor");
    }
    assert_eq!(status(&shop).await, Value::Null, "nobody has signed in");
}

#[tokio::test]
async fn a_code_works_once_even_for_two_at_the_same_moment() {
    let shop = Shop::frozen(noon()).await;
    let person = customer(&shop, "eve@example.com", true).await;
    let (_, secret, _) = with_factor(&shop, &person).await;
    let shown = code(&shop, &secret);
    let tries = [(); 3].map(|()| refusal(&shop, &person, Some(&shown)));
    let outcomes = futures_util::future::join_all(tries).await;
    let passed = outcomes.iter().filter(|refused| refused.is_none()).count();
    assert_eq!(passed, 1, "{outcomes:?}");
    assert!(
        outcomes.iter().flatten().all(|code| code == "MFA_INVALID"),
        "{outcomes:?}"
    );
    // Nor does an older one work after it, though a clock may be wrong by a step.
    let older = shown;
    next_step(&shop);
    let newer = code(&shop, &secret);
    assert_eq!(refusal(&shop, &person, Some(&newer)).await, None);
    shop.app.clock.advance(Duration::from_secs(3600));
    assert_eq!(
        refusal(&shop, &person, Some(&older)).await.as_deref(),
        Some("MFA_INVALID")
    );
}

#[tokio::test]
async fn wrong_codes_are_slowed_down_and_nobody_is_locked_out() {
    let shop = Shop::frozen(noon()).await;
    let person = customer(&shop, "eve@example.com", true).await;
    let (_, secret, _) = with_factor(&shop, &person).await;
    let mut outcomes = Vec::new();
    for _ in 0..7 {
        outcomes.push(refusal(&shop, &person, Some("000000")).await.expect("a refusal"));
    }
    assert_eq!(outcomes[..5], ["MFA_INVALID"; 5]);
    assert_eq!(outcomes[5..], ["RATE_LIMITED"; 2]);
    let right = code(&shop, &secret);
    assert_eq!(
        refusal(&shop, &person, Some(&right)).await.as_deref(),
        Some("RATE_LIMITED")
    );
    shop.app.clock.advance(Duration::from_secs(121));
    let right = code(&shop, &secret);
    assert_eq!(refusal(&shop, &person, Some(&right)).await, None);
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    let shop = Shop::frozen(noon()).await;
    let person = customer(&shop, "eve@example.com", true).await;
    let (own, _, codes) = with_factor(&shop, &person).await;
    // Whoever reads the table finds none of them.
    let rows = recovery_code::Entity::find().all(&shop.app.db).await.expect("codes");
    let written = format!("{rows:?}");
    assert_eq!(rows.len(), RECOVERY_CODES);
    assert!(!codes.iter().any(|code| written.contains(&code.replace('-', ""))));
    let typed = codes[0].to_uppercase().replace('-', " ");
    assert_eq!(refusal(&shop, &person, Some(&typed)).await, None);
    assert_eq!(
        refusal(&shop, &person, Some(&codes[0])).await.as_deref(),
        Some("MFA_INVALID")
    );
    assert_eq!(status(&own).await["recoveryCodesLeft"], 9);
    // Nor does another customer's.
    let other = customer(&shop, "mallory@example.com", true).await;
    let (_, _, foreign) = with_factor(&shop, &other).await;
    assert_eq!(
        refusal(&shop, &person, Some(&foreign[1])).await.as_deref(),
        Some("MFA_INVALID")
    );
    // A new set ends the old one.
    shop.app.clock.advance(Duration::from_secs(3600));
    let input = json!({ "password": PASSWORD, "code": codes[1] });
    let own = signed_in(&shop, &person, Some(&codes[2])).await;
    let renewed = own.changed("mfaRecoveryCodesRenew", input, "recoveryCodes").await;
    assert_eq!(
        refusal(&shop, &person, Some(&codes[3])).await.as_deref(),
        Some("MFA_INVALID")
    );
    let fresh = renewed["recoveryCodes"][0].as_str().expect("a code");
    assert_eq!(refusal(&shop, &person, Some(fresh)).await, None);
}

#[tokio::test]
async fn nobody_gets_or_loses_it_without_the_password_and_a_code() {
    let shop = Shop::frozen(noon()).await;
    let person = customer(&shop, "eve@example.com", true).await;
    let elsewhere = signed_in(&shop, &person, None).await;
    for input in [json!({}), json!({ "password": "another password" })] {
        let (refused, _) = elsewhere.change_refused("mfaSetup", input).await;
        assert_eq!(refused, "INVALID_CREDENTIALS");
    }
    let (refused, _) = elsewhere
        .change_refused("mfaConfirm", json!({ "code": "123456" }))
        .await;
    assert_eq!(refused, "NOT_FOUND", "nothing was begun");
    elsewhere
        .changed("mfaSetup", json!({ "password": PASSWORD }), "secret")
        .await;
    let (refused, _) = elsewhere
        .change_refused("mfaConfirm", json!({ "code": "000000" }))
        .await;
    assert_eq!(refused, "MFA_INVALID");
    assert!(stored(&shop, person.id).await.totp_confirmed_at.is_none());
    assert_eq!(refusal(&shop, &person, None).await, None, "it does not count yet");

    let (own, secret, _) = with_factor(&shop, &person).await;
    // All other sessions ended.
    assert_eq!(
        elsewhere.refused("{ mfa { enabled } }", json!({})).await.0,
        "UNAUTHENTICATED"
    );
    let (refused, _) = own.change_refused("mfaSetup", json!({ "password": PASSWORD })).await;
    assert_eq!(refused, "ALREADY_EXISTS");
    let right = code(&shop, &secret);
    for (input, expected) in [
        (json!({ "code": right }), "INVALID_CREDENTIALS"),
        (
            json!({ "code": right, "password": "another password" }),
            "INVALID_CREDENTIALS",
        ),
        (json!({ "code": "000000", "password": PASSWORD }), "MFA_INVALID"),
    ] {
        assert_eq!(own.change_refused("mfaDisable", input).await.0, expected);
    }
    let other = signed_in(&shop, &person, Some(&right)).await;
    next_step(&shop);
    let input = json!({ "code": code(&shop, &secret), "password": PASSWORD });
    own.changed("mfaDisable", input, "disabled").await;
    assert_eq!(
        status(&own).await,
        json!({ "enabled": false, "required": false, "recoveryCodesLeft": 0 })
    );
    assert_eq!(
        other.refused("{ mfa { enabled } }", json!({})).await.0,
        "UNAUTHENTICATED"
    );
    let account = stored(&shop, person.id).await;
    assert_eq!((account.totp_secret, account.totp_last_step), (None, None));
    assert_eq!(refusal(&shop, &person, None).await, None);
    // Strangers and programs have none.
    let setup = "mutation { mfaSetup(input: {}) { secret } }";
    assert_eq!(shop.refused(setup, json!({})).await.0, "UNAUTHENTICATED");
    assert_eq!(shop.staff().refused(setup, json!({})).await.0, "UNAUTHENTICATED");
}
