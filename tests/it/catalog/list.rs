//! Product lists: pages, orders, filters, bad input.

use serde_json::{Value, json};

use crate::support::Shop;

const LIST: &str = "query($first: Int, $after: String, $where: ProductWhere, $sort: ProductSort) {
  products(first: $first, after: $after, where: $where, sort: $sort) {
    nodes { id name brand tags availableForSale priceRange { min { minorUnits } max { minorUnits } } attributes { key values } }
    pageInfo { hasNextPage endCursor } totalCount
  }
}";

async fn list(shop: &Shop, variables: Value) -> Vec<Value> {
    shop.data(LIST, variables).await["products"]["nodes"]
        .as_array()
        .expect("nodes")
        .clone()
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter()
        .map(|row| row["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn pages_join_to_the_whole_list_in_every_order() {
    let shop = Shop::demo().await;
    for field in ["NAME", "PRICE", "CREATED_AT", "BEST_SELLING"] {
        for direction in ["ASC", "DESC"] {
            let sort = json!({ "field": field, "direction": direction });
            let whole = ids(&list(&shop, json!({ "first": 100, "sort": sort })).await);
            let (mut walked, mut after) = (Vec::new(), Value::Null);
            loop {
                let page = shop
                    .data(LIST, json!({ "first": 7, "after": after, "sort": sort }))
                    .await;
                let page = &page["products"];
                walked.extend(ids(page["nodes"].as_array().expect("nodes")));
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == json!(false) {
                    assert_eq!(page["totalCount"], json!(whole.len()));
                    break;
                }
            }
            assert_eq!(walked, whole, "{field} {direction}");
            assert!(whole.len() > 50, "the demo shop has products");
        }
    }
}

#[tokio::test]
async fn prices_sort_as_numbers() {
    let shop = Shop::demo().await;
    let rows = list(
        &shop,
        json!({ "first": 100, "sort": { "field": "PRICE", "direction": "DESC" } }),
    )
    .await;
    let prices: Vec<i64> = rows
        .iter()
        .filter_map(|r| r["priceRange"]["min"]["minorUnits"].as_i64())
        .collect();
    assert_eq!(prices.len(), rows.len());
    assert!(prices.is_sorted_by(|a, b| a >= b), "{prices:?}");
}

#[tokio::test]
async fn filters_keep_what_they_say() {
    let shop = Shop::demo().await;
    let all = list(&shop, json!({ "first": 100 })).await;
    let brand = all[0]["brand"].as_str().expect("a brand");
    let of_brand = list(&shop, json!({ "first": 100, "where": { "brand": brand } })).await;
    let expected = all.iter().filter(|row| row["brand"] == brand).count();
    assert_eq!(of_brand.len(), expected);
    let others = list(&shop, json!({ "first": 100, "where": { "NOT": { "brand": brand } } })).await;
    assert_eq!(others.len() + expected, all.len());

    let cheap = list(&shop, json!({ "first": 100, "where": { "price": { "lte": "20.00" } } })).await;
    assert!(
        !cheap.is_empty()
            && cheap
                .iter()
                .all(|r| r["priceRange"]["min"]["minorUnits"].as_i64() <= Some(2000))
    );

    let sold_out = list(&shop, json!({ "first": 100, "where": { "availableForSale": false } })).await;
    assert!(!sold_out.is_empty() && sold_out.iter().all(|row| row["availableForSale"] == json!(false)));
    let on_sale = list(&shop, json!({ "first": 100, "where": { "availableForSale": true } })).await;
    assert_eq!(sold_out.len() + on_sale.len(), all.len());

    let tag = all.iter().find_map(|row| row["tags"][0].as_str()).expect("a tag");
    let tagged = list(&shop, json!({ "first": 100, "where": { "tag": tag } })).await;
    let has = |row: &&Value| row["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag)));
    assert_eq!(tagged.len(), all.iter().filter(has).count());

    let attribute = &all
        .iter()
        .find(|row| row["attributes"][0].is_object())
        .expect("an attribute")["attributes"][0];
    let value = attribute["values"][0].as_str().expect("a value").to_uppercase();
    let filter = json!({ "attribute": { "key": attribute["key"], "values": [value] } });
    let matching = list(&shop, json!({ "first": 100, "where": filter })).await;
    assert!(
        !matching.is_empty() && matching.len() < all.len(),
        "{filter}: {}",
        matching.len()
    );
}

#[tokio::test]
async fn bad_pages_are_refused_and_say_why() {
    let shop = Shop::demo().await;
    for (variables, word) in [
        (json!({ "first": 101 }), "100"),
        (json!({ "first": -1 }), "between"),
        (json!({ "after": "nonsense" }), "cursor"),
        (json!({ "where": { "price": { "gte": "1,50" } } }), "decimal"),
        (
            json!({ "where": { "categoryId": "product_01jd3v9k3hf2x8k3w2v5m0q7zt" } }),
            "category_",
        ),
    ] {
        let (code, message) = shop.refused(LIST, variables.clone()).await;
        assert_eq!(code, "BAD_USER_INPUT", "{variables}: {message}");
        assert!(message.contains(word), "{variables}: {message}");
    }
    let page = shop
        .data(LIST, json!({ "first": 1, "sort": { "field": "NAME" } }))
        .await;
    let cursor = &page["products"]["pageInfo"]["endCursor"];
    let (code, message) = shop
        .refused(LIST, json!({ "after": cursor, "sort": { "field": "PRICE" } }))
        .await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("another list"), "{message}");
}

#[tokio::test]
async fn shoppers_do_not_see_drafts_and_staff_does() {
    let shop = Shop::demo().await;
    let count = |answer: Value| answer["products"]["totalCount"].as_i64().expect("a count");
    let seen = count(shop.data(LIST, json!({})).await);
    let all = count(shop.staff().data(LIST, json!({})).await);
    assert!(seen < all, "{seen} of {all}: the demo shop has a draft");
}

#[tokio::test]
async fn statements_do_not_grow_with_the_page() {
    let shop = Shop::demo().await;
    shop.many_products(120).await;
    let card = "query($first: Int!) { products(first: $first) { nodes {
        id slug name brand availableForSale priceRange { min { amount } } media(first: 1) { url }
        variants(first: 2) { id sku price { amount } quantityAvailable } } pageInfo { hasNextPage } } }";
    let statements = async |first: i32| {
        shop.fewest(async || shop.data(card, json!({ "first": first })).await)
            .await
    };
    let ((ten, _), (hundred, page)) = (statements(10).await, statements(100).await);
    assert_eq!(page["products"]["nodes"].as_array().map(Vec::len), Some(100));
    assert_eq!(ten, hundred);
    assert!(ten <= 6, "{ten} statements");
}

