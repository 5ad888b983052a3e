//! How long answers keep: the hints of the schema, and what becomes of them in an answer.

use axum::http::header;
use serde_json::{Value, json};

use crate::http::Server;
use crate::schema::{list, text, types};
use crate::support::{OWNER_KEY, Shop};

const PAGE: &str =
    "query ($by: ProductBy!) { product(by: $by) { ...Card description category { name path { name } } } }
    fragment Card on Product { id slug name media { url } }";
const OFFER: &str = "query ($by: ProductBy!) { product(by: $by) { ...Card variants { ...Offer } } }
    fragment Card on Product { id name } fragment Offer on ProductVariant { sku availableForSale }";

async fn slug(shop: &Shop) -> Value {
    let data = shop.data("{ products(first: 1) { nodes { slug } } }", json!({})).await;
    json!({ "by": { "slug": data["products"]["nodes"][0]["slug"] } })
}

#[tokio::test]
async fn what_everybody_sees_may_be_kept_by_everybody() {
    let shop = Shop::demo().await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let by = slug(&shop).await;
    assert_eq!(shop.hints(PAGE, by.clone()).await, (true, 60));
    // Prices and stock age faster, also deep in a fragment of a list.
    assert_eq!(shop.hints(OFFER, by).await, (true, 15));
    let listing =
        "{ categories(first: 3) { nodes { name products(first: 2) { nodes { ... on Product { name } } } } } }";
    assert_eq!(shop.hints(listing, json!({})).await, (true, 60));
    let search = "{ search(query: \"\", first: 2) { nodes { name } facets { key } } channel { slug } }";
    assert_eq!(shop.hints(search, json!({})).await, (true, 60));
}

#[tokio::test]
async fn what_staff_alone_sees_is_private() {
    let shop = Shop::demo().await;
    let by = slug(&shop).await;
    let stock = "query ($by: ProductBy!) { product(by: $by) { variants { stock { onHand } } } }";
    assert_eq!(shop.staff().hints(stock, by).await, (false, -1));
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
        assert_eq!(
            shop.with_cart(&token).hints(document, json!({})).await,
            (false, -1),
            "{document}"
        );
    }
}

#[tokio::test]
async fn the_header_says_who_may_keep_an_answer() {
    let server = Server::start().await;
    let by = slug(&server.shop).await;
    let header = async |document: &str, staff: bool| {
        let mut request = server.client.post(server.url("/graphql"));
        if staff {
            request = request.bearer_auth(OWNER_KEY);
        }
        let body = json!({ "query": document, "variables": by });
        let answer = request.json(&body).send().await.expect("an answer");
        let header = answer
            .headers()
            .get(header::CACHE_CONTROL)
            .expect("a Cache-Control header");
        header.to_str().expect("a plain header").to_owned()
    };
    assert_eq!(header(PAGE, false).await, "public, max-age=60");
    assert_eq!(header(PAGE, true).await, "private, max-age=60");
    assert_eq!(header(OFFER, false).await, "public, max-age=15");
    let never = "private, no-store";
    assert_eq!(
        header("{ channel { slug } cart(token: \"x\") { id } }", false).await,
        never
    );
    assert_eq!(
        header("mutation { cartCreate(input: {}) { cart { id } } }", false).await,
        never
    );
    assert_eq!(header("{ product(by: { id: \"cart_1\" }) { id } }", false).await, never);
    assert_eq!(header("{ nothing }", false).await, never);
}

#[tokio::test]
async fn every_field_of_the_root_has_a_hint() {
    // A field without one counts for nothing, and would be kept as long as the field beside it.
    let shop = Shop::demo().await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    let customer = shop.customer("somebody@example.com").await;
    let types = types(&shop).await;
    let fields = list(&types["Query"]["fields"]);
    let with = |name: &str| match name {
        "product" | "category" | "collection" => "(by: { slug: \"x\" })",
        "productVariant" => "(id: \"variant_01jd3v9k3hf2x8k3w2v5m0q7zt\")",
        "order" => "(id: \"order_01jd3v9k3hf2x8k3w2v5m0q7zt\")",
        "node" => "(id: \"product_01jd3v9k3hf2x8k3w2v5m0q7zt\")",
        "nodes" | "productsCompare" => "(ids: [])",
        "experimentAssignment" => "(key: \"x\")",
        "cart" => "(token: \"x\")",
        "giftCardBalance" => "(code: \"x\")",
        "search" | "searchSuggest" => "(query: \"x\")",
        "recommendations" => "(context: { sessionId: \"x\" }, intent: TRENDING)",
        _ => "",
    };
    assert!(fields.len() >= 14);
    for field in fields {
        let name = text(&field["name"]);
        // Some answer only to who has signed in.
        let asked = if ["mfa", "sessions"].contains(&name.as_str()) {
            &customer
        } else {
            &shop
        };
        let (public, max_age) = asked
            .hints(&format!("{{ {name}{} {{ __typename }} }}", with(&name)), json!({}))
            .await;
        assert!(max_age != 0, "Query.{name} says nothing about caching");
        let own = [
            "cart",
            "experimentAssignment",
            "giftCardBalance",
            "order",
            "recommendations",
            "me",
            "mfa",
            "sessions",
            "viewer",
        ];
        let own = own.contains(&name.as_str());
        assert_eq!(public, !own, "Query.{name}");
    }
}
