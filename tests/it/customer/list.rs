//! Customers as staff sees them.

use serde_json::{Value, json};

use crate::import::import_orders;
use crate::support::Shop;

const HEAD: &str = "Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Source\n";

/// `count` customers with one order each; the first has another one in euros.
async fn history(shop: &Shop, count: usize) {
    let mut text = HEAD.to_owned();
    for i in 0..count {
        let day = 1 + i % 28;
        text.push_str(&format!(
            "#{i},c{i:03}@example.com,paid,fulfilled,USD,12.00,0,0,12.00,2020-03-{day:02} 10:00:00 +0000,2,Bowl,6.00,,web\n"
        ));
    }
    text.push_str(
        "#more,c000@example.com,paid,fulfilled,USD,5.50,0,0,5.50,2021-03-01 10:00:00 +0000,1,Mug,5.50,,web\n",
    );
    import_orders(shop, text).await.expect("imported");
}

const LIST: &str = "query Customers($where: CustomerWhere, $sort: CustomerSort, $first: Int, $after: String) {
    customers(where: $where, sort: $sort, first: $first, after: $after) {
        nodes { id email ordersCount totalSpent { amount currencyCode } hasAccount blockedAt }
        totalCount pageInfo { hasNextPage endCursor } } }";

async fn emails(shop: &Shop, variables: Value) -> Vec<String> {
    let data = shop.data(LIST, variables).await;
    let nodes = data["customers"]["nodes"].as_array().expect("customers").iter();
    nodes
        .map(|node| node["email"].as_str().expect("an address").to_owned())
        .collect()
}

