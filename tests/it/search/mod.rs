//! Search: what is found, counted, suggested, and how soon.

mod collections;
mod counted;
mod curated;
mod embedded;
mod facets;
mod forgotten;
mod fresh;
mod insight;
mod meaning;
mod meilisearch;
mod merchandise;
mod owner;
mod pages;
mod personal;
mod private;
mod relevance;
mod rescue;
mod sources;
mod suggest;
mod trial;
mod typed;
mod vocabulary;
mod walk;
mod words;

use serde_json::{Value, json};

use crate::support::Shop;

/// The search page of the contract, without what other tests look at.
const SEARCH: &str =
    "query($query: String!, $filters: [SearchFilterInput!], $sort: SearchSort, $first: Int, $after: String) {
  search(query: $query, filters: $filters, sort: $sort, first: $first, after: $after) {
    searchId totalCount degraded correctedQuery
    nodes { id slug name brand priceRange { min { minorUnits } } category { slug } }
    edges { cursor node { id } }
    pageInfo { hasNextPage endCursor }
    facets { key label type values { value label count selected input } }
    priceRange { min { minorUnits currencyCode } max { minorUnits } }
  }
}";

/// A demo shop whose index is ready.
async fn shop() -> Shop {
    let shop = Shop::demo().await;
    merx::search::prepare(&shop.app).await.expect("the index is built");
    shop
}

/// Searches with all variables.
async fn ask(shop: &Shop, variables: Value) -> Value {
    shop.data(SEARCH, variables).await["search"].take()
}

/// The same, where all that is asked is there: a busy machine may be late once.
async fn in_time(shop: &Shop, variables: Value) -> Value {
    let found = ask(shop, variables.clone()).await;
    if found["degraded"] == true {
        return ask(shop, variables).await;
    }
    found
}

/// Names of the hits for a text.
async fn names(shop: &Shop, text: &str) -> Vec<String> {
    names_of(&ask(shop, json!({ "query": text, "first": 100 })).await)
}

fn names_of(answer: &Value) -> Vec<String> {
    let nodes = answer["nodes"].as_array().expect("nodes");
    nodes
        .iter()
        .map(|n| n["name"].as_str().expect("a name").to_owned())
        .collect()
}

/// Makes an active product in the channel of `shop` and gives its id. `more` is the rest of the input, with one variant.
async fn create(shop: &Shop, name: &str, price: &str, more: Value) -> String {
    let slug = format!("made-{}", name.to_lowercase().replace(' ', "-"));
    let currency = shop.data("{ channel { currencyCode } }", json!({})).await["channel"]["currencyCode"].take();
    let mut input = json!({
        "name": name,
        "slug": slug,
        "status": "ACTIVE",
        "variants": [{ "sku": slug.to_uppercase(), "price": { "amount": price, "currencyCode": currency }, "stock": [{ "onHand": 5 }] }],
    });
    let fields = input.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    let document = "mutation($input: ProductCreateInput!) { productCreate(input: $input) { product { id } errors { message path } } }";
    let made = shop.staff().data(document, json!({ "input": input })).await;
    made["productCreate"]["product"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{made:#}"))
        .to_owned()
}

/// Changes a product.
async fn update(shop: &Shop, input: Value) {
    let document = "mutation($input: ProductUpdateInput!) { productUpdate(input: $input) { errors { message path } } }";
    let done = shop.staff().data(document, json!({ "input": input })).await;
    assert_eq!(done["productUpdate"]["errors"], json!([]), "{done:#}");
}
