//! What a shopper has seen is what is sold, and what is paid is paid once.

use std::time::Duration;

use entity::PaymentId;
use entity::catalog::variant_price;
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use merx::payment::GatewayState;
use merx::platform::clock::Clock;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::scripted::{Scripted, event, id_of, tell};
use crate::support::{Shop, noon};

const MINUTE: Duration = Duration::from_secs(60);
const START: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
    payment { id status amount { amount minorUnits currencyCode } }
    errors { code path ... on TotalMismatchError { actualTotal { amount } } } } }";

async fn start(shop: &Shop, cart: &Value, more: Value) -> Value {
    let mut input = json!({ "cartToken": cart["token"], "gateway": "test", "token": "tok_success" });
    for (name, value) in more.as_object().expect("an object") {
        input[name] = value.clone();
    }
    shop.data(START, json!({ "input": input })).await["paymentStart"].take()
}

async fn row(shop: &Shop, id: PaymentId) -> payment::Model {
    let found = payment::Entity::find_by_id(id).one(&shop.app.db).await;
    found.expect("read").expect("the payment")
}

async fn payments(shop: &Shop) -> usize {
    payment::Entity::find().all(&shop.app.db).await.expect("read").len()
}

/// Staff asks more for a variant.
async fn dearer(shop: &Shop, variant: &str) {
    let id: entity::VariantId = variant.parse().expect("a variant id");
    variant_price::Entity::update_many()
        .col_expr(variant_price::Column::Amount, Expr::cust("amount + 2000"))
        .filter(variant_price::Column::VariantId.eq(id))
        .exec(&shop.app.db)
        .await
        .expect("dearer");
}

async fn total(shop: &Shop, cart: &Value) -> Value {
    let document = "query($t: String!) { cart(token: $t) { total { amount currencyCode } } }";
    shop.data(document, json!({ "t": cart["token"] })).await["cart"]["total"].take()
}

#[tokio::test]
async fn a_price_that_rose_is_not_charged_to_who_saw_the_old_one() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    dearer(&shop, &variant).await;
    let now = total(&shop, &cart).await;
    assert_ne!(now, cart["total"]);
    let refused = start(&shop, &cart, json!({ "expectedTotal": cart["total"] })).await;
    let error = &refused["errors"][0];
    assert_eq!(
        (&refused["payment"], &error["code"]),
        (&Value::Null, &json!("TOTAL_MISMATCH"))
    );
    assert_eq!(error["actualTotal"]["amount"], now["amount"]);
    assert_eq!(
        (payments(&shop).await, shop.levels(&variant).await.1),
        (0, 0),
        "nothing was begun"
    );
    let wrong = json!({ "expectedTotal": { "amount": "1e3", "currencyCode": "USD" } });
    let wrong = start(&shop, &cart, wrong).await["errors"][0].take();
    assert_eq!(wrong, json!({ "code": "INVALID_INPUT", "path": ["expectedTotal"] }));
    let paid = start(&shop, &cart, json!({ "expectedTotal": now })).await;
    assert_eq!(paid["errors"], json!([]));
    let done = shop.complete(&cart, &paid["payment"]["id"], now.clone()).await;
    assert_eq!(done["order"]["total"], now);
    // Who asks for the order of another total does not get this one.
    let other = shop
        .complete(&cart, &paid["payment"]["id"], cart["total"].clone())
        .await;
    assert_eq!(
        (&other["order"], &other["errors"][0]["code"]),
        (&Value::Null, &json!("TOTAL_MISMATCH"))
    );
    assert_eq!(
        shop.complete(&cart, &paid["payment"]["id"], now).await["order"]["id"],
        done["order"]["id"]
    );
}

