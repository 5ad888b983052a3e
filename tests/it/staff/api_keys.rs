//! Keys of programs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{OWNER_KEY, Shop, noon};

const KEYS: &str = "{ apiKeys { totalCount nodes {
    id name prefix permissions channel { slug } createdBy { id } createdAt expiresAt lastUsedAt revokedAt } } }";
const WHO: &str = "{ __typename channel { slug } }";

#[tokio::test]
async fn a_key_is_shown_once_and_does_what_it_says() {
    let shop = Shop::demo().await;
    let input = json!({ "name": " ERP ", "permissions": ["INVENTORY_READ", "STAFF_READ"] });
    let shown = "secret apiKey { id name prefix permissions channel { slug } revokedAt }";
    let made = shop.staff().changed("apiKeyCreate", input, shown).await;
    let secret = made["secret"].as_str().expect("a secret");
    assert!(secret.starts_with("merx_sk_") && secret.len() == 40, "{secret}");
    let key = &made["apiKey"];
    assert_eq!(key["name"], "ERP");
    assert_eq!(key["permissions"], json!(["INVENTORY_READ", "STAFF_READ"]));
    let prefix = key["prefix"].as_str().expect("a prefix");
    assert!(secret.starts_with(prefix) && prefix.len() == 14, "{prefix}");

    let program = shop.bearing(secret);
    let stock = "{ products(first: 1) { nodes { variants { stock { onHand } } } } }";
    program.data(stock, json!({})).await;
    let keys = program.data(KEYS, json!({})).await;
    assert_eq!(keys["apiKeys"]["totalCount"], 2);
    assert!(
        !keys.to_string().contains(&secret[14..]),
        "a key is shown again: {keys}"
    );
    // What it was not given does not exist for it.
    let (code, _) = program.refused("{ auditEntries { totalCount } }", json!({})).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    // In the database there is the hash alone.
    let row = program.app.db.connection();
    let hashes: Vec<String> = sea_orm::ConnectionTrait::query_all_raw(
        row,
        sea_orm::Statement::from_string(
            sea_orm::ConnectionTrait::get_database_backend(row),
            "SELECT name || prefix || hash FROM api_key",
        ),
    )
    .await
    .expect("rows")
    .iter()
    .map(|row| row.try_get_by_index(0).expect("a text"))
    .collect();
    assert!(
        hashes.len() == 2 && !hashes.join(" ").contains(&secret[14..]),
        "{hashes:?}"
    );
}

#[tokio::test]
async fn what_nobody_has_is_refused() {
    let shop = Shop::demo().await;
    let guessed = format!("{}x", &OWNER_KEY[..OWNER_KEY.len() - 1]);
    for token in [guessed.as_str(), "merx_sk_", "demo-token", "x"] {
        let (code, _) = shop.bearing(token).refused(WHO, json!({})).await;
        assert_eq!(code, "UNAUTHENTICATED", "{token}");
    }
}

#[tokio::test]
async fn a_key_hands_on_no_more_than_it_has() {
    let shop = Shop::demo().await;
    let program = shop.program(&["api_keys.write", "orders.read"], None).await;
    let make =
        |permissions: Value, channel: Value| json!({ "name": "x", "permissions": permissions, "channelId": channel });
    let mine = make(json!(["ORDERS_READ"]), Value::Null);
    program.changed("apiKeyCreate", mine, "").await;
    let more = make(json!(["ORDERS_READ", "CATALOG_WRITE"]), Value::Null);
    let payload = program.change("apiKeyCreate", more, "secret").await;
    assert_eq!(payload["errors"][0]["code"], "PERMISSION_MISSING");
    let message = payload["errors"][0]["message"].as_str().expect("a message");
    assert!(
        message.contains("catalog.write") && !message.contains("orders.read"),
        "{message}"
    );
    assert_eq!(payload["secret"], Value::Null);

    // Who works in one channel makes keys for that channel alone.
    let eu = shop.channel_id("eu").await;
    let local = shop
        .program(&["api_keys.write", "orders.read"], Some("eu"))
        .await
        .channel("eu");
    local
        .changed("apiKeyCreate", make(json!(["ORDERS_READ"]), json!(eu)), "")
        .await;
    for elsewhere in [Value::Null, json!(shop.channel_id("us").await)] {
        let refused = local
            .change_refused("apiKeyCreate", make(json!(["ORDERS_READ"]), elsewhere))
            .await;
        assert_eq!(refused, ("PERMISSION_MISSING".to_owned(), json!(["permissions"])));
    }
}

