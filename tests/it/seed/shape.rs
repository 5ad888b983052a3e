//! What the demo shop promises: both channels priced, a tree of two levels, something of every kind to show.

use std::collections::HashSet;

use merx::command::seed::{SeedError, demo};
use serde_json::{Value, json};

use crate::support::Shop;

const PRODUCTS: &str = "query($after: String) { products(first: 20, after: $after) { nodes {
  slug description brand tags availableForSale category { path { slug } } attributes { key kind values }
  options { name values } media(first: 5) { url alt width height }
  variants(first: 25) { sku barcode price { amount currencyCode minorUnits } compareAtPrice { minorUnits }
    quantityAvailable weightGrams selectedOptions { name value } } } pageInfo { hasNextPage endCursor } } }";

/// All products, page by page: a page of all with all their variants costs more than a document may.
async fn products(shop: &Shop) -> Vec<Value> {
    let (mut products, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = shop.data(PRODUCTS, json!({ "after": after })).await["products"].take();
        products.extend_from_slice(list(&page, "nodes"));
        if page["pageInfo"]["hasNextPage"] == false {
            return products;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn variants(products: &[Value]) -> impl Iterator<Item = &Value> {
    products.iter().flat_map(|product| list(product, "variants"))
}

#[tokio::test]
async fn both_channels_sell_everything_at_prices_of_their_own() {
    let shop = Shop::demo().await;
    let us = products(&shop).await;
    let eu = products(&shop.channel("eu")).await;
    assert_eq!(us.len(), 83);
    assert_eq!(eu.len(), us.len());
    let mut ratios = HashSet::new();
    let euros = variants(&eu).map(|v| (v["sku"].clone(), v["price"].clone()));
    let euros: Vec<(Value, Value)> = euros.collect();
    for variant in variants(&us) {
        assert_eq!(variant["price"]["currencyCode"], "USD", "{variant}");
        let (_, euro) = euros
            .iter()
            .find(|(sku, _)| *sku == variant["sku"])
            .expect("sold in the other channel");
        assert_eq!(euro["currencyCode"], "EUR");
        let minor = |price: &Value| price["minorUnits"].as_i64().expect("minor units");
        ratios.insert(minor(euro) * 100 / minor(&variant["price"]));
    }
    assert!(ratios.len() > 5, "not a plain factor: {ratios:?}");
    let channels = "{ channels { slug currencyCode taxIncluded countries } }";
    let channels = shop.data(channels, json!({})).await;
    assert_eq!(channels["channels"][0]["slug"], "us");
    assert_eq!(channels["channels"][0]["taxIncluded"], false);
    assert_eq!(channels["channels"][1]["taxIncluded"], true);
    assert_eq!(list(&channels["channels"][1], "countries").len(), 27);
    for (country, rate) in [("US", 825), ("FR", 2000), ("DE", 1900), ("IE", 2300), ("AQ", 0)] {
        let found = shop.app.taxes.rate(&shop.app.db, country).await.expect("a rate");
        assert_eq!(found, rate, "{country}");
    }
}

#[tokio::test]
async fn the_tree_has_two_levels_and_every_leaf_sells_something() {
    let shop = Shop::demo().await;
    let document = "{ categories(first: 50) { nodes { slug parent { slug } children { slug }
        products(first: 1) { totalCount } } } }";
    let answer = shop.data(document, json!({})).await;
    let nodes = list(&answer["categories"], "nodes");
    let (tops, leaves): (Vec<&Value>, Vec<&Value>) = nodes.iter().partition(|node| node["parent"].is_null());
    assert_eq!((tops.len(), leaves.len()), (8, 26));
    for top in tops {
        assert!((2..=4).contains(&list(top, "children").len()), "{top}");
    }
    for leaf in leaves {
        assert_eq!(leaf["children"], json!([]));
        assert!(leaf["products"]["totalCount"].as_i64() >= Some(2), "{leaf}");
    }
    for slug in ["new", "bestsellers", "gifts"] {
        let document =
            "query($slug: String!) { collection(by: { slug: $slug }) { products(first: 1) { totalCount } } }";
        let answer = shop.data(document, json!({ "slug": slug })).await;
        let count = answer["collection"]["products"]["totalCount"].as_i64();
        assert!(count >= Some(8), "{slug}: {answer}");
    }
}

