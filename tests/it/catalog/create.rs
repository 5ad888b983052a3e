//! Staff makes products.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::Shop;

const CREATE: &str = "mutation($input: ProductCreateInput!) { productCreate(input: $input) {
  product { slug attributes { key kind values numbers } } errors { code path message } } }";

/// Eight at once with one slug, then eight with one SKU: one of each wins, the others hear why.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_given_once_even_at_once() {
    let shop = Shop::demo().await.staff();
    let same_slug = |n: usize| json!({ "name": "Twin", "variants": [{ "sku": format!("TWIN-{n}") }] });
    let same_sku = |n: usize| json!({ "name": format!("Single {n}"), "variants": [{ "sku": "SINGLE" }] });
    for (inputs, path) in [
        ((0..8).map(same_slug).collect::<Vec<Value>>(), json!(["slug"])),
        ((0..8).map(same_sku).collect(), json!(["variants"])),
    ] {
        let answers = join_all(
            inputs
                .into_iter()
                .map(|input| shop.data(CREATE, json!({ "input": input }))),
        )
        .await;
        let made = answers
            .iter()
            .filter(|a| a["productCreate"]["product"].is_object())
            .count();
        assert_eq!(made, 1);
        for answer in answers.iter().filter(|a| a["productCreate"]["product"].is_null()) {
            let error = &answer["productCreate"]["errors"][0];
            assert_eq!(
                (&error["code"], &error["path"]),
                (&json!("ALREADY_EXISTS"), &path),
                "{answer:#}"
            );
        }
    }
}

/// Values come as text; where numbers or yes and no belong, that is what they become.
#[tokio::test]
async fn attributes_take_the_type_they_have() {
    let shop = Shop::demo().await.staff();
    let attributes = json!([
        { "key": "width_cm", "values": ["12.5"] },
        { "key": "waterproof", "values": ["yes"] },
        { "key": "material", "values": ["42"] },
    ]);
    let input = json!({ "name": "Typed thing", "attributes": attributes });
    let answer = shop.data(CREATE, json!({ "input": input })).await;
    let product = &answer["productCreate"]["product"];
    let of = |key: &str| {
        let found = product["attributes"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|a| a["key"] == key);
        found.unwrap_or_else(|| panic!("{key}: {answer:#}")).clone()
    };
    assert_eq!(of("width_cm")["numbers"], json!([12.5]));
    assert_eq!(
        (of("waterproof")["kind"].clone(), of("waterproof")["values"].clone()),
        (json!("BOOLEAN"), json!(["yes"]))
    );
    assert_eq!(
        (of("material")["kind"].clone(), of("material")["numbers"].clone()),
        (json!("TEXT"), json!([]))
    );
}
