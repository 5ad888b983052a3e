//! Staff changes products.

use serde_json::{Value, json};

use crate::support::Shop;

const PRODUCT: &str = "id slug name description brand status version tags category { id } media { url }
  options { name values } attributes { key values }
  variants(first: 20) { id sku barcode weightGrams selectedOptions { name value } price { amount }
    compareAtPrice { amount } stock { onHand } }";

async fn create(shop: &Shop) -> Value {
    let document = format!(
        "mutation($input: ProductCreateInput!) {{ productCreate(input: $input) {{ product {{ {PRODUCT} }}
           errors {{ message path }} }} }}"
    );
    let variant = |size: &str| {
        json!({ "sku": format!("KITE-{size}"), "price": usd("20.00"), "weightGrams": 300,
            "selectedOptions": [{ "name": "Size", "value": size }], "stock": [{ "onHand": 5 }] })
    };
    let input = json!({ "name": "Kite", "slug": "kite", "description": "<p>Flies</p>", "brand": "Aether",
        "status": "ACTIVE", "tags": ["wind"], "options": [{ "name": "Size", "values": ["S", "M"] }],
        "variants": [variant("S"), variant("M")], "attributes": [{ "key": "line", "values": ["dyneema"] }] });
    let mut made = shop.staff().data(&document, json!({ "input": input })).await;
    assert_eq!(made["productCreate"]["errors"], json!([]));
    made["productCreate"]["product"].take()
}

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "USD" })
}

/// Sends a change of `product`.
async fn change(shop: &Shop, product: &Value, fields: Value) -> Value {
    let document = format!(
        "mutation($input: ProductUpdateInput!) {{ productUpdate(input: $input) {{ product {{ {PRODUCT} }}
           errors {{ __typename code message path }} }} }}"
    );
    let mut input = fields;
    input["id"] = product["id"].clone();
    shop.staff().data(&document, json!({ "input": input })).await["productUpdate"].take()
}

/// The same, where it must succeed.
async fn changed(shop: &Shop, product: &Value, fields: Value) -> Value {
    let mut payload = change(shop, product, fields).await;
    assert_eq!(payload["errors"], json!([]));
    payload["product"].take()
}

#[tokio::test]
async fn fields_change_one_by_one_and_null_empties() {
    let shop = Shop::demo().await;
    let kite = create(&shop).await;
    let category =
        shop.data("{ categories(first: 1) { nodes { id } } }", json!({})).await["categories"]["nodes"][0]["id"].take();
    let mut version = 1;
    for (field, value) in [
        ("name", json!("Big kite")),
        ("slug", json!("big-kite")),
        ("description", json!("<p>Flies high</p>")),
        ("brand", json!("Zephyr")),
        ("tags", json!(["sky", "wind"])),
        ("status", json!("DRAFT")),
        ("categoryId", category.clone()),
        ("attributes", json!([{ "key": "line", "values": ["nylon", "silk"] }])),
        ("description", Value::Null),
        ("brand", Value::Null),
        ("tags", Value::Null),
        ("categoryId", Value::Null),
        ("attributes", Value::Null),
    ] {
        let before = changed(&shop, &kite, json!({})).await;
        let after = changed(&shop, &kite, json!({ field: value })).await;
        version += 2;
        assert_eq!(after["version"], version, "{field} counts once");
        let shown = if field == "categoryId" { "category" } else { field };
        let expected = match (field, value.is_null()) {
            ("description", true) => json!(""),
            ("tags" | "attributes", true) => json!([]),
            ("categoryId", false) => json!({ "id": value }),
            _ => value,
        };
        assert_eq!(after[shown], expected, "{field}");
        for other in [
            "name",
            "slug",
            "description",
            "brand",
            "tags",
            "status",
            "attributes",
            "options",
            "variants",
        ] {
            if other != shown {
                assert_eq!(after[other], before[other], "{other} stays when {field} changes");
            }
        }
    }
    for field in ["name", "slug", "status", "variants"] {
        let error = change(&shop, &kite, json!({ field: null })).await["errors"][0].take();
        assert_eq!(
            (&error["code"], &error["path"]),
            (&json!("INVALID_INPUT"), &json!([field]))
        );
    }
}