/// The shopper pays without a look, then refuses the total: neither a webhook nor the worker sells at it later.
#[tokio::test]
async fn what_the_shopper_refused_is_not_sold_behind_their_back() {
    let gateway = Scripted::new();
    let shop = Shop::clocked_and_paid(Clock::frozen(noon()), gateway.clone()).await;
    let (variant, _) = shop.variant(5).await;
    let levels = shop.levels(&variant).await;
    let (paid, open) = (shop.ready_cart(&variant, 1).await, shop.ready_cart(&variant, 1).await);
    dearer(&shop, &variant).await;
    for (cart, token) in [(&paid, "tok_success"), (&open, "tok_3ds")] {
        let payment = start(&shop, cart, json!({ "token": token })).await["payment"].take();
        let now = total(&shop, cart).await;
        assert_eq!(payment["amount"]["amount"], now["amount"]);
        for _ in 0..2 {
            let refused = shop.complete(cart, &payment["id"], cart["total"].clone()).await;
            assert_eq!(refused["errors"][0]["code"], "TOTAL_MISMATCH");
            assert_eq!(refused["errors"][0]["actualTotal"]["amount"], now["amount"]);
        }
        let id = id_of(&payment);
        assert_eq!(row(&shop, id).await.status, PaymentStatus::Cancelled);
        // Paid in the moment before it was called off there.
        gateway.succeeds(id);
        tell(&shop, &event(&format!("evt_{id}"), "succeeded", id))
            .await
            .expect("taken");
        shop.work().await;
        shop.app.clock.advance(11 * MINUTE);
        merx::checkout::settle(&shop.app).await.expect("settled");
        shop.work().await;
        let row = row(&shop, id).await;
        assert_eq!(
            (row.order_id, row.refunded_amount),
            (None, row.amount),
            "the money is back"
        );
    }
    assert_eq!(shop.levels(&variant).await, levels, "nothing was sold");
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test]
async fn a_cart_has_five_parts_at_most() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let part = || json!({ "amount": { "amount": "0.10", "currencyCode": "USD" }, "token": "tok_3ds" });
    for _ in 0..5 {
        assert_eq!(start(&shop, &cart, part()).await["errors"], json!([]));
    }
    let sixth = start(&shop, &cart, part()).await;
    assert_eq!(
        sixth["errors"],
        json!([{ "code": "LIMIT_REACHED", "path": ["amount"] }])
    );
    assert_eq!(payments(&shop).await, 5);
    // The rest at once always goes, here in the place of all that are open.
    let rest = start(&shop, &cart, json!({})).await["payment"].take();
    assert_eq!(rest["amount"]["amount"], cart["total"]["amount"]);
    assert_eq!(
        shop.complete(&cart, &rest["id"], Value::Null).await["errors"],
        json!([])
    );
}

/// A payment that went back before there was an order pays none, and the next one pays it all.
#[tokio::test]
async fn what_went_back_pays_nothing() {
    let gateway = Scripted::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let first = start(&shop, &cart, json!({ "token": "tok_3ds" })).await["payment"].take();
    let id = id_of(&first);
    gateway.succeeds(id);
    let amount = row(&shop, id).await.amount;
    gateway.refunds(id, "re_1", amount);
    tell(&shop, &event("evt_1", "succeeded", id)).await.expect("taken");
    shop.work().await;
    let early = shop.complete(&cart, &first["id"], Value::Null).await;
    assert_eq!(early["errors"][0]["code"], "PAYMENT_INSUFFICIENT");
    let second = start(&shop, &cart, json!({})).await["payment"].take();
    assert_eq!(second["amount"]["amount"], cart["total"]["amount"]);
    let done = shop.complete(&cart, &second["id"], Value::Null).await;
    assert_eq!(done["order"]["payments"].as_array().map(Vec::len), Some(1), "{done:#}");
    shop.work().await;
    let first = row(&shop, id).await;
    assert_eq!(
        (first.order_id, first.refunded_amount),
        (None, first.amount),
        "it went back once"
    );
    assert_eq!(shop.dead_jobs().await, 0);
}

/// The bank says no, another card pays, and then the bank says yes after all: one pays the order, the other goes back.
#[tokio::test]
async fn two_that_both_paid_are_one_sale() {
    let gateway = Scripted::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let first = start(&shop, &cart, json!({ "token": "tok_3ds" })).await["payment"].take();
    let id = id_of(&first);
    gateway.happens(id, |snapshot| {
        snapshot.state = GatewayState::Failed("card_declined".to_owned())
    });
    let refused = shop.complete(&cart, &first["id"], Value::Null).await;
    assert_eq!(refused["errors"][0]["code"], "PAYMENT_DECLINED");
    let second = start(&shop, &cart, json!({})).await["payment"].take();
    assert_eq!(second["status"], "SUCCEEDED");
    // Before the job has closed the first one there.
    gateway.succeeds(id);
    shop.work().await;
    let (first, second) = (row(&shop, id).await, row(&shop, id_of(&second)).await);
    assert!(second.order_id.is_some(), "nobody had to ask for the order");
    assert_eq!((first.status, first.order_id), (PaymentStatus::Cancelled, None));
    assert_eq!((first.refunded_amount, second.refunded_amount), (first.amount, 0));
    assert_eq!(shop.dead_jobs().await, 0);
}

/// What was refused is closed at its gateway: nobody confirms it later.
#[tokio::test]
async fn a_refused_payment_is_closed_at_its_gateway() {
    let gateway = Scripted::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = start(&shop, &cart, json!({ "token": "tok_3ds" })).await["payment"].take();
    let id = id_of(&payment);
    gateway.happens(id, |snapshot| {
        snapshot.state = GatewayState::Failed("card_declined".to_owned())
    });
    tell(&shop, &event("evt_1", "failed", id)).await.expect("taken");
    shop.work().await;
    assert_eq!(gateway.get(id).state, GatewayState::Cancelled);
    let again = shop.complete(&cart, &payment["id"], Value::Null).await;
    assert_eq!(again["errors"][0]["code"], "PAYMENT_DECLINED");
    assert_eq!(shop.dead_jobs().await, 0);
}
