//! Words: stems, typos, beginnings, accents, codes.

use serde_json::{Value, json};

use super::{ask, create, names, shop};

#[tokio::test]
async fn words_are_stemmed_and_case_and_accents_do_not_matter() {
    let shop = shop().await;
    create(&shop, "Crème Brûlée Torch", "19.00", json!({})).await;
    shop.work().await;
    let one = names(&shop, "lamp").await;
    assert!(one.iter().any(|n| n == "Dusk Table Lamp"), "{one:?}");
    assert_eq!(names(&shop, "LAMPS").await, one);
    assert_eq!(names(&shop, "creme brulee").await, ["Crème Brûlée Torch"]);
    assert_eq!(names(&shop, "crème torches").await, ["Crème Brûlée Torch"]);
}

#[tokio::test]
async fn a_name_counts_more_than_a_description() {
    let shop = shop().await;
    create(
        &shop,
        "Plain Thing",
        "5.00",
        json!({ "description": "<p>Goes well with a <b>zither</b>.</p>" }),
    )
    .await;
    create(&shop, "Zither", "5.00", json!({})).await;
    create(
        &shop,
        "Other Thing",
        "5.00",
        json!({ "attributes": [{ "key": "plays", "values": ["zither"] }] }),
    )
    .await;
    shop.work().await;
    assert_eq!(names(&shop, "zither ").await, ["Zither", "Other Thing", "Plain Thing"]);
    // Tags of HTML are no words.
    assert!(!names(&shop, "zither b ").await.is_empty());
}

#[tokio::test]
async fn typos_are_mended_and_exact_words_come_first() {
    let shop = shop().await;
    for typo in ["headphnes", "haedphones", "headphoness", "hedphones "] {
        let answer = ask(&shop, json!({ "query": typo, "first": 10 })).await;
        let found = super::names_of(&answer);
        assert_eq!(
            found.iter().filter(|n| n.contains("Headphones")).count(),
            3,
            "{typo}: {found:?}"
        );
        assert_eq!(answer["correctedQuery"], "headphones", "{typo}");
    }
    let right = ask(&shop, json!({ "query": "headphones" })).await;
    assert_eq!(right["correctedQuery"], Value::Null);
    // Two swapped letters in a short word; too short to be a typo; a number is never one.
    assert_eq!(ask(&shop, json!({ "query": "lmap" })).await["correctedQuery"], "lamp");
    assert_eq!(
        ask(&shop, json!({ "query": "lmp " })).await["correctedQuery"],
        Value::Null
    );
    create(&shop, "Kettle X1234", "5.00", json!({})).await;
    shop.work().await;
    assert_eq!(names(&shop, "x1235 ").await, [""; 0]);
    assert_eq!(names(&shop, "x1234 ").await, ["Kettle X1234"]);
}

#[tokio::test]
async fn the_last_word_may_be_a_beginning() {
    let shop = shop().await;
    let begun = names(&shop, "headph").await;
    assert_eq!(
        begun.iter().filter(|n| n.contains("Headphones")).count(),
        3,
        "{begun:?}"
    );
    // A space ends the word.
    assert!(!names(&shop, "headph ").await.iter().any(|n| n.is_empty()));
    let both = names(&shop, "studio headph").await;
    assert_eq!(both[0], "Studio One Headphones");
}

#[tokio::test]
async fn a_missing_word_does_not_empty_the_answer() {
    let shop = shop().await;
    let found = names(&shop, "wireless headphones qqqqq").await;
    assert_eq!(
        found.first().map(String::as_str),
        Some("Hush Wireless Headphones"),
        "{found:?}"
    );
    // All words first, where there are products with all of them.
    let all = names(&shop, "reading lamp").await;
    assert_eq!(all[0], "Owl Reading Lamp");
    assert_eq!(names(&shop, "qqqqq").await, [""; 0]);
}

#[tokio::test]
async fn a_sku_finds_its_product() {
    let shop = shop().await;
    create(&shop, "Nameless", "5.00", json!({})).await;
    shop.work().await;
    assert_eq!(names(&shop, "MADE-NAMELESS").await[0], "Nameless");
    assert_eq!(names(&shop, "made-nameless").await[0], "Nameless");
}

#[tokio::test]
async fn an_empty_query_browses_and_sorts() {
    let shop = shop().await;
    let all = ask(&shop, json!({ "query": "", "first": 100 })).await;
    let listed = shop.data("{ products { totalCount } }", json!({})).await;
    assert_eq!(all["totalCount"], listed["products"]["totalCount"]);
    let prices = |answer: &Value| -> Vec<i64> {
        let nodes = answer["nodes"].as_array().expect("nodes");
        nodes
            .iter()
            .filter_map(|n| n["priceRange"]["min"]["minorUnits"].as_i64())
            .collect()
    };
    let up = prices(&ask(&shop, json!({ "query": " ", "first": 100, "sort": "PRICE_ASC" })).await);
    assert!(up.len() > 50 && up.is_sorted(), "{up:?}");
    let down = prices(&ask(&shop, json!({ "query": "lamp", "first": 100, "sort": "PRICE_DESC" })).await);
    assert!(down.len() > 1 && down.is_sorted_by(|a, b| a >= b), "{down:?}");
}

#[tokio::test]
async fn what_matched_is_marked_in_the_hits() {
    let shop = shop().await;
    let description = "<p>A <b>quokka</b> for tables &amp; shelves.</p>";
    create(
        &shop,
        "Quokkas <small>",
        "5.00",
        json!({ "slug": "quokkas", "description": description, "variants": [
        { "sku": "Q-1", "price": { "amount": "5.00", "currencyCode": "USD" } }] }),
    )
    .await;
    shop.work().await;
    let document = "query($query: String!) { search(query: $query) { edges { highlights { field html } } } }";
    let expected = json!([
        { "field": "NAME", "html": "<mark>Quokkas</mark> &lt;small&gt;" },
        { "field": "DESCRIPTION", "html": "A <mark>quokka</mark> for tables &amp; shelves." },
    ]);
    for query in ["quokka ", "qoukkas ", "quok"] {
        let answer = shop.data(document, json!({ "query": query })).await;
        assert_eq!(answer["search"]["edges"][0]["highlights"], expected, "{query}");
    }
}