#[tokio::test]
async fn there_is_something_of_every_kind() {
    let shop = Shop::demo().await;
    let products = products(&shop).await;
    let has = |what: &str, least: usize, test: &dyn Fn(&Value) -> bool| {
        let count = products.iter().filter(|product| test(product)).count();
        assert!(count >= least, "{what}: {count}");
    };
    let reduced = |p: &Value| list(p, "variants").iter().any(|v| !v["compareAtPrice"].is_null());
    has("reduced", 12, &reduced);
    has("one variant", 10, &|p| list(p, "variants").len() == 1);
    has("two options", 10, &|p| list(p, "options").len() == 2);
    has("two pictures", 20, &|p| list(p, "media").len() == 2);
    has("wholly sold out", 1, &|p| p["availableForSale"] == false);
    let gone = |v: &Value| v["quantityAvailable"] == 0;
    has("partly sold out", 3, &|p| {
        p["availableForSale"] == true && list(p, "variants").iter().any(gone)
    });
    let digital = |v: &Value| v["quantityAvailable"].is_null() && v["weightGrams"] == 0;
    has("not counted", 1, &|p| list(p, "variants").iter().all(digital));
    for kind in ["NUMBER", "BOOLEAN", "TEXT"] {
        has(kind, 40, &|p| list(p, "attributes").iter().any(|a| a["kind"] == kind));
    }
    for product in &products {
        assert!(
            product["description"].as_str().is_some_and(|d| d.starts_with("<p>")),
            "{product}"
        );
        assert!(
            product["brand"].is_string() && !list(product, "tags").is_empty(),
            "{product}"
        );
        assert!(list(product, "attributes").len() >= 3, "{product}");
        assert_eq!(list(&product["category"], "path").len(), 2, "{product}");
        assert!(list(product, "media")[0]["width"].as_i64() > Some(0), "{product}");
    }
    let skus: HashSet<&str> = variants(&products).filter_map(|v| v["sku"].as_str()).collect();
    let barcodes: HashSet<&str> = variants(&products).filter_map(|v| v["barcode"].as_str()).collect();
    assert_eq!(skus.len(), variants(&products).count());
    assert!(barcodes.len() > 200 && barcodes.iter().all(|code| is_ean13(code)));
}

/// Whether the last digit of `code` checks the others.
fn is_ean13(code: &str) -> bool {
    let weighed = code
        .chars()
        .filter_map(|c| c.to_digit(10))
        .zip([1, 3].into_iter().cycle());
    code.len() == 13 && weighed.map(|(digit, weight)| digit * weight).sum::<u32>() % 10 == 0
}

#[tokio::test]
async fn staff_sees_the_draft_and_both_places_hold_stock() {
    let shop = Shop::demo().await;
    let seen = products(&shop.staff()).await;
    assert_eq!(seen.len(), 84);
    let document = "{ products(first: 5) { nodes { variants(first: 5) {
        stock { onHand location { slug } } } } } }";
    let answer = shop.staff().data(document, json!({})).await;
    let stock = &answer["products"]["nodes"][0]["variants"][0]["stock"];
    let places: HashSet<&str> = stock
        .as_array()
        .expect("stock")
        .iter()
        .filter_map(|level| level["location"]["slug"].as_str())
        .collect();
    assert_eq!(places, HashSet::from(["new-york", "rotterdam"]));
}

#[tokio::test]
async fn a_shop_is_not_seeded_over() {
    let shop = Shop::demo().await;
    let again = demo(&shop.app).await;
    assert!(matches!(again, Err(SeedError::NotEmpty)), "{again:?}");
    assert_eq!(products(&shop).await.len(), 83);
}
