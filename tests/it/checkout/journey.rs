//! One purchase, and what may go wrong on the way.

use serde_json::{Value, json};

use crate::support::Shop;

fn minor(amount: &Value) -> i64 {
    let text = amount["amount"].as_str().expect("an amount");
    text.replace('.', "").parse().expect("digits")
}

fn parts_make_the_total(of: &Value, tax_included: bool) {
    let sum = minor(&of["subtotal"]) - minor(&of["discountTotal"]) + minor(&of["shippingTotal"]);
    let on_top = if tax_included { 0 } else { minor(&of["taxTotal"]) };
    assert_eq!(minor(&of["total"]), sum + on_top, "{of:#}");
    let lines = of["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| minor(&line["total"]))
        .sum::<i64>();
    assert_eq!(minor(&of["subtotal"]), lines);
}

#[tokio::test]
async fn a_purchase_in_the_default_channel() {
    let shop = Shop::demo().await;
    let (variant, price) = shop.variant(10).await;
    let before = shop.levels(&variant).await;
    let cart = shop.ready_cart(&variant, 3).await;
    parts_make_the_total(&cart, false);
    assert_eq!(minor(&cart["subtotal"]), 3 * price);
    assert!(minor(&cart["taxTotal"]) > 0 && minor(&cart["shippingTotal"]) > 0);
    assert_eq!(cart["problems"], json!([]));

    let started = shop.pay(&cart, "tok_success").await;
    assert_eq!(started["errors"], json!([]));
    assert_eq!(started["payment"]["status"], "SUCCEEDED");
    assert_eq!(started["payment"]["amount"], cart["total"]);
    assert_eq!(
        shop.levels(&variant).await,
        (before.0, before.1 + 3, before.2),
        "paying reserves"
    );

    let done = shop
        .complete(&cart, &started["payment"]["id"], cart["total"].clone())
        .await;
    assert_eq!(done["errors"], json!([]));
    let order = &done["order"];
    parts_make_the_total(order, false);
    assert_eq!(order["total"], cart["total"]);
    assert_eq!(order["paymentStatus"], "PAID");
    assert_eq!(order["email"], "ada@example.com");
    assert_eq!(order["outstanding"]["amount"], "0.00");
    assert_eq!(order["payments"][0]["id"], started["payment"]["id"]);
    assert_eq!(order["events"]["nodes"][0]["type"], "PLACED");
    assert_eq!(
        shop.levels(&variant).await,
        (before.0, before.1, before.2 + 3),
        "an order allocates"
    );

    let again = shop.complete(&cart, &started["payment"]["id"], Value::Null).await;
    assert_eq!(again["order"]["id"], order["id"], "the same order");
    let shut = shop
        .cart_call("cartLinesAdd", json!({ "cartToken": cart["token"], "lines": [] }))
        .await;
    assert_eq!(shut["errors"][0]["code"], "CART_COMPLETED");
}

#[tokio::test]
async fn an_order_opens_to_its_token_and_to_staff() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let order = shop.complete(&cart, &payment, Value::Null).await["order"].take();
    let read = "query($id: ID!, $t: String) { order(id: $id, accessToken: $t) { number } }";
    let by = |token: Value| json!({ "id": order["id"], "t": token });
    assert_eq!(
        shop.data(read, by(order["accessToken"].clone())).await["order"]["number"],
        order["number"]
    );
    assert_eq!(shop.data(read, by(json!("guessed"))).await["order"], Value::Null);
    assert_eq!(shop.data(read, by(Value::Null)).await["order"], Value::Null);
    assert_eq!(
        shop.staff().data(read, by(Value::Null)).await["order"]["number"],
        order["number"]
    );
    let node = "query($id: ID!) { node(id: $id) { __typename id } }";
    assert_eq!(shop.data(node, json!({ "id": order["id"] })).await["node"], Value::Null);
    assert_eq!(
        shop.staff().data(node, json!({ "id": order["id"] })).await["node"]["__typename"],
        "Order"
    );
}

#[tokio::test]
async fn a_purchase_where_prices_include_tax() {
    let shop = Shop::demo().await.channel("eu");
    let (variant, _) = shop.variant(2).await;
    let lines = json!([{ "variantId": variant, "quantity": 2 }]);
    let cart = shop.cart_ok("cartCreate", json!({ "lines": lines })).await;
    let cart = shop.made_ready(&cart, "DE").await;
    assert_eq!(cart["total"]["currencyCode"], "EUR");
    parts_make_the_total(&cart, true);
    assert!(minor(&cart["taxTotal"]) > 0);
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let order = shop.complete(&cart, &payment, cart["total"].clone()).await["order"].take();
    parts_make_the_total(&order, true);
    assert_eq!(order["total"], cart["total"]);
}