#[tokio::test]
async fn variants_are_changed_added_and_removed() {
    let shop = Shop::demo().await;
    let kite = create(&shop).await;
    let eu = shop.channel("eu");
    let priced = json!({ "variants": [
        { "sku": "KITE-S", "price": { "amount": "18.00", "currencyCode": "EUR" } }, { "sku": "KITE-M" }] });
    let there = changed(&eu, &kite, priced).await;
    assert_eq!(there["variants"][0]["price"]["amount"], "18.00");

    let after = changed(
        &shop,
        &kite,
        json!({
            "options": [{ "name": "Size", "values": ["S", "L"] }],
            "variants": [
                { "sku": "KITE-L", "price": usd("30.00"), "selectedOptions": [{ "name": "Size", "value": "L" }],
                  "stock": [{ "onHand": 7 }] },
                { "sku": "KITE-S", "price": usd("21.50"), "compareAtPrice": usd("25.00") },
            ],
        }),
    )
    .await;
    let variants = after["variants"].as_array().expect("variants");
    let skus: Vec<_> = variants.iter().map(|v| v["sku"].as_str().expect("a sku")).collect();
    assert_eq!(skus, ["KITE-L", "KITE-S"]);
    assert_eq!(variants[0]["stock"], json!([{ "onHand": 7 }]));
    let small = &variants[1];
    assert_eq!(small["id"], kite["variants"][0]["id"], "the same variant");
    assert_eq!(
        (&small["price"]["amount"], &small["weightGrams"]),
        (&json!("21.50"), &json!(300))
    );
    assert_eq!(small["compareAtPrice"]["amount"], "25.00");
    assert_eq!(small["stock"], json!([{ "onHand": 5 }]));
    assert_eq!(after["attributes"], kite["attributes"]);
    assert_eq!(after["tags"], kite["tags"]);

    // The other channel's price has not moved; shoppers there still see it.
    let read = "{ product(by: { slug: \"kite\" }) { priceRange { min { amount } max { amount } } variants(first: 9) { sku price { amount } } } }";
    let seen = eu.data(read, json!({})).await["product"].take();
    assert_eq!(seen["priceRange"]["min"]["amount"], "18.00");
    let prices: Vec<_> = seen["variants"]
        .as_array()
        .expect("variants")
        .iter()
        .map(|v| &v["price"]["amount"])
        .collect();
    assert_eq!(prices, [&Value::Null, &json!("18.00")]);

    // Null takes the price of this channel away, and with the last one the product from its shoppers.
    changed(
        &shop,
        &kite,
        json!({ "variants": [{ "sku": "KITE-L", "price": null }, { "sku": "KITE-S", "price": null }] }),
    )
    .await;
    assert_eq!(shop.data(read, json!({})).await["product"], Value::Null);
    assert_eq!(
        eu.data(read, json!({})).await["product"]["priceRange"]["max"]["amount"],
        "18.00"
    );
    changed(
        &shop,
        &kite,
        json!({ "variants": [{ "sku": "KITE-L", "price": usd("9.00") }, { "sku": "KITE-S" }] }),
    )
    .await;
    assert_eq!(
        shop.data(read, json!({})).await["product"]["priceRange"]["max"]["amount"],
        "9.00"
    );
}

#[tokio::test]
async fn pictures_stay_and_claimed_variants_too() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(3).await;
    let read = format!("query($id: ID!) {{ node(id: $id) {{ ... on ProductVariant {{ product {{ {PRODUCT} }} }} }} }}");
    let product = shop.staff().data(&read, json!({ "id": variant })).await["node"]["product"].take();
    assert!(!product["media"].as_array().expect("media").is_empty());
    let cart = shop.ready_cart(&variant, 1).await;
    shop.pay(&cart, "tok_3ds").await;
    let fields = json!({ "options": [], "variants": [{ "sku": "ONLY-ONE", "price": usd("5.00") }] });
    let after = changed(&shop, &product, fields).await;
    assert_eq!(after["media"], product["media"]);
    let left = after["variants"].as_array().expect("variants").iter();
    let claimed = left
        .clone()
        .find(|v| v["id"] == json!(variant))
        .expect("the claimed one stays");
    assert_eq!(claimed["price"], Value::Null);
    assert_eq!(left.len(), 2);
    // It hinders no later change.
    changed(&shop, &product, json!({ "attributes": [] })).await;
}