#[tokio::test]
async fn a_key_of_one_channel_works_there_alone() {
    let shop = Shop::demo().await;
    let program = shop.program(&["inventory.read"], Some("eu")).await;
    let stock = "{ products(first: 1) { nodes { variants { stock { onHand } } } } }";
    program.channel("eu").data(stock, json!({})).await;
    let (code, _) = program.refused(stock, json!({})).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    program.data(WHO, json!({})).await;
}

#[tokio::test]
async fn malformed_keys_are_not_made() {
    let shop = Shop::frozen(noon()).await;
    let good = json!({ "name": "x", "permissions": ["ORDERS_READ"] });
    let cases = [
        ("name", json!("  "), "INVALID_INPUT"),
        ("name", json!("n".repeat(101)), "INVALID_INPUT"),
        ("permissions", json!([]), "INVALID_INPUT"),
        ("expiresAt", json!(noon().to_rfc3339()), "INVALID_INPUT"),
        ("channelId", json!("channel_01jd3v9k3hf2x8k3w2v5m0q7zt"), "NOT_FOUND"),
    ];
    for (field, value, code) in cases {
        let mut input = good.clone();
        input[field] = value;
        let refused = shop.staff().change_refused("apiKeyCreate", input).await;
        assert_eq!(refused, (code.to_owned(), json!([field])));
    }
}

#[tokio::test]
async fn a_key_ends_when_it_should() {
    let shop = Shop::frozen(noon()).await;
    let input = json!({
        "name": "x", "permissions": ["ORDERS_READ"], "expiresAt": (noon() + Duration::from_secs(60)).to_rfc3339() });
    let made = shop.staff().changed("apiKeyCreate", input, "secret").await;
    let brief = shop.bearing(made["secret"].as_str().expect("a secret"));
    brief.data(WHO, json!({})).await;
    shop.app.clock.advance(Duration::from_secs(60));
    assert_eq!(brief.refused(WHO, json!({})).await.0, "UNAUTHENTICATED");

    let (secret, id) = shop.api_key(&["orders.read"], None).await;
    let program = shop.bearing(&secret);
    program.data(WHO, json!({})).await;
    for _ in 0..2 {
        let input = json!({ "id": id });
        let revoked = shop
            .staff()
            .changed("apiKeyRevoke", input, "apiKey { revokedAt }")
            .await;
        assert!(revoked["apiKey"]["revokedAt"].is_string());
        assert_eq!(program.refused(WHO, json!({})).await.0, "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn nobody_revokes_what_allows_more_than_they_may() {
    let shop = Shop::demo().await;
    let program = shop.program(&["api_keys.write"], None).await;
    let (_, strong) = shop.api_key(&["orders.read"], None).await;
    let refused = program.change_refused("apiKeyRevoke", json!({ "id": strong })).await;
    assert_eq!(refused.0, "PERMISSION_MISSING");
    // What works elsewhere is not there.
    let local = shop.program(&["api_keys.write"], Some("eu")).await.channel("eu");
    let refused = local.change_refused("apiKeyRevoke", json!({ "id": strong })).await;
    assert_eq!(refused.0, "NOT_FOUND");
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute() {
    let shop = Shop::frozen(noon()).await;
    let (secret, id) = shop.api_key(&["orders.read"], None).await;
    let program = shop.bearing(&secret);
    let noted = async || {
        let data = shop.staff().data(KEYS, json!({})).await;
        let keys = data["apiKeys"]["nodes"].as_array().expect("keys").clone();
        let key = keys.into_iter().find(|key| key["id"] == id.as_str()).expect("the key");
        key["lastUsedAt"]
            .as_str()
            .map(|at| at.parse::<chrono::DateTime<chrono::Utc>>().expect("a time"))
    };
    assert_eq!(noted().await, None);
    let mut expected = None;
    for (pause, new) in [(0, true), (59, false), (1, true)] {
        shop.app.clock.advance(Duration::from_secs(pause));
        program.data(WHO, json!({})).await;
        if new {
            expected = Some(shop.app.clock.now());
            // It is noted beside the request.
            let seen = async {
                while noted().await != expected {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(20), seen)
                .await
                .expect("the use is noted");
        } else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert_eq!(noted().await, expected);
        }
    }
}
