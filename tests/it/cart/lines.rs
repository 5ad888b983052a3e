//! Lines come, change and go; bad ones are refused and change nothing.

use serde_json::{Value, json};

use crate::support::Shop;

const READ: &str = "query($t: String!) { cart(token: $t) { version quantity lines { id quantity } total { amount } } }";

#[tokio::test]
async fn equal_lines_are_one() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(10).await;
    let plain = json!({ "variantId": variant, "quantity": 1 });
    let engraved = json!({ "variantId": variant, "quantity": 1, "attributes": [{ "key": "text", "value": "Ada" }] });
    let twice = json!({ "lines": [plain, plain, engraved] });
    let payload = shop.cart_call("cartCreate", twice).await;
    assert_eq!(payload["warnings"][0]["code"], "LINES_MERGED");
    let cart = &payload["cart"];
    let quantities = |cart: &Value| -> Vec<i64> {
        cart["lines"]
            .as_array()
            .expect("lines")
            .iter()
            .map(|l| l["quantity"].as_i64().expect("units"))
            .collect()
    };
    assert_eq!(quantities(cart), [2, 1]);
    let token = &cart["token"];
    let cart = shop
        .cart_ok("cartLinesAdd", json!({ "cartToken": token, "lines": [engraved] }))
        .await;
    assert_eq!(quantities(&cart), [2, 2]);

    // A line whose remarks go becomes equal to the other one.
    let line = &cart["lines"][1]["id"];
    let change = json!({ "cartToken": token, "lines": [{ "id": line, "quantity": 3, "attributes": [] }] });
    let cart = shop.cart_ok("cartLinesUpdate", change).await;
    assert_eq!(quantities(&cart), [5]);
    let line = &cart["lines"][0]["id"];
    let cart = shop
        .cart_ok("cartLinesRemove", json!({ "cartToken": token, "lineIds": [line] }))
        .await;
    assert_eq!(cart["lines"], json!([]));
    assert_eq!(cart["total"]["amount"], "0.00");
}

#[tokio::test]
async fn a_changed_line_keeps_its_place() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(10).await;
    let line =
        |text: &str| json!({ "variantId": variant, "quantity": 1, "attributes": [{ "key": "t", "value": text }] });
    let cart = shop
        .cart_ok("cartCreate", json!({ "lines": [line("a"), line("b")] }))
        .await;
    let first = &cart["lines"][0]["id"];
    let change = json!({ "cartToken": cart["token"], "lines": [{ "id": first, "quantity": 4 }] });
    let changed = shop.cart_ok("cartLinesUpdate", change).await;
    assert_eq!(changed["lines"][0]["id"], *first);
    assert_eq!(changed["lines"][0]["quantity"], 4);
    assert_eq!(changed["lines"][0]["attributes"][0]["value"], "a");
    let gone = json!({ "cartToken": cart["token"], "lines": [{ "id": first, "quantity": 0 }] });
    let changed = shop.cart_ok("cartLinesUpdate", gone).await;
    assert_eq!(changed["lines"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn bad_lines_are_refused_and_change_nothing() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(10).await;
    let cart = shop
        .cart_ok(
            "cartCreate",
            json!({ "lines": [{ "variantId": variant, "quantity": 1 }] }),
        )
        .await;
    let token = &cart["token"];
    let before = shop.data(READ, json!({ "t": token })).await;
    let add = |line: Value| json!({ "cartToken": token, "lines": [line] });
    let nobody = "variant_01jd3v9k3hf2x8k3w2v5m0q7zt";
    for (input, code, path) in [
        (
            add(json!({ "variantId": variant, "quantity": 0 })),
            "INVALID_INPUT",
            json!(["lines", "0", "quantity"]),
        ),
        (
            add(json!({ "variantId": variant, "quantity": -1 })),
            "INVALID_INPUT",
            json!(["lines", "0", "quantity"]),
        ),
        (
            add(json!({ "variantId": variant, "quantity": 10000 })),
            "INVALID_INPUT",
            json!(["lines", "0", "quantity"]),
        ),
        (
            add(json!({ "variantId": nobody, "quantity": 1 })),
            "NOT_FOUND",
            json!(["lines", "0", "variantId"]),
        ),
        (
            add(json!({ "variantId": variant, "quantity": 9999 })),
            "INSUFFICIENT_STOCK",
            json!(["lines", "0", "quantity"]),
        ),
    ] {
        let payload = shop.cart_call("cartLinesAdd", input.clone()).await;
        assert_eq!(payload["cart"], Value::Null);
        assert_eq!(payload["errors"][0]["code"], code, "{input}");
        assert_eq!(payload["errors"][0]["path"], path, "{input}");
    }
    let add_document = "mutation($input: CartLinesAddInput!) { cartLinesAdd(input: $input) { errors { code } } }";
    for quantity in [json!(2_147_483_648_i64), json!(1.5), json!("1")] {
        let input = add(json!({ "variantId": variant, "quantity": quantity }));
        let (code, _) = shop.refused(add_document, json!({ "input": input })).await;
        assert_eq!(code, "BAD_USER_INPUT", "{quantity}");
    }
    let product = add(json!({ "variantId": "product_01jd3v9k3hf2x8k3w2v5m0q7zt", "quantity": 1 }));
    let (code, message) = shop.refused(add_document, json!({ "input": product })).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("variant_"), "{message}");
    let stranger = json!({ "cartToken": "nobody", "lines": [] });
    let payload = shop.cart_call("cartLinesAdd", stranger).await;
    assert_eq!(payload["errors"][0]["code"], "NOT_FOUND");
    assert_eq!(shop.data(READ, json!({ "t": token })).await, before);
}

