//! Who sees whom of staff.

use merx::config::DEMO_ADMIN;
use serde_json::{Value, json};

use super::people::{invited, role};
use crate::support::Shop;

const PEOPLE: &str = "{ staffUsers { totalCount nodes { id email active version } } }";

#[tokio::test]
async fn who_works_elsewhere_does_not_exist() {
    let shop = Shop::demo().await;
    let weak = role(&shop, "Weak", json!(["STAFF_READ"])).await;
    let (eu, us) = (shop.channel_id("eu").await, shop.channel_id("us").await);
    let here = invited(&shop, "here@example.com", json!([{ "roleId": weak, "channelId": eu }])).await;
    let there = invited(&shop, "there@example.com", json!([{ "roleId": weak, "channelId": us }])).await;
    let local = shop
        .program(&["staff.read", "staff.write"], Some("eu"))
        .await
        .channel("eu");
    let seen = local.data(PEOPLE, json!({})).await;
    let emails: Vec<_> = seen["staffUsers"]["nodes"]
        .as_array()
        .expect("people")
        .iter()
        .map(|p| &p["email"])
        .collect();
    assert_eq!(emails, ["here@example.com", DEMO_ADMIN.email], "newest first");
    assert_eq!(seen["staffUsers"]["totalCount"], 2);
    let document = "query($id: ID!) { staffUser(id: $id) { id } node(id: $id) { id } }";
    let both = |id: &Value| json!({ "staffUser": id, "node": id });
    let id = |value: &Value| {
        if value.is_null() {
            Value::Null
        } else {
            json!({ "id": value })
        }
    };
    assert_eq!(local.data(document, json!({ "id": here })).await, both(&id(&here)));
    assert_eq!(local.data(document, json!({ "id": there })).await, both(&Value::Null));
    let refused = local
        .change_refused("staffUpdate", json!({ "id": there, "firstName": "X" }))
        .await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), json!(["id"])));
    // Nor does anybody, for anybody else.
    let document = "query($id: ID!) { node(id: $id) { id } }";
    for stranger in [&shop, &shop.program(&["orders.read"], None).await] {
        assert_eq!(
            stranger.data(document, json!({ "id": here })).await["node"],
            Value::Null
        );
    }
}

#[tokio::test]
async fn lists_go_on_where_they_ended() {
    let shop = Shop::demo().await;
    for number in 0..5 {
        invited(&shop, &format!("p{number}@example.com"), json!([])).await;
    }
    let document = "query($after: String) { staffUsers(first: 2, after: $after) {
        nodes { email } pageInfo { hasNextPage endCursor } } }";
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = shop.staff().data(document, json!({ "after": after })).await["staffUsers"].clone();
        seen.extend(
            page["nodes"]
                .as_array()
                .expect("people")
                .iter()
                .map(|p| p["email"].clone()),
        );
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let expected = [
        "p4@example.com",
        "p3@example.com",
        "p2@example.com",
        "p1@example.com",
        "p0@example.com",
    ];
    assert_eq!(seen[..5], expected);
    assert_eq!(seen.len(), 6);
    let foreign = "query($after: String) { apiKeys(first: 2, after: $after) { totalCount } }";
    assert_eq!(
        shop.staff().refused(foreign, json!({ "after": after })).await.0,
        "BAD_USER_INPUT"
    );
}
