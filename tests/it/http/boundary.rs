//! Nothing internal leaves the server.

use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::Shop;

#[tokio::test]
async fn a_broken_database_says_nothing_about_itself() {
    let shop = Shop::demo().await;
    shop.app
        .db
        .execute_unprepared("ALTER TABLE media RENAME TO gone")
        .await
        .expect("renamed");
    let answer = shop
        .send("{ products(first: 1) { nodes { media { url } } } }", json!({}))
        .await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    let text = answer.to_string();
    for leak in [
        "media\" ",
        "no such table",
        "does not exist",
        "relation",
        "SELECT",
        "sqlite",
        "/tmp",
        "src/",
    ] {
        assert!(!text.contains(leak), "{leak} leaks: {text}");
    }
    let id = error["extensions"]["requestId"].as_str().expect("an id");
    assert!(error["message"].as_str().expect("a message").contains(id));
}

#[tokio::test]
async fn every_failure_has_a_code_and_a_request_id() {
    let shop = Shop::demo().await;
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ node(id: \"nothing\") { id } }", "BAD_USER_INPUT"),
        (
            "{ product(by: { id: \"cart_01jd3v9k3hf2x8k3w2v5m0q7zt\" }) { id } }",
            "BAD_USER_INPUT",
        ),
        ("{ cart { id } }", "BAD_USER_INPUT"),
        (
            "{ products { nodes { variants { stock { onHand } } } } }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ] {
        let (found, message) = shop.refused(document, json!({})).await;
        assert_eq!(found, code, "{document}: {message}");
    }
    let deep =
        "{ category(by: { slug: \"x\" }) { ".to_owned() + &"parent { ".repeat(20) + "id" + &" }".repeat(20) + " } }";
    let (code, message) = shop.refused(&deep, json!({})).await;
    assert_eq!(code, "COST_LIMIT", "{message}");
}

#[tokio::test]
async fn staff_fields_are_invisible_to_others() {
    let shop = Shop::demo().await;
    let fields =
        "{ __schema { mutationType { fields { name } } } __type(name: \"ProductVariant\") { fields { name } } }";
    let seen = shop.data(fields, json!({})).await.to_string();
    let all = shop.staff().data(fields, json!({})).await.to_string();
    for name in ["\"stock\"", "\"productCreate\"", "\"stockAdjust\""] {
        assert!(!seen.contains(name), "{name} shows");
        assert!(all.contains(name), "{name} is hidden from staff");
    }
}

#[tokio::test]
async fn a_text_that_the_database_cannot_keep_is_refused() {
    let shop = Shop::demo().await;
    let by_slug = "query($s: String!) { product(by: { slug: $s }) { id } }";
    let (code, message) = shop.refused(by_slug, json!({ "s": "a\u{0}b" })).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.contains("U+0000"), "{message}");
    let (code, _) = shop
        .refused("{ product(by: { slug: \"a\\u0000b\" }) { id } }", json!({}))
        .await;
    assert_eq!(code, "BAD_USER_INPUT");
}

#[tokio::test]
async fn a_field_that_fails_leaves_the_rest_of_the_answer() {
    let shop = Shop::demo().await;
    let document =
        "{ channel { slug } cart { id } node(id: \"nothing\") { id } product(by: { slug: \"none\" }) { id }}";
    let answer = shop.send(document, json!({})).await;
    assert_eq!(answer["data"]["channel"]["slug"], "us", "{answer:#}");
    assert_eq!(answer["data"]["cart"], json!(null));
    assert_eq!(answer["data"]["node"], json!(null));
    let errors = answer["errors"].as_array().expect("errors");
    for field in ["cart", "node"] {
        let told = errors.iter().filter(|e| e["path"][0] == field).count();
        assert_eq!(told, 1, "{field}: {answer:#}");
    }
    // Where null is not allowed, the object around it goes, up to the root.
    let answer = shop
        .send("{ channel { slug } products(first: -1) { totalCount } }", json!({}))
        .await;
    assert_eq!(answer["data"], json!(null), "{answer:#}");
    assert_eq!(answer["errors"].as_array().expect("errors").len(), 1);
}