#[tokio::test]
async fn more_than_there_is_says_how_many_there_are() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 3).await;
    let add = |token: &Value, n: i32| json!({ "cartToken": token, "lines": [{ "variantId": variant, "quantity": n }] });
    let cart = shop.cart_ok("cartCreate", json!({})).await;
    let token = &cart["token"];
    let error = shop.cart_call("cartLinesAdd", add(token, 4)).await["errors"][0].take();
    assert_eq!(error["__typename"], "InsufficientStockError");
    assert_eq!(error["availableQuantity"], 3);
    shop.cart_ok("cartLinesAdd", add(token, 2)).await;
    let error = shop.cart_call("cartLinesAdd", add(token, 2)).await["errors"][0].take();
    assert_eq!(error["availableQuantity"], 1, "what is in the cart counts");

    // Sold elsewhere meanwhile: the cart says so.
    shop.stock(&variant, 1).await;
    let read = "query($t: String!) { cart(token: $t) { problems { __typename message path } } }";
    let problems = shop.data(read, json!({ "t": token })).await["cart"]["problems"].take();
    assert_eq!(problems[0]["__typename"], "InsufficientStockProblem");
    assert_eq!(problems[0]["path"], json!(["lines", "0"]));
}

#[tokio::test]
async fn a_variant_of_another_channel_is_not_sold_here() {
    let shop = Shop::demo().await;
    let create = "mutation($input: ProductCreateInput!) { productCreate(input: $input) {
        product { variants { id } } errors { code message path } } }";
    let variants = json!([{ "sku": "US-ONLY", "price": { "amount": "5.00", "currencyCode": "USD" },
        "stock": [{ "onHand": 5 }] }]);
    let input = json!({ "name": "Only here", "status": "ACTIVE", "variants": variants });
    let made = shop.staff().data(create, json!({ "input": input })).await;
    let variant = &made["productCreate"]["product"]["variants"][0]["id"];
    let lines = json!({ "lines": [{ "variantId": variant, "quantity": 1 }] });
    shop.cart_ok("cartCreate", lines.clone()).await;
    let payload = shop.channel("eu").cart_call("cartCreate", lines).await;
    assert_eq!(payload["errors"][0]["code"], "NOT_FOUND");
    assert_eq!(payload["errors"][0]["path"], json!(["lines", "0", "variantId"]));
}

