//! What a checkout costs the database.

use merx::platform::db::Backend;
use serde_json::{Value, json};

use crate::support::Shop;

/// Statements of completing a cart with `lines` lines. The least of several: a cache of the process may lapse meanwhile.
async fn statements(shop: &Shop, variants: &[String]) -> u64 {
    let document = "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) {
        order { id number total { amount } } errors { code message } } }";
    let mut least = u64::MAX;
    for _ in 0..3 {
        let lines: Vec<Value> = variants
            .iter()
            .map(|id| json!({ "variantId": id, "quantity": 1 }))
            .collect();
        let cart = shop.cart_ok("cartCreate", json!({ "lines": lines })).await;
        let cart = shop.made_ready(&cart, "US").await;
        let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
        let input = json!({ "cartToken": cart["token"], "paymentId": payment });
        let (count, answer) = shop.statements(shop.data(document, json!({ "input": input }))).await;
        assert_eq!(answer["checkoutComplete"]["errors"], json!([]));
        least = least.min(count);
    }
    least
}

/// Each statement is a way to the database and back, and a checkout holds stock for as long as its last ones take. This
/// number is what the throughput of benches/checkout rests on; it does not grow with the lines of a cart.
#[tokio::test]
async fn a_checkout_takes_so_many_statements() {
    let shop = Shop::demo().await;
    let listing = "{ products(first: 20) { nodes { variants(first: 1) { id quantityAvailable } } } }";
    let answer = shop.data(listing, json!({})).await;
    let products = answer["products"]["nodes"].as_array().expect("products").iter();
    let variants: Vec<String> = products
        .map(|product| &product["variants"][0])
        .filter(|variant| variant["quantityAvailable"].as_i64().is_some_and(|n| n > 5))
        .map(|variant| variant["id"].as_str().expect("an id").to_owned())
        .take(5)
        .collect();
    assert_eq!(variants.len(), 5);
    let one = statements(&shop, &variants[..1]).await;
    let five = statements(&shop, &variants).await;
    assert_eq!(one, five, "more lines, more statements");
    // On SQLite, which is no way away, each table has a statement of its own.
    let expected = match Backend::of(&shop.app.db) {
        Backend::Postgres => 9,
        Backend::Sqlite => 19,
    };
    assert_eq!(one, expected);
}