#[tokio::test]
async fn refused_changes_change_nothing() {
    let shop = Shop::demo().await;
    let taken = shop
        .data(
            "{ products(first: 1) { nodes { slug variants(first: 1) { sku } } } }",
            json!({}),
        )
        .await;
    let taken = &taken["products"]["nodes"][0];
    let kite = create(&shop).await;
    for (fields, code, path) in [
        (
            json!({ "name": "New", "variants": [{ "sku": "KITE-S" }, { "sku": "KITE-M", "stock": [{ "onHand": 9 }] }] }),
            "INVALID_INPUT",
            json!(["variants", "1", "stock"]),
        ),
        (
            json!({ "name": "New", "variants": [] }),
            "INVALID_INPUT",
            json!(["variants"]),
        ),
        (
            json!({ "name": "New", "options": [{ "name": "Hue", "values": ["red"] }] }),
            "INVALID_INPUT",
            json!(["variants", "0", "selectedOptions"]),
        ),
        (
            json!({ "name": "New", "options": [], "variants": [{ "sku": taken["variants"][0]["sku"] }] }),
            "ALREADY_EXISTS",
            json!(["variants"]),
        ),
        (
            json!({ "name": "New", "slug": taken["slug"] }),
            "ALREADY_EXISTS",
            json!(["slug"]),
        ),
        (
            json!({ "name": "New", "attributes": [{ "key": "", "values": ["x"] }] }),
            "INVALID_INPUT",
            json!(["attributes"]),
        ),
        (
            json!({ "name": "New", "variants": [{ "sku": "KITE-S", "price": { "amount": "1.00", "currencyCode": "EUR" } }] }),
            "INVALID_INPUT",
            json!(["variants", "0", "price"]),
        ),
        (
            json!({ "name": "New", "expectedVersion": 2 }),
            "STALE_VERSION",
            json!(["expectedVersion"]),
        ),
    ] {
        let error = change(&shop, &kite, fields.clone()).await["errors"][0].take();
        assert_eq!(
            (&error["code"], &error["path"]),
            (&json!(code), &path),
            "{fields}: {error}"
        );
        if path == json!(["variants", "1", "stock"]) {
            assert!(
                error["message"].as_str().is_some_and(|m| m.contains("stockAdjust")),
                "{error}"
            );
        }
    }
    let after = changed(&shop, &kite, json!({ "expectedVersion": 1 })).await;
    let mut before = kite.clone();
    before["version"] = json!(2);
    assert_eq!(after, before);
}

#[tokio::test]
async fn of_two_changes_of_one_version_one_is_stale() {
    let shop = Shop::demo().await;
    let kite = create(&shop).await;
    let fields = |price: &str| json!({ "expectedVersion": 1, "variants": [{ "sku": "KITE-S", "price": usd(price) }, { "sku": "KITE-M" }] });
    let (one, two) = tokio::join!(
        change(&shop, &kite, fields("1.00")),
        change(&shop, &kite, fields("2.00"))
    );
    let refused: Vec<_> = [&one, &two].into_iter().filter(|p| p["errors"] != json!([])).collect();
    assert_eq!(refused.len(), 1, "{one} {two}");
    assert_eq!(refused[0]["errors"][0]["__typename"], "StaleVersionError");
    let after = changed(&shop, &kite, json!({})).await;
    assert_eq!(after["version"], 3);
    let price = if one["errors"] == json!([]) { "1.00" } else { "2.00" };
    assert_eq!(after["variants"][0]["price"]["amount"], price);
}