#[tokio::test]
async fn bad_buyers_are_refused_and_say_where() {
    let shop = Shop::demo().await;
    let cart = shop.cart_ok("cartCreate", json!({})).await;
    let address = json!({ "firstName": "Ada", "lastName": "Byron", "line1": "1 Main St", "city": "Springfield",
        "postalCode": "12345", "countryCode": "US" });
    let with = |field: &str, value: &str| {
        let mut address = address.clone();
        address[field] = json!(value);
        json!({ "cartToken": cart["token"], "shippingAddress": address })
    };
    for (input, path) in [
        (with("countryCode", "XX"), json!(["shippingAddress", "countryCode"])),
        (with("countryCode", "DE"), json!(["shippingAddress", "countryCode"])),
        (with("city", "  "), json!(["shippingAddress", "city"])),
        (with("line1", &"x".repeat(201)), json!(["shippingAddress", "line1"])),
        (
            json!({ "cartToken": cart["token"], "email": "no address" }),
            json!(["email"]),
        ),
    ] {
        let payload = shop.cart_call("cartBuyerUpdate", input.clone()).await;
        assert_eq!(payload["errors"][0]["code"], "INVALID_INPUT", "{input}");
        assert_eq!(payload["errors"][0]["path"], path, "{input}");
    }
    let delivery = json!({ "cartToken": cart["token"], "deliveryOptionId": "delivery_01jd3v9k3hf2x8k3w2v5m0q7zt" });
    let payload = shop.cart_call("cartDeliverySelect", delivery).await;
    assert_eq!(payload["errors"][0]["path"], json!(["deliveryOptionId"]));
}

/// Up to `most` variants that can be bought now, of different products where there are enough.
async fn variants(shop: &Shop, most: usize) -> Vec<Value> {
    let document = "query($after: String) { products(first: 50, after: $after) {
        nodes { variants(first: 100) { id quantityAvailable } } pageInfo { hasNextPage endCursor } } }";
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = shop.data(document, json!({ "after": after })).await["products"].take();
        let products = page["nodes"].as_array().expect("products").iter();
        let of_page = products.flat_map(|p| p["variants"].as_array().expect("variants").iter());
        let sold = of_page.filter(|v| v["quantityAvailable"].as_i64() > Some(0));
        found.extend(sold.map(|v| v["id"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            found.truncate(most);
            return found;
        }
    }
}

#[tokio::test]
async fn statements_do_not_grow_with_the_lines() {
    let shop = Shop::demo().await;
    // Every line is another variant: what is read a variant, and not for all at once, would show.
    let variants = variants(&shop, 201).await;
    assert!(variants.len() > 150, "the demo shop sells {} variants", variants.len());
    let line = |variant: &Value| json!({ "variantId": variant, "quantity": 1 });
    let cart = shop
        .cart_ok("cartCreate", json!({ "lines": [line(&variants[0])] }))
        .await;
    let token = &cart["token"];
    let read = format!(
        "query($t: String!) {{ cart(token: $t) {{ ...CartParts }} }} {}",
        crate::support::CART
    );
    let add = |lines: Vec<Value>| json!({ "cartToken": token, "lines": lines });
    let reads = async || {
        shop.fewest(async || shop.data(&read, json!({ "t": token })).await)
            .await
            .0
    };
    // A new line each time. The least of several: a cache of the process may lapse meanwhile.
    let adds = async |some: &[Value]| {
        let (mut least, mut cart) = (u64::MAX, Value::Null);
        for variant in some {
            let added = shop.cart_ok("cartLinesAdd", add(vec![line(variant)]));
            let (count, now) = shop.statements(added).await;
            (least, cart) = (least.min(count), now);
        }
        (least, cart)
    };
    let (short_read, (short_add, _)) = (reads().await, adds(&variants[1..4]).await);
    let (many, last) = variants[4..].split_at(variants.len() - 7);
    shop.cart_ok("cartLinesAdd", add(many.iter().map(line).collect())).await;
    let (long_read, (long_add, cart)) = (reads().await, adds(last).await);
    assert_eq!(cart["lines"].as_array().map(Vec::len), Some(variants.len()));
    assert_eq!((short_read, short_add), (long_read, long_add));
    assert!(long_read <= 8, "{long_read} statements to read a cart");
}