#[tokio::test]
async fn the_list_is_filtered_sorted_and_paged() {
    let shop = Shop::demo().await;
    history(&shop, 30).await;
    let staff = shop.staff();
    let by_email = json!({ "field": "EMAIL" });
    let first = staff.data(LIST, json!({ "sort": by_email, "first": 10 })).await["customers"].take();
    assert_eq!(first["totalCount"], 30);
    assert_eq!(first["nodes"][0]["email"], "c000@example.com");
    assert_eq!(first["nodes"][0]["ordersCount"], 2);
    assert_eq!(
        first["nodes"][0]["totalSpent"],
        json!({ "amount": "17.50", "currencyCode": "USD" })
    );
    let mut seen = emails(&staff, json!({ "sort": by_email, "first": 10 })).await;
    let mut after = first["pageInfo"]["endCursor"].clone();
    for _ in 0..2 {
        let page = staff
            .data(LIST, json!({ "sort": by_email, "first": 10, "after": after }))
            .await["customers"]
            .take();
        seen.extend(
            page["nodes"]
                .as_array()
                .expect("nodes")
                .iter()
                .map(|n| n["email"].as_str().expect("text").to_owned()),
        );
        after = page["pageInfo"]["endCursor"].clone();
    }
    let wanted: Vec<_> = (0..30).map(|i| format!("c{i:03}@example.com")).collect();
    assert_eq!(seen, wanted);
    // Newest first, and all pages together are all of them.
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = staff.data(LIST, json!({ "first": 7, "after": after })).await["customers"].take();
        all.extend(
            page["nodes"]
                .as_array()
                .expect("nodes")
                .iter()
                .map(|n| n["email"].clone()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(all.len(), 30);
    let foreign = json!({ "sort": by_email, "after": after });
    assert_eq!(staff.refused(LIST, foreign).await.0, "BAD_USER_INPUT");

    let one = json!({ "where": { "email": "C007@example.com" } });
    assert_eq!(emails(&staff, one).await, ["c007@example.com"]);
    let prefix =
        json!({ "where": { "emailStartsWith": "c00", "NOT": { "email": "c001@example.com" } }, "sort": by_email });
    assert_eq!(emails(&staff, prefix).await.len(), 9);
    let wild = json!({ "where": { "emailStartsWith": "%" } });
    assert!(emails(&staff, wild).await.is_empty());
    let days = json!({ "where": { "createdAt": { "gte": "2020-03-02T00:00:00Z", "lte": "2020-03-03T00:00:00Z" } } });
    assert_eq!(emails(&staff, days).await.len(), 2);
    let or = json!({ "where": { "OR": [{ "email": "c003@example.com" }, { "email": "c004@example.com" }] } });
    assert_eq!(emails(&staff, or).await.len(), 2);
    let deep = (0..7).fold(json!({ "email": "x" }), |inner, _| json!({ "NOT": inner }));
    assert_eq!(staff.refused(LIST, json!({ "where": deep })).await.0, "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_page_takes_few_statements_whatever_its_length() {
    let shop = Shop::demo().await;
    history(&shop, 60).await;
    let staff = shop.staff();
    let statements = async |first: i32| {
        shop.fewest(async || emails(&staff, json!({ "first": first })).await)
            .await
            .0
    };
    let (five, fifty) = (statements(5).await, statements(50).await);
    assert_eq!(five, fifty);
    assert!(five <= 5, "{five} statements");
}

#[tokio::test]
async fn staff_of_a_channel_sees_who_bought_there() {
    let shop = Shop::demo().await;
    shop.bought().await;
    shop.customer("here@example.com")
        .await
        .bought_by("here@example.com")
        .await;
    let there = shop.customer("there@example.com").await;
    let eu = there.channel("eu");
    let (variant, _) = eu.variant(2).await;
    let lines = json!([{ "variantId": variant, "quantity": 1 }]);
    let cart = eu.cart_ok("cartCreate", json!({ "lines": lines })).await;
    let cart = eu.made_ready(&cart, "DE").await;
    let payment = eu.pay(&cart, "tok_success").await["payment"]["id"].take();
    eu.complete(&cart, &payment, Value::Null).await;

    let program = shop.program(&["customers.read"], Some("eu")).await.channel("eu");
    assert_eq!(emails(&program, json!({})).await, ["there@example.com"]);
    let data = program.data(LIST, json!({})).await;
    let node = &data["customers"]["nodes"][0];
    assert_eq!(
        (&node["ordersCount"], &node["totalSpent"]["currencyCode"]),
        (&json!(1), &json!("EUR"))
    );
    let ids = shop
        .staff()
        .data(
            "{ customers(where: { email: \"here@example.com\" }) { nodes { id } } }",
            json!({}),
        )
        .await;
    let hidden = json!({ "id": ids["customers"]["nodes"][0]["id"] });
    let one = "query($id: ID!) { customer(id: $id) { email } node(id: $id) { id } }";
    assert_eq!(
        program.data(one, hidden).await,
        json!({ "customer": null, "node": null })
    );
    assert_eq!(emails(&shop.staff(), json!({})).await.len(), 2);
    // For others the fields do not exist.
    let said = shop.send(LIST, json!({})).await["errors"][0]["message"].take();
    assert!(
        said.as_str().is_some_and(|said| !said.contains("customers.read")),
        "{said}"
    );
    let nobody = shop.program(&["catalog.read"], None).await;
    assert!(nobody.send(LIST, json!({})).await["data"].get("customers").is_none());
}

#[tokio::test]
async fn staff_keeps_a_customer_out() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    let id = me.data("{ me { id } }", json!({})).await["me"]["id"].take();
    let staff = shop.program(&["customers.read", "customers.write"], None).await;
    let shown = "customer { email blockedAt }";
    let blocked = staff.changed("customerBlock", json!({ "id": id }), shown).await;
    assert!(blocked["customer"]["blockedAt"].is_string(), "{blocked}");
    assert_eq!(me.refused("{ me { id } }", json!({})).await.0, "UNAUTHENTICATED");
    let credentials = json!({ "email": "me@example.com", "password": crate::support::PASSWORD });
    assert_eq!(
        shop.change_refused("sessionCreate", credentials.clone()).await.0,
        "INVALID_CREDENTIALS"
    );
    assert_eq!(
        emails(&staff, json!({ "where": { "blocked": true } })).await,
        ["me@example.com"]
    );
    let open = staff.changed("customerUnblock", json!({ "id": id }), shown).await;
    assert_eq!(open["customer"]["blockedAt"], Value::Null);
    shop.changed("sessionCreate", credentials, "accessToken").await;
    let nobody = json!({ "id": "customer_01jd3v9k3hf2x8k3w2v5m0q7zt" });
    assert_eq!(staff.change_refused("customerBlock", nobody).await.0, "NOT_FOUND");
}
