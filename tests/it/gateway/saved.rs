//! Means of payment that customers keep with Stripe.

use merx::payment::gateway::EventSubject;
use merx::payment::inbox::{Inbound, receive};
use serde_json::{Value, json};
use stripe_simulator::{Fault, Options, Simulator};

use super::rig::WEBHOOK_SECRET;
use crate::support::{PASSWORD, Shop};

const SHOWN: &str = "paymentMethod { id gateway type brand last4 expMonth expYear isDefault }";

async fn shop() -> (Shop, Simulator) {
    let stripe = Simulator::start(Options::default()).await.expect("a simulator");
    let url = stripe.url().to_owned();
    let shop = Shop::configured(|config| {
        config.services.stripe_secret_key = Some("sk_test_1".into());
        config.services.stripe_publishable_key = Some("pk_test_1".to_owned());
        config.services.stripe_webhook_secret = Some(WEBHOOK_SECRET.into());
        config.services.stripe_api_base = Some(url);
    })
    .await;
    (shop, stripe)
}

/// Begins to keep a card.
async fn begin(me: &Shop) -> Value {
    let shown = "setup { setupId clientSecret publishableKey }";
    me.changed("paymentMethodSetup", json!({ "gateway": "stripe" }), shown)
        .await["setup"]
        .take()
}

/// The shopper enters a card into Stripe's script.
fn enter(stripe: &Simulator, setup: &Value, card: &str) {
    let path = format!("setup_intents/{}/confirm", setup["setupId"].as_str().expect("an id"));
    let body = format!("payment_method=pm_card_{card}&return_url=https://shop.example");
    stripe.request("POST", &path, &body).expect("confirmed");
}

async fn complete(me: &Shop, setup: &Value) -> Value {
    let input = json!({ "gateway": "stripe", "setupId": setup["setupId"] });
    me.changed("paymentMethodSetupComplete", input, SHOWN).await["paymentMethod"].take()
}

async fn keep(me: &Shop, stripe: &Simulator, card: &str) -> Value {
    let setup = begin(me).await;
    enter(stripe, &setup, card);
    complete(me, &setup).await
}

/// Brand and whether it is offered first.
async fn kept(me: &Shop) -> Vec<(String, bool)> {
    let data = me
        .data("{ me { paymentMethods { brand isDefault } } }", json!({}))
        .await;
    let rows = data["me"]["paymentMethods"].as_array().expect("a list").iter();
    rows.map(|row| {
        (
            row["brand"].as_str().unwrap_or_default().to_owned(),
            row["isDefault"] == true,
        )
    })
    .collect()
}

#[tokio::test]
async fn a_card_is_kept_offered_first_and_forgotten() {
    let (shop, stripe) = shop().await;
    let me = shop.customer("ada@example.com").await;
    let setup = begin(&me).await;
    assert_eq!(setup["publishableKey"], "pk_test_1");
    assert!(
        setup["clientSecret"]
            .as_str()
            .is_some_and(|secret| secret.contains("_secret_"))
    );
    let early = json!({ "gateway": "stripe", "setupId": setup["setupId"] });
    let refused = me.change_refused("paymentMethodSetupComplete", early).await;
    assert_eq!(refused.0, "PAYMENT_ACTION_REQUIRED");
    enter(&stripe, &setup, "visa");
    let visa = complete(&me, &setup).await;
    assert_eq!((&visa["type"], &visa["last4"]), (&json!("card"), &json!("4242")));
    assert!(visa["expYear"].is_i64());
    assert_eq!(complete(&me, &setup).await["id"], visa["id"], "kept once");
    let master = keep(&me, &stripe, "mastercard").await;
    let row = |brand: &str, first| (brand.to_owned(), first);
    assert_eq!(kept(&me).await, [row("visa", true), row("mastercard", false)]);
    me.changed("paymentMethodMakeDefault", json!({ "id": master["id"] }), SHOWN)
        .await;
    assert_eq!(kept(&me).await, [row("mastercard", true), row("visa", false)]);
    me.changed("paymentMethodDelete", json!({ "id": master["id"] }), "deletedId")
        .await;
    assert_eq!(kept(&me).await, [row("visa", true)], "another one is offered first");
    let again = me
        .change_refused("paymentMethodDelete", json!({ "id": master["id"] }))
        .await;
    assert_eq!(again.0, "NOT_FOUND");
    shop.work().await;
    assert_eq!(attached(&stripe), 1, "Stripe has forgotten it too");
    // Both were set up for one customer there.
    assert_eq!(stripe.objects("customer").len(), 1);
}

/// Cards that belong to somebody at Stripe.
fn attached(stripe: &Simulator) -> usize {
    let methods = stripe.objects("payment_method");
    methods.iter().filter(|method| method["customer"].is_string()).count()
}