#[tokio::test]
async fn the_confirmation_goes_out_once() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let order = shop.complete(&cart, &payment, Value::Null).await["order"].take();
    shop.complete(&cart, &payment, Value::Null).await;
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    let letters: Vec<_> = std::fs::read_dir(shop.folder().join("mail"))
        .expect("a mail folder")
        .collect();
    assert_eq!(letters.len(), 1);
    let letter = std::fs::read_to_string(letters[0].as_ref().expect("a letter").path()).expect("text");
    assert!(letter.contains("To: ada@example.com"), "{letter}");
    assert!(letter.contains(order["number"].as_str().expect("a number")), "{letter}");
}

#[tokio::test]
async fn an_unfinished_cart_cannot_be_paid() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    let empty = shop.cart_ok("cartCreate", json!({ "email": "a@example.com" })).await;
    let error = shop.pay(&empty, "tok_success").await["errors"][0].take();
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("CART_INCOMPLETE"), &json!(["lines"]))
    );
    let bare = shop
        .cart_ok(
            "cartCreate",
            json!({ "lines": [{ "variantId": variant, "quantity": 1 }] }),
        )
        .await;
    assert_eq!(
        shop.pay(&bare, "tok_success").await["errors"][0]["path"],
        json!(["email"])
    );
    let ready = shop.made_ready(&bare, "US").await;
    let unknown =
        "mutation($input: PaymentStartInput!) { paymentStart(input: $input) { payment { id } errors { code } } }";
    let input = json!({ "cartToken": ready["token"], "gateway": "barter" });
    let answer = shop.data(unknown, json!({ "input": input })).await;
    assert_eq!(answer["paymentStart"]["errors"][0]["code"], "UNKNOWN_GATEWAY");
    assert_eq!(shop.levels(&variant).await.1, 0, "nothing was reserved");
}

#[tokio::test]
async fn another_total_needs_another_look() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let wrong = json!({ "amount": "0.01", "currencyCode": "USD" });
    let error = shop.complete(&cart, &payment, wrong).await["errors"][0].take();
    assert_eq!(error["code"], "TOTAL_MISMATCH");
    assert_eq!(error["actualTotal"]["amount"], cart["total"]["amount"]);
    let euro = json!({ "amount": cart["total"]["amount"], "currencyCode": "EUR" });
    assert_eq!(
        shop.complete(&cart, &payment, euro).await["errors"][0]["code"],
        "TOTAL_MISMATCH"
    );
    let nonsense = json!({ "amount": "1e3", "currencyCode": "USD" });
    assert_eq!(
        shop.complete(&cart, &payment, nonsense).await["errors"][0]["code"],
        "INVALID_INPUT"
    );

    // More in the cart than was paid for: no order for the old price. Who refused the total has the money back.
    let over = shop.complete(&cart, &payment, Value::Null).await["errors"][0].take();
    assert_eq!(over["code"], "PAYMENT_DECLINED");
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let more = json!({ "cartToken": cart["token"], "lines": [{ "id": cart["lines"][0]["id"], "quantity": 2 }] });
    let cart = shop.cart_ok("cartLinesUpdate", more).await;
    assert_eq!(
        shop.complete(&cart, &payment, Value::Null).await["errors"][0]["code"],
        "TOTAL_MISMATCH"
    );
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let order = shop.complete(&cart, &payment, cart["total"].clone()).await["order"].take();
    assert_eq!(order["total"], cart["total"]);
}

#[tokio::test]
async fn nobody_completes_with_the_payment_of_another_cart() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(5).await;
    let (mine, theirs) = (shop.ready_cart(&variant, 1).await, shop.ready_cart(&variant, 1).await);
    let payment = shop.pay(&theirs, "tok_success").await["payment"]["id"].take();
    let error = shop.complete(&mine, &payment, Value::Null).await["errors"][0].take();
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("NOT_FOUND"), &json!(["paymentId"]))
    );
    let stranger = json!({ "token": "nobody" });
    let error = shop.complete(&stranger, &payment, Value::Null).await["errors"][0].take();
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("NOT_FOUND"), &json!(["cartToken"]))
    );
}

#[tokio::test]
async fn what_sells_comes_first_in_best_selling() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(3).await;
    let cart = shop.ready_cart(&variant, 3).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    shop.complete(&cart, &payment, Value::Null).await;
    shop.work().await;
    let list = "{ products(first: 1, sort: { field: BEST_SELLING, direction: DESC }) { nodes { slug } } }";
    let first = shop.data(list, json!({})).await["products"]["nodes"][0]["slug"].take();
    assert_eq!(first, cart["lines"][0]["variant"]["product"]["slug"]);
}
