//! Many at once.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{Shop, noon};

/// Two hundred paid carts, stock for one: their reservations have lapsed, and all complete at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_unit_is_sold_once() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 200).await;
    let mut paid = Vec::new();
    for _ in 0..200 {
        let cart = shop.ready_cart(&variant, 1).await;
        let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
        assert!(payment.is_string());
        paid.push((cart, payment));
    }
    shop.app.clock.advance(Duration::from_secs(16 * 60));
    merx::checkout::sweep(&shop.app).await.expect("swept");
    shop.stock(&variant, 1).await;

    let answers = join_all(
        paid.iter()
            .map(|(cart, payment)| shop.complete(cart, payment, Value::Null)),
    )
    .await;
    let orders = answers.iter().filter(|answer| answer["order"].is_object()).count();
    assert_eq!(orders, 1);
    for answer in answers.iter().filter(|answer| answer["order"].is_null()) {
        assert_eq!(
            answer["errors"][0]["__typename"], "InsufficientStockError",
            "{answer:#}"
        );
        assert_eq!(answer["errors"][0]["availableQuantity"], 0);
    }
    assert_eq!(shop.levels(&variant).await, (1, 0, 1));

    // Everybody else gets the money back.
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    let mut cancelled = 0;
    for (_, payment) in &paid {
        let id = payment.as_str().expect("an id").parse().expect("a payment id");
        let state = shop.gateway_state(id).await;
        cancelled += usize::from(state == Some(merx::payment::GatewayState::Cancelled));
    }
    assert_eq!(cancelled, 199);
}

/// One paid cart, completed fifty times at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_becomes_one_order() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(60).await;
    let before = shop.levels(&variant).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let answers = join_all((0..50).map(|_| shop.complete(&cart, &payment, Value::Null))).await;
    let first = &answers[0]["order"]["id"];
    assert!(first.is_string(), "{:#}", answers[0]);
    assert!(answers.iter().all(|answer| answer["order"]["id"] == *first));
    assert_eq!(shop.levels(&variant).await, (before.0, before.1, before.2 + 1));
}

/// Twenty buyers pay at once for ten units.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reservations_never_exceed_the_stock() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 10).await;
    let mut carts = Vec::new();
    for _ in 0..20 {
        carts.push(shop.ready_cart(&variant, 1).await);
    }
    let answers = join_all(carts.iter().map(|cart| shop.pay(cart, "tok_success"))).await;
    let started = answers.iter().filter(|answer| answer["payment"].is_object()).count();
    let short = answers
        .iter()
        .filter(|answer| answer["errors"][0]["code"] == json!("INSUFFICIENT_STOCK"))
        .count();
    assert_eq!((started, short), (10, 10));
    assert_eq!(shop.levels(&variant).await, (10, 10, 0));
}

/// Lines added to one cart by many at once all arrive.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_added_at_once_all_arrive() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(40).await;
    let cart = shop.cart_ok("cartCreate", json!({})).await;
    let add = |remark: usize| {
        let attributes = json!([{ "key": "n", "value": remark.to_string() }]);
        let lines = json!([{ "variantId": variant, "quantity": 1, "attributes": attributes }]);
        shop.cart_ok("cartLinesAdd", json!({ "cartToken": cart["token"], "lines": lines }))
    };
    join_all((0..30).map(add)).await;
    let read = "query($t: String!) { cart(token: $t) { quantity version lines { id } } }";
    let cart = shop.data(read, json!({ "t": cart["token"] })).await["cart"].take();
    assert_eq!(cart["quantity"], 30);
    assert_eq!(cart["version"], 31);
    assert_eq!(cart["lines"].as_array().map(Vec::len), Some(30));
}

/// The same line added to one cart by many at once counts every time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_added_at_once_are_all_counted() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 100).await;
    let cart = shop
        .cart_ok(
            "cartCreate",
            json!({ "lines": [{ "variantId": variant, "quantity": 1 }] }),
        )
        .await;
    let lines = json!([{ "variantId": variant, "quantity": 2 }]);
    let add = || shop.cart_ok("cartLinesAdd", json!({ "cartToken": cart["token"], "lines": lines }));
    join_all((0..20).map(|_| add())).await;
    let read = "query($t: String!) { cart(token: $t) { quantity version lines { id } } }";
    let cart = shop.data(read, json!({ "t": cart["token"] })).await["cart"].take();
    assert_eq!((&cart["quantity"], &cart["version"]), (&json!(41), &json!(21)));
    assert_eq!(cart["lines"].as_array().map(Vec::len), Some(1));
}

/// Checkouts hold a connection while they read; caches that lapse meanwhile must not have them wait for somebody who
/// waits for a connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn caches_that_lapse_hold_up_no_checkout() {
    let shop = Shop::configured(|config| config.database.connections = 2).await;
    let (variant, _) = shop.variant(40).await;
    let mut paid = Vec::new();
    for _ in 0..24 {
        let cart = shop.ready_cart(&variant, 1).await;
        let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
        paid.push((cart, payment));
    }
    let forget = async {
        loop {
            shop.app.channels.clear();
            shop.app.taxes.clear();
            shop.app.deliveries.clear();
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let complete = join_all(
        paid.iter()
            .map(|(cart, payment)| shop.complete(cart, payment, Value::Null)),
    );
    let answers = tokio::select! {
        answers = complete => answers,
        () = forget => unreachable!("it goes on"),
    };
    for answer in answers {
        assert!(answer["order"].is_object(), "{answer:#}");
    }
}
