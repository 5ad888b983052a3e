//! The six documents of a purchase, over HTTP.

use serde_json::{Value, json};

use super::Server;
use crate::support::{CART, ORDER};

async fn call(server: &Server, name: &str, selection: &str, input: Value) -> Value {
    let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!("mutation($input: {kind}!) {{ {name}(input: $input) {selection} }}");
    let fragments = [("...CartParts", CART), ("...OrderParts", ORDER)];
    let used = fragments
        .iter()
        .filter(|(spread, _)| query.contains(spread))
        .map(|(_, fragment)| *fragment);
    let query = format!("{query} {}", used.collect::<Vec<_>>().join(" "));
    let body = json!({ "query": query, "variables": { "input": input } });
    let response = server
        .client
        .post(server.url("/graphql"))
        .json(&body)
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    let mut answer: Value = response.json().await.expect("JSON");
    assert_eq!(answer.get("errors"), None, "{answer:#}");
    let mut payload = answer["data"][name].take();
    assert_eq!(payload["errors"], json!([]), "{name}: {payload:#}");
    payload.as_object_mut().expect("a payload").remove("errors");
    payload
}

#[tokio::test]
async fn six_documents_make_an_order() {
    let server = Server::start().await;
    let (variant, _) = server.shop.variant(5).await;
    let cart = "{ cart { ...CartParts } errors { __typename message code path } }";

    let made = call(&server, "cartCreate", cart, json!({})).await;
    let token = made["cart"]["token"].clone();
    let lines = json!([{ "variantId": variant, "quantity": 2 }]);
    call(
        &server,
        "cartLinesAdd",
        cart,
        json!({ "cartToken": token, "lines": lines }),
    )
    .await;
    let address = json!({ "firstName": "Ada", "lastName": "Byron", "line1": "1 Main St", "city": "Springfield",
        "region": "IL", "postalCode": "62701", "countryCode": "us" });
    let buyer = json!({ "cartToken": token, "email": "ada@example.com", "shippingAddress": address });
    let filled = call(&server, "cartBuyerUpdate", cart, buyer).await;
    assert_eq!(filled["cart"]["shippingAddress"]["countryCode"], "US");
    let option = &filled["cart"]["deliveryOptions"][0]["id"];
    let chosen = json!({ "cartToken": token, "deliveryOptionId": option });
    let ready = call(&server, "cartDeliverySelect", cart, chosen).await;
    let payment = "{ payment { id status amount { amount currencyCode } } errors { code message path } }";
    let pay = json!({ "cartToken": token, "gateway": "test", "token": "tok_success" });
    let started = call(&server, "paymentStart", payment, pay).await;
    let order = "{ order { ...OrderParts } errors { __typename code message path } }";
    let complete = json!({ "cartToken": token, "paymentId": started["payment"]["id"],
        "expectedTotal": ready["cart"]["total"] });
    let done = call(&server, "checkoutComplete", order, complete).await;
    assert_eq!(done["order"]["total"], ready["cart"]["total"]);
    assert_eq!(done["order"]["lines"][0]["quantity"], 2);
}