#[tokio::test]
async fn a_card_of_somebody_else_is_nobodys() {
    let (shop, stripe) = shop().await;
    let ada = shop.customer("ada@example.com").await;
    let eve = shop.customer("eve@example.com").await;
    let setup = begin(&ada).await;
    enter(&stripe, &setup, "visa");
    let input = json!({ "gateway": "stripe", "setupId": setup["setupId"] });
    let unknown = eve.change_refused("paymentMethodSetupComplete", input.clone()).await;
    assert_eq!(unknown.0, "NOT_FOUND", "Eve has never been there");
    begin(&eve).await;
    assert_eq!(
        eve.change_refused("paymentMethodSetupComplete", input).await.0,
        "NOT_FOUND"
    );
    let mine = complete(&ada, &setup).await;
    for mutation in ["paymentMethodDelete", "paymentMethodMakeDefault"] {
        let refused = eve.change_refused(mutation, json!({ "id": mine["id"] })).await;
        assert_eq!(refused.0, "NOT_FOUND", "{mutation}");
    }
    assert_eq!((kept(&eve).await.len(), kept(&ada).await.len()), (0, 1));
    for setup in ["../customers", "seti_1/../../x", ""] {
        let input = json!({ "gateway": "stripe", "setupId": setup });
        let answer = ada.change_refused("paymentMethodSetupComplete", input).await;
        assert_eq!(answer.0, "NOT_FOUND", "{setup}");
    }
    let guest = shop.refused(
        "mutation { paymentMethodSetup(input: { gateway: \"stripe\" }) { errors { code } } }",
        json!({}),
    );
    assert_eq!(guest.await.0, "UNAUTHENTICATED");
}

#[tokio::test]
async fn who_cannot_keep_says_so() {
    let (shop, stripe) = shop().await;
    let me = shop.customer("ada@example.com").await;
    let code = async |gateway: &str| {
        me.change_refused("paymentMethodSetup", json!({ "gateway": gateway }))
            .await
            .0
    };
    assert_eq!(code("test").await, "INVALID_INPUT");
    assert_eq!(code("nobody").await, "UNKNOWN_GATEWAY");
    stripe.fault(Fault::drop_connection().always());
    assert_eq!(code("stripe").await, "PAYMENT_PENDING");
    stripe.heal();
    for _ in 0..20 {
        keep(&me, &stripe, "visa").await;
    }
    assert_eq!(code("stripe").await, "LIMIT_REACHED");
}

#[tokio::test]
async fn what_a_person_keeps_is_exported_and_erased() {
    let (shop, stripe) = shop().await;
    let me = shop.customer("ada@example.com").await;
    keep(&me, &stripe, "visa").await;
    let export = me.changed("customerDataExport", json!({}), "data").await;
    let export: Value = serde_json::from_str(export["data"].as_str().expect("text")).expect("JSON");
    assert_eq!(export["payment_methods"][0]["last4"], "4242");
    assert_eq!(export["payment_methods"][0]["gateway"], "stripe");
    me.changed("customerErase", json!({ "password": PASSWORD }), "ok").await;
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    assert_eq!(attached(&stripe), 0);
    let customer = stripe.objects("customer").pop().expect("a customer");
    let path = format!("customers/{}", customer["id"].as_str().expect("an id"));
    let left = stripe.request("GET", &path, "").expect("an answer");
    assert_eq!(left["deleted"], true, "{left}");
}

/// Pays a new cart with what `how` adds to the input, and gives the payload.
async fn pay(me: &Shop, how: Value) -> (Value, Value) {
    let (variant, _) = me.variant(3).await;
    let cart = me.ready_cart(&variant, 1).await;
    let mut input = json!({ "cartToken": cart["token"], "gateway": "stripe", "returnUrl": "https://shop.example" });
    let fields = input.as_object_mut().expect("an object");
    fields.extend(how.as_object().expect("an object").clone());
    let document = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
        payment { id status } errors { code path } } }";
    let keyed = me.with_key(&format!("pay-{}", cart["id"]));
    let payload = keyed.data(document, json!({ "input": input })).await["paymentStart"].take();
    (cart, payload)
}

