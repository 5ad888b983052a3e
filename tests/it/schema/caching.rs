//! How long answers keep: from the hints of the schema to the policy of an answer.

use async_graphql::CacheControl;
use async_graphql::parser::types::OperationType;
use merx::graphql::caching::Policy;
use merx::platform::viewer::Viewer;
use serde_json::json;

use crate::schema::{list, text, types};
use crate::support::Shop;

const PAGE: &str =
    "query ($by: ProductBy!) { product(by: $by) { ...Card description category { name path { name } } } }
    fragment Card on Product { id slug name media { url } }";
const OFFER: &str = "query ($by: ProductBy!) { product(by: $by) { ...Card variants { ...Offer } } }
    fragment Card on Product { id name } fragment Offer on ProductVariant { sku availableForSale }";

fn policy((public, max_age): (bool, i32), viewer: Viewer) -> Policy {
    Policy::of(OperationType::Query, CacheControl { public, max_age }, false, viewer)
}

async fn slug(shop: &Shop) -> serde_json::Value {
    let data = shop.data("{ products(first: 1) { nodes { slug } } }", json!({})).await;
    json!({ "by": { "slug": data["products"]["nodes"][0]["slug"] } })
}

#[tokio::test]
async fn what_everybody_sees_may_be_kept_by_everybody() {
    let shop = Shop::demo().await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let by = slug(&shop).await;
    let hints = shop.hints(PAGE, by.clone()).await;
    assert_eq!(hints, (true, 60));
    assert_eq!(policy(hints, Viewer::Anonymous), Policy::Public(60));
    assert_eq!(policy(hints, Viewer::Anonymous).header(), "public, max-age=60");
    // Prices and stock age faster, also deep in a fragment of a list.
    assert_eq!(shop.hints(OFFER, by).await, (true, 15));
    let listing =
        "{ categories(first: 3) { nodes { name products(first: 2) { nodes { ... on Product { name } } } } } }";
    assert_eq!(shop.hints(listing, json!({})).await, (true, 60));
    let search = "{ search(query: \"\", first: 2) { nodes { name } facets { key } } channel { slug } }";
    assert_eq!(shop.hints(search, json!({})).await, (true, 60));
}

#[tokio::test]
async fn what_staff_sees_is_private() {
    let shop = Shop::demo().await;
    let by = slug(&shop).await;
    let hints = shop.staff().hints(PAGE, by.clone()).await;
    assert_eq!(policy(hints, Viewer::Staff), Policy::Private(60));
    let stock = "query ($by: ProductBy!) { product(by: $by) { variants { stock { onHand } } } }";
    let hints = shop.staff().hints(stock, by).await;
    assert_eq!(policy(hints, Viewer::Staff), Policy::Never);
}

#[tokio::test]
async fn a_cart_and_an_order_are_kept_by_nobody() {
    let shop = Shop::demo().await;
    let cart = shop
        .data("mutation { cartCreate(input: {}) { cart { id token } } }", json!({}))
        .await;
    let token = text(&cart["cartCreate"]["cart"]["token"]);
    for document in [
        "{ cart { id total { amount } } }",
        "{ products(first: 1) { nodes { name } } cart { quantity } }",
        "{ products(first: 1) { nodes { name } } ...C } fragment C on Query { cart { ... on Cart { id } } }",
        "{ order(id: \"order_01jd3v9k3hf2x8k3w2v5m0q7zt\") { number } }",
        "{ node(id: \"order_01jd3v9k3hf2x8k3w2v5m0q7zt\") { id ... on Order { number } } }",
    ] {
        let hints = shop.with_cart(&token).hints(document, json!({})).await;
        assert!(!hints.0, "{document}");
        assert_eq!(policy(hints, Viewer::Anonymous), Policy::Never, "{document}");
        assert_eq!(Policy::Never.header(), "private, no-store");
    }
}

#[test]
fn changes_and_failures_are_kept_by_nobody() {
    let hints = CacheControl {
        public: true,
        max_age: 60,
    };
    let of = |operation, errors| Policy::of(operation, hints, errors, Viewer::Anonymous);
    assert_eq!(of(OperationType::Query, false), Policy::Public(60));
    assert_eq!(of(OperationType::Query, true), Policy::Never);
    assert_eq!(of(OperationType::Mutation, false), Policy::Never);
    assert_eq!(of(OperationType::Subscription, false), Policy::Never);
    let silent = CacheControl::default();
    assert_eq!(
        Policy::of(OperationType::Query, silent, false, Viewer::Anonymous),
        Policy::Never
    );
}

#[tokio::test]
async fn every_field_of_the_root_has_a_hint() {
    // A field without one counts for nothing, and would be kept as long as the field beside it.
    let shop = Shop::demo().await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let types = types(&shop).await;
    let fields = list(&types["Query"]["fields"]);
    let with = |name: &str| match name {
        "product" | "category" | "collection" => "(by: { slug: \"x\" })",
        "productVariant" => "(id: \"variant_01jd3v9k3hf2x8k3w2v5m0q7zt\")",
        "order" => "(id: \"order_01jd3v9k3hf2x8k3w2v5m0q7zt\")",
        "node" => "(id: \"product_01jd3v9k3hf2x8k3w2v5m0q7zt\")",
        "nodes" => "(ids: [])",
        "cart" => "(token: \"x\")",
        "search" | "searchSuggest" => "(query: \"x\")",
        "recommendations" => "(context: { sessionId: \"x\" }, intent: TRENDING)",
        _ => "",
    };
    assert!(fields.len() >= 14);
    for field in fields {
        let name = text(&field["name"]);
        let (public, max_age) = shop
            .hints(&format!("{{ {name}{} {{ __typename }} }}", with(&name)), json!({}))
            .await;
        assert!(max_age != 0, "Query.{name} says nothing about caching");
        let own = ["cart", "order", "recommendations"].contains(&name.as_str());
        assert_eq!(public, !own, "Query.{name}");
    }
}
