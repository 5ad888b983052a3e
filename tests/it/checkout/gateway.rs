//! What the tokens of the test gateway do.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Shop, noon};

#[tokio::test]
async fn a_refused_payment_gives_the_stock_back() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let started = shop.pay(&cart, "tok_decline").await;
    assert_eq!(started["payment"]["status"], "FAILED");
    assert_eq!(started["errors"][0]["code"], "PAYMENT_DECLINED");
    assert_eq!(shop.levels(&variant).await.1, 0);
    let done = shop.complete(&cart, &started["payment"]["id"], Value::Null).await;
    assert_eq!(done["errors"][0]["code"], "PAYMENT_DECLINED");
    // The next card works.
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    assert_eq!(
        shop.complete(&cart, &payment, Value::Null).await["order"]["paymentStatus"],
        "PAID"
    );
}

#[tokio::test]
async fn three_d_secure_waits_for_the_shopper() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(2).await;
    for (answer, code) in [(true, None), (false, Some("PAYMENT_DECLINED"))] {
        let cart = shop.ready_cart(&variant, 1).await;
        let payment = shop.pay(&cart, "tok_3ds").await["payment"].take();
        assert_eq!(payment["status"], "REQUIRES_ACTION");
        assert_eq!(payment["nextAction"]["type"], "redirect");
        let early = shop.complete(&cart, &payment["id"], Value::Null).await;
        assert_eq!(early["errors"][0]["code"], "PAYMENT_ACTION_REQUIRED");
        let id = payment["id"].as_str().expect("an id").parse().expect("a payment id");
        shop.app
            .payments
            .get("test")
            .expect("the test gateway")
            .confirm(id, answer)
            .await
            .expect("kept");
        let done = shop.complete(&cart, &payment["id"], Value::Null).await;
        match code {
            None => assert_eq!(done["order"]["paymentStatus"], "PAID"),
            Some(code) => assert_eq!(done["errors"][0]["code"], code),
        }
    }
}

#[tokio::test]
async fn a_late_success_is_found_when_asked_again() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_late").await["payment"].take();
    assert_eq!(payment["status"], "PENDING");
    let early = shop.complete(&cart, &payment["id"], Value::Null).await;
    assert_eq!(early["errors"][0]["code"], "PAYMENT_PENDING");
    shop.app.clock.advance(Duration::from_secs(3));
    let done = shop.complete(&cart, &payment["id"], Value::Null).await;
    assert_eq!(done["order"]["payments"][0]["status"], "SUCCEEDED");
}

#[tokio::test]
async fn silence_leaves_the_payment_pending() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_silent").await["payment"].take();
    assert_eq!(payment["status"], "PENDING");
    let done = shop.complete(&cart, &payment["id"], Value::Null).await;
    assert_eq!(done["errors"][0]["code"], "PAYMENT_PENDING");
    assert_eq!(shop.levels(&variant).await.1, 1, "the stock stays reserved meanwhile");
}

#[tokio::test]
async fn who_pays_twice_is_charged_once() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(3).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let first = shop.pay(&cart, "tok_success").await;
    for token in ["tok_success", "tok_decline"] {
        let again = shop.pay(&cart, token).await;
        assert_eq!(again, first, "the first one pays");
    }
    assert_eq!(shop.levels(&variant).await.1, 1, "reserved once");
    shop.work().await;
    let id = first["payment"]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("a payment id");
    let state = shop.gateway_state(id).await;
    assert_eq!(state, Some(merx::payment::GatewayState::Succeeded));
    let done = shop.complete(&cart, &first["payment"]["id"], Value::Null).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(done["order"]["payments"].as_array().map(Vec::len), Some(1));
    use sea_orm::{EntityTrait, PaginatorTrait};
    let all = entity::payment::payment::Entity::find().count(&shop.app.db).await;
    assert_eq!(all.expect("counted"), 1);
}

#[tokio::test]
async fn a_second_payment_takes_the_place_of_an_open_one() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(3).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let first = shop.pay(&cart, "tok_3ds").await["payment"]["id"].take();
    let second = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    assert_eq!(shop.levels(&variant).await.1, 1, "reserved once");
    let done = shop.complete(&cart, &first, Value::Null).await;
    assert_eq!(
        done["errors"][0]["code"], "PAYMENT_DECLINED",
        "the first was called off"
    );
    shop.work().await;
    let id = first.as_str().expect("an id").parse().expect("a payment id");
    let state = shop.gateway_state(id).await;
    assert_eq!(state, Some(merx::payment::GatewayState::Cancelled), "and closed there");
    assert_eq!(shop.complete(&cart, &second, Value::Null).await["errors"], json!([]));
}

#[tokio::test]
async fn a_lapsed_reservation_is_given_back_and_the_order_still_comes() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(2).await;
    let cart = shop.ready_cart(&variant, 2).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    shop.app.clock.advance(Duration::from_secs(16 * 60));
    merx::checkout::sweep(&shop.app).await.expect("swept");
    assert_eq!(shop.levels(&variant).await.1, 0);
    let done = shop.complete(&cart, &payment, Value::Null).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(shop.levels(&variant).await.2, 2, "taken from free stock");
}

#[tokio::test]
async fn a_lapsed_reservation_does_not_hold_up_the_next_buyer() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 1).await;
    let (first, second) = (shop.ready_cart(&variant, 1).await, shop.ready_cart(&variant, 1).await);
    shop.pay(&first, "tok_success").await;
    assert_eq!(
        shop.pay(&second, "tok_success").await["errors"][0]["code"],
        "INSUFFICIENT_STOCK"
    );
    shop.app.clock.advance(Duration::from_secs(16 * 60));
    // Nobody swept: the claim does.
    assert_eq!(shop.pay(&second, "tok_success").await["errors"], json!([]));
}

#[tokio::test]
async fn what_a_cart_has_reserved_it_may_still_buy() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 2).await;
    let cart = shop.ready_cart(&variant, 2).await;
    shop.pay(&cart, "tok_3ds").await;
    let token = &cart["token"];
    let read = "query($t: String!) { cart(token: $t) { problems { message } } }";
    assert_eq!(
        shop.data(read, json!({ "t": token })).await["cart"]["problems"],
        json!([])
    );
    let line = &cart["lines"][0]["id"];
    let fewer = json!({ "cartToken": token, "lines": [{ "id": line, "quantity": 1 }] });
    let cart = shop.cart_ok("cartLinesUpdate", fewer).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    assert_eq!(shop.complete(&cart, &payment, Value::Null).await["errors"], json!([]));
    assert_eq!(shop.levels(&variant).await, (2, 0, 1));
}

#[tokio::test]
async fn no_gateway_keeps_payment_methods() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(2).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let document = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) { payment { status } errors { code path } } }";
    let start = async |save: Value| {
        let input =
            json!({ "cartToken": cart["token"], "gateway": "test", "token": "tok_success", "savePaymentMethod": save });
        shop.data(document, json!({ "input": input })).await["paymentStart"].take()
    };
    let refused = start(json!(true)).await;
    assert_eq!(refused["payment"], Value::Null);
    assert_eq!(
        refused["errors"],
        json!([{ "code": "INVALID_INPUT", "path": ["savePaymentMethod"] }])
    );
    assert_eq!(shop.levels(&variant).await.1, 0, "nothing was started");
    assert_eq!(start(json!(false)).await["errors"], json!([]));
}
