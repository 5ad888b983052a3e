//! Facets: counts, filters, ranges.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ask, create, names_of, shop};

fn facet<'a>(answer: &'a Value, key: &str) -> &'a Value {
    let facets = answer["facets"].as_array().expect("facets");
    facets
        .iter()
        .find(|f| f["key"] == key)
        .unwrap_or_else(|| panic!("no facet {key}: {facets:#?}"))
}

/// Value and count of a facet's values.
fn counts(answer: &Value, key: &str) -> BTreeMap<String, i64> {
    let values = facet(answer, key)["values"].as_array().expect("values");
    let pair = |v: &Value| Some((v["value"].as_str()?.to_owned(), v["count"].as_i64()?));
    values.iter().filter_map(pair).collect()
}

fn input(answer: &Value, key: &str, value: &str) -> Value {
    let values = facet(answer, key)["values"].as_array().expect("values");
    let found = values.iter().find(|v| v["value"] == value);
    found.unwrap_or_else(|| panic!("no {value} in {values:#?}"))["input"].clone()
}

#[tokio::test]
async fn counts_are_those_of_the_hits() {
    let shop = shop().await;
    let answer = ask(&shop, json!({ "query": "headphones ", "first": 100 })).await;
    let mut brands: BTreeMap<String, i64> = BTreeMap::new();
    for node in answer["nodes"].as_array().expect("nodes") {
        *brands
            .entry(node["brand"].as_str().expect("a brand").to_owned())
            .or_default() += 1;
    }
    assert_eq!(counts(&answer, "brand"), brands);
    assert_eq!(facet(&answer, "brand")["type"], "VALUES");
    assert_eq!(facet(&answer, "price")["type"], "PRICE_RANGE");
    let priced: i64 = counts(&answer, "price").values().sum();
    assert_eq!(json!(priced), answer["totalCount"]);
    let categories = counts(&answer, "category");
    assert!(
        categories["headphones"] >= 3 && categories["sound"] >= categories["headphones"],
        "{categories:?}"
    );
}

#[tokio::test]
async fn a_filter_does_not_narrow_its_own_facet() {
    let shop = shop().await;
    let all = ask(&shop, json!({ "query": "lamp ", "first": 100 })).await;
    let brand = "Lumen & Lark";
    let filter = input(&all, "brand", brand);
    let narrowed = ask(&shop, json!({ "query": "lamp ", "first": 100, "filters": [filter] })).await;
    assert_eq!(json!(counts(&all, "brand")[brand]), narrowed["totalCount"]);
    assert!(
        narrowed["nodes"]
            .as_array()
            .expect("nodes")
            .iter()
            .all(|n| n["brand"] == brand)
    );
    assert_eq!(
        counts(&narrowed, "brand"),
        counts(&all, "brand"),
        "other brands still count"
    );
    let selected: Vec<_> = facet(&narrowed, "brand")["values"]
        .as_array()
        .expect("values")
        .iter()
        .filter(|v| v["selected"] == json!(true))
        .map(|v| v["value"].clone())
        .collect();
    assert_eq!(selected, [json!(brand)]);
    let categories: i64 = *counts(&narrowed, "category").values().max().expect("categories");
    assert!(
        categories <= narrowed["totalCount"].as_i64().expect("a number"),
        "other facets are narrowed"
    );
}

#[tokio::test]
async fn filters_of_one_key_are_alternatives_and_of_different_keys_combine() {
    let shop = shop().await;
    for (name, brand, colour, size) in [
        ("Quoll One", "Acme", "Red", "S"),
        ("Quoll Two", "Acme", "Blue", "S"),
        ("Quoll Three", "Bolt", "Red", "L"),
        ("Quoll Four", "Bolt", "Green", "L"),
    ] {
        let attributes =
            json!([{ "key": "quoll_colour", "values": [colour] }, { "key": "quoll_size", "values": [size] }]);
        create(&shop, name, "5.00", json!({ "brand": brand, "attributes": attributes })).await;
    }
    shop.work().await;
    let found = |filters: Value| {
        let shop = &shop;
        async move {
            let answer = ask(shop, json!({ "query": "quoll ", "first": 100, "filters": filters })).await;
            let mut names = names_of(&answer);
            names.sort();
            (names, answer)
        }
    };
    let (all, answer) = found(Value::Null).await;
    assert_eq!(all.len(), 4);
    assert_eq!(facet(&answer, "quoll_colour")["label"], "Quoll colour");
    assert_eq!(counts(&answer, "quoll_colour")["Red"], 2);
    let red = input(&answer, "quoll_colour", "Red");
    let blue = input(&answer, "quoll_colour", "Blue");
    assert_eq!(
        found(json!([red, blue])).await.0,
        ["Quoll One", "Quoll Three", "Quoll Two"]
    );
    let (names, both) = found(json!([red, { "key": "brand", "values": ["acme"] }])).await;
    assert_eq!(names, ["Quoll One"]);
    // What the other filter leaves, whatever the colour.
    let colours = counts(&both, "quoll_colour");
    assert_eq!((colours["Red"], colours["Blue"], colours.get("Green")), (1, 1, None));
    // What the colour leaves, whatever the brand.
    assert_eq!(
        counts(&both, "brand"),
        BTreeMap::from([("Acme".to_owned(), 1), ("Bolt".to_owned(), 1)])
    );
    let (none, empty) = found(json!([{ "key": "quoll_colour", "values": ["Mauve"] }])).await;
    assert!(none.is_empty());
    assert_eq!(
        counts(&empty, "quoll_colour")["Mauve"],
        0,
        "what is filtered by stays to be taken away"
    );
}