#[tokio::test]
async fn not_keeps_what_has_nothing() {
    let shop = Shop::demo().await;
    let create = "mutation($input: ProductCreateInput!) { productCreate(input: $input) { errors { message } } }";
    let variants = json!([{ "sku": "BARE", "price": { "amount": "5.00", "currencyCode": "USD" } }]);
    let input = json!({ "name": "Bare thing", "status": "ACTIVE", "variants": variants });
    let made = shop.staff().data(create, json!({ "input": input })).await;
    assert_eq!(made["productCreate"]["errors"], json!([]));
    let all = list(&shop, json!({ "first": 100 })).await;
    let brand = all.iter().find_map(|row| row["brand"].as_str()).expect("a brand");
    let category = shop.data("{ categories(first: 1) { nodes { id } } }", json!({})).await;
    for filter in [
        json!({ "brand": brand }),
        json!({ "categoryId": category["categories"]["nodes"][0]["id"] }),
    ] {
        let with = list(&shop, json!({ "first": 100, "where": filter })).await;
        let without = list(&shop, json!({ "first": 100, "where": { "NOT": filter } })).await;
        assert!(!with.is_empty());
        assert_eq!(with.len() + without.len(), all.len(), "{filter}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_channel_and_collection() {
    let shop = Shop::demo().await;
    let of_channel = shop.data(LIST, json!({ "first": 1 })).await["products"]["pageInfo"]["endCursor"].take();
    let (code, _) = shop.channel("eu").refused(LIST, json!({ "after": of_channel })).await;
    assert_eq!(code, "BAD_USER_INPUT");
    let of_gifts = "query($after: String) { collection(by: { slug: \"gifts\" }) {
        products(first: 1, after: $after) { pageInfo { endCursor } } } }";
    let (code, _) = shop.refused(of_gifts, json!({ "after": of_channel })).await;
    assert_eq!(code, "BAD_USER_INPUT");
    let page = shop.data(of_gifts, json!({})).await["collection"]["products"].take();
    let (code, _) = shop
        .refused(LIST, json!({ "after": page["pageInfo"]["endCursor"] }))
        .await;
    assert_eq!(code, "BAD_USER_INPUT");
}
