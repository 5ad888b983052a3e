use serde_json::Value;
use stripe_simulator::{Drift, Fault};

use crate::support::{Shop, at};

const FORM: &str = "amount=1000&currency=eur&confirm=true&payment_method=pm_card_visa&payment_method_types[]=card";

async fn pay(shop: &Shop, key: &str) -> (u16, bool, Value) {
    let response = shop.send("payment_intents", FORM, Some(key)).await.unwrap();
    let replayed = response.headers().get("idempotent-replayed").is_some();
    (response.status().as_u16(), replayed, response.json().await.unwrap())
}

#[tokio::test]
async fn a_key_answers_once_and_for_one_request() {
    let shop = Shop::open().await;
    let (_, replayed, first) = pay(&shop, "k").await;
    assert!(!replayed);
    let (_, replayed, second) = pay(&shop, "k").await;
    assert!(replayed);
    assert_eq!(first, second);
    let other = shop
        .send("payment_intents", "amount=2000&currency=eur", Some("k"))
        .await
        .unwrap();
    assert_eq!(other.status(), 400);
    let other: Value = other.json().await.unwrap();
    assert_eq!(at(&other, "error.type"), "idempotency_error");
    // What fails validation is not kept.
    let bad = shop.send("payment_intents", "currency=eur", Some("v")).await.unwrap();
    assert_eq!(bad.status(), 400);
    assert_eq!(pay(&shop, "v").await.0, 200);
    assert_eq!(shop.stripe.books().payments.len(), 2);
    // A day later the key is free.
    let now = shop.stripe.object(first["id"].as_str().unwrap()).unwrap()["created"]
        .as_i64()
        .unwrap();
    shop.stripe.set_time(Some(now + 25 * 60 * 60));
    assert!(!pay(&shop, "k").await.1);
}

#[tokio::test]
async fn two_at_once_under_a_key_charge_once() {
    let shop = Shop::open().await;
    shop.stripe.fault(Fault::delay(1_500).after());
    let (first, second) = tokio::join!(pay(&shop, "k"), async {
        // It is at it.
        while shop.stripe.books().payments.is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        pay(&shop, "k").await
    });
    assert_eq!((first.0, second.0), (200, 409));
    assert_eq!(shop.stripe.books().payments.len(), 1);
}

#[tokio::test]
async fn faults_before_and_after_the_effect() {
    let shop = Shop::open().await;
    shop.stripe.fault(Fault::status(429));
    assert_eq!(pay(&shop, "a").await.0, 429);
    assert!(shop.stripe.books().payments.is_empty());
    shop.stripe.fault(Fault::status(500).after().on("POST /v1/payment_*"));
    assert_eq!(pay(&shop, "a").await.0, 500);
    let (status, replayed, intent) = pay(&shop, "a").await;
    assert_eq!(
        (status, replayed, intent["status"].as_str()),
        (200, true, Some("succeeded"))
    );
    shop.stripe.fault(Fault::status(500).kept());
    assert_eq!(pay(&shop, "b").await.0, 500);
    assert_eq!(pay(&shop, "b").await.0, 500);
    assert_eq!(shop.stripe.books().payments.len(), 2);
    shop.stripe.fault(Fault::drop_connection().after());
    assert!(shop.send("payment_intents", FORM, Some("c")).await.is_err());
    assert!(pay(&shop, "c").await.1);
    assert_eq!(shop.stripe.books().payments.len(), 3);
    assert_eq!(shop.stripe.books().double_charges(), 0);
}

#[tokio::test]
async fn drift_changes_answers_and_not_the_books() {
    let shop = Shop::open().await;
    let drift = Drift {
        fields: true,
        enums: true,
        missing: true,
        status: Some("under_review".into()),
        errors: true,
    };
    shop.stripe.drift(drift);
    let (_, _, intent) = pay(&shop, "a").await;
    assert_eq!(intent["status"], "under_review");
    assert_eq!(intent["capture_method"], "simulated_new_word");
    assert!(intent.get("canceled_at").is_none() && intent.get("simulated_new_field").is_some());
    assert_eq!(shop.stripe.books().payments[0].status, "succeeded");
    let (_, error) = shop.post("payment_intents", "currency=eur").await;
    assert_eq!(at(&error, "error.type"), "simulated_new_error");
}