#[tokio::test]
async fn prices_are_those_of_the_channel() {
    let shop = shop().await;
    let us = ask(&shop, json!({ "query": "kids headphones", "first": 1 })).await;
    let eu = ask(&shop.channel("eu"), json!({ "query": "kids headphones", "first": 1 })).await;
    assert_eq!(us["nodes"][0]["name"], eu["nodes"][0]["name"]);
    assert_eq!(us["nodes"][0]["priceRange"]["min"]["minorUnits"], 4900);
    assert_eq!(eu["nodes"][0]["priceRange"]["min"]["minorUnits"], 5295);
    assert_eq!(us["priceRange"]["min"]["currencyCode"], "USD");
    assert_eq!(eu["priceRange"]["min"]["currencyCode"], "EUR");
    let within = |gte: &str, lte: &str| json!([{ "key": "price", "range": { "gte": gte, "lte": lte } }]);
    let count = |shop: &crate::support::Shop, filters: Value| {
        let shop = shop.channel(if filters[0]["eu"] == json!(true) { "eu" } else { "us" });
        async move { ask(&shop, json!({ "query": "kids headphones ", "filters": filters })).await["totalCount"].take() }
    };
    assert_eq!(count(&shop, within("49.00", "49.00")).await, 1);
    assert_eq!(count(&shop, within("49.01", "50.00")).await, 0);
}

#[tokio::test]
async fn price_bands_can_be_sent_back() {
    let shop = shop().await;
    let all = ask(&shop, json!({ "query": "", "first": 1 })).await;
    let bands = facet(&all, "price")["values"].as_array().expect("values").clone();
    assert!(bands.len() > 2, "{bands:#?}");
    let mut sum = 0;
    for band in &bands {
        let narrowed = ask(&shop, json!({ "query": "", "first": 1, "filters": [band["input"]] })).await;
        assert_eq!(narrowed["totalCount"], band["count"], "{band:#}");
        let again = facet(&narrowed, "price")["values"].as_array().expect("values").clone();
        assert_eq!(again.len(), bands.len(), "the bands stay where they were");
        assert_eq!(again.iter().filter(|b| b["selected"] == json!(true)).count(), 1);
        sum += band["count"].as_i64().expect("a count");
    }
    assert_eq!(json!(sum), all["totalCount"]);
}

#[tokio::test]
async fn malformed_filters_are_refused() {
    let shop = shop().await;
    for filter in [
        json!({ "key": "price", "values": ["5"] }),
        json!({ "key": "price", "range": { "gte": "five" } }),
        json!({ "key": "price", "range": { "gte": "5.001" } }),
        json!({ "key": "brand" }),
        json!({ "key": "", "values": ["x"] }),
    ] {
        let (code, message) = shop
            .refused(super::SEARCH, json!({ "query": "", "filters": [filter] }))
            .await;
        assert_eq!(code, "BAD_USER_INPUT", "{filter}: {message}");
    }
}

#[tokio::test]
async fn numbers_are_asked_for_by_ranges() {
    let shop = shop().await;
    let attribute = |value: &str| json!({ "attributes": [{ "key": "width_cm", "values": [value] }] });
    for (name, value) in [
        ("Tabor Small", "9.5"),
        ("Tabor Middle", "10.25"),
        ("Tabor Large", "100"),
    ] {
        create(&shop, name, "5.00", attribute(value)).await;
    }
    shop.work().await;
    let within = |filters: Value| json!({ "query": "tabor ", "filters": filters, "sort": "NEWEST" });
    let degraded = shop.another_server().await;
    for (range, expected) in [
        (
            json!({ "gte": "9.5", "lte": "10.25" }),
            vec!["Tabor Middle", "Tabor Small"],
        ),
        (json!({ "gte": "10" }), vec!["Tabor Large", "Tabor Middle"]),
        (json!({ "lte": "9.49" }), vec![]),
    ] {
        let filters = json!([{ "key": "width_cm", "range": range }]);
        for (shop, is_degraded) in [(&shop, false), (&degraded, true)] {
            let answer = ask(shop, within(filters.clone())).await;
            assert_eq!(
                (names_of(&answer), &answer["degraded"]),
                (expected.iter().map(|n| (*n).to_owned()).collect(), &json!(is_degraded)),
                "{range}"
            );
        }
    }
    // What is left out there is left out of products without a brand, too.
    let others = ask(&degraded, json!({ "query": "tabor -large", "sort": "NEWEST" })).await;
    assert_eq!(names_of(&others), ["Tabor Middle", "Tabor Small"]);
    let wrong = [
        json!([{ "key": "width_cm", "range": { "gte": "wide" } }]),
        json!([{ "key": "width_cm" }]),
        json!([{ "key": "width_cm", "values": ["9.5"], "range": { "gte": "1" } }]),
        json!([{ "key": "brand", "range": { "gte": "1" } }]),
    ];
    for filters in wrong {
        let (code, message) = shop.refused(super::SEARCH, within(filters.clone())).await;
        assert_eq!(code, "BAD_USER_INPUT", "{filters}: {message}");
    }
}