#[tokio::test]
async fn a_card_is_kept_with_a_payment_and_pays_the_next_one() {
    let (shop, stripe) = shop().await;
    let me = shop.customer("ada@example.com").await;
    let (_, payload) = pay(&me, json!({ "token": "pm_card_visa", "savePaymentMethod": true })).await;
    assert_eq!(payload["payment"]["status"], "SUCCEEDED", "{payload:#}");
    assert_eq!(kept(&me).await, [("visa".to_owned(), true)]);
    let read = "{ me { paymentMethods { id } } }";
    let id = me.data(read, json!({})).await["me"]["paymentMethods"][0]["id"].take();
    let (cart, payload) = pay(&me, json!({ "paymentMethodId": id })).await;
    assert_eq!(payload["payment"]["status"], "SUCCEEDED", "{payload:#}");
    let done = me
        .with_key("complete")
        .complete(&cart, &payload["payment"]["id"], Value::Null)
        .await;
    assert_eq!(done["order"]["paymentStatus"], "PAID", "{done:#}");
    assert_eq!(kept(&me).await.len(), 1, "kept once");
    // Another customer has no such thing, and a guest keeps nothing.
    let eve = shop.customer("eve@example.com").await;
    let (_, payload) = pay(&eve, json!({ "paymentMethodId": id })).await;
    assert_eq!(
        payload["errors"],
        json!([{ "code": "NOT_FOUND", "path": ["paymentMethodId"] }])
    );
    for how in [
        json!({ "token": "pm_card_visa", "savePaymentMethod": true }),
        json!({ "paymentMethodId": id }),
    ] {
        let (_, payload) = pay(&shop, how).await;
        assert_eq!(payload["errors"][0]["code"], "INVALID_INPUT");
    }
    assert_eq!(stripe.books().payments.len(), 2);
    assert_eq!(stripe.books().double_charges(), 0);
}

#[tokio::test]
async fn a_declined_card_is_not_kept_and_a_gateway_that_is_away_keeps_nothing() {
    let (shop, stripe) = shop().await;
    let me = shop.customer("ada@example.com").await;
    let save = |card: &str| json!({ "token": card, "savePaymentMethod": true });
    let (_, payload) = pay(&me, save("pm_card_chargeDeclined")).await;
    assert_eq!(payload["errors"][0]["code"], "PAYMENT_DECLINED");
    assert_eq!(kept(&me).await, []);
    let eve = shop.customer("eve@example.com").await;
    stripe.fault(Fault::drop_connection().on("POST /v1/customers").times(4));
    let (_, payload) = pay(&eve, save("pm_card_visa")).await;
    assert_eq!(
        payload["payment"]["status"], "SUCCEEDED",
        "the sale goes on: {payload:#}"
    );
    assert_eq!(kept(&eve).await, []);
}

#[tokio::test]
async fn a_setup_that_stripe_tells_of_is_kept() {
    let (shop, stripe) = shop().await;
    let me = shop.customer("ada@example.com").await;
    let setup = begin(&me).await;
    enter(&stripe, &setup, "visa");
    let events = stripe.objects("event");
    let told = events.iter().rfind(|event| event["type"] == "setup_intent.succeeded");
    let id = told.and_then(|event| event["id"].as_str()).expect("an event");
    let (body, header) = stripe.signed(id, WEBHOOK_SECRET).expect("signed");
    let gateway = shop.app.payments.get("stripe").expect("Stripe");
    let event = gateway.event(&header, body.as_bytes()).expect("believed");
    let reference = setup["setupId"].as_str().expect("an id").to_owned();
    assert_eq!(event.subject, EventSubject::Setup { reference });
    let told = Inbound {
        gateway: "stripe",
        signature: &header,
        body: body.as_bytes(),
    };
    for _ in 0..2 {
        receive(&shop.app, told).await.expect("taken");
        shop.work().await;
        assert_eq!(kept(&me).await, [("visa".to_owned(), true)], "nobody asked for it");
    }
    assert_eq!(shop.dead_jobs().await, 0);
}

/// Somebody deletes the customer in Stripe's dashboard.
fn delete_customers(stripe: &Simulator) {
    let list = stripe.request("GET", "customers", "").expect("a list");
    for customer in list["data"].as_array().expect("rows") {
        let path = format!("customers/{}", customer["id"].as_str().expect("an id"));
        stripe.request("DELETE", &path, "").expect("deleted");
    }
}

#[tokio::test]
async fn a_customer_who_was_deleted_at_stripe_is_made_there_again() {
    let (shop, stripe) = shop().await;
    let me = shop.customer("ada@example.com").await;
    keep(&me, &stripe, "visa").await;
    let read = "{ me { paymentMethods { id } } }";
    let id = me.data(read, json!({})).await["me"]["paymentMethods"][0]["id"].take();
    delete_customers(&stripe);
    let (_, payload) = pay(&me, json!({ "paymentMethodId": id })).await;
    assert_eq!(payload["errors"][0]["code"], "PAYMENT_DECLINED", "{payload:#}");
    assert_eq!(kept(&me).await, [], "what Stripe deleted is not offered any more");
    let (_, payload) = pay(&me, json!({ "token": "pm_card_visa", "savePaymentMethod": true })).await;
    assert_eq!(payload["payment"]["status"], "SUCCEEDED", "{payload:#}");
    assert_eq!(kept(&me).await.len(), 1);
    // The same where a card is kept without a payment: at once, because nothing was charged.
    delete_customers(&stripe);
    keep(&me, &stripe, "mastercard").await;
    assert_eq!(kept(&me).await, [("mastercard".to_owned(), true)]);
}
