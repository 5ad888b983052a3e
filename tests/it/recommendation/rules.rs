//! What staff wants, whatever models say.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::shopping::{ids, list, slugs, tea_and_coffee, train};
use crate::support::noon;

const SHOWN: &str = "rule { id action intent position percent note product { slug } targetCategory { name } }";

#[tokio::test]
async fn a_pin_an_exclusion_and_a_boost_count_at_once() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let staff = shop.staff();
    let pot = json!({ "productId": ids["tea-pot"] });
    let seen = async || -> Vec<String> {
        let edges = list(&shop, pot.clone(), "COMPLEMENTARY", 3).await;
        slugs(&edges).into_iter().map(str::to_owned).collect()
    };
    assert_eq!(seen().await[0], "tea-cup");
    let pin = json!({ "action": "PIN", "intent": "COMPLEMENTARY", "productId": ids["coffee-bean"], "position": 1 });
    let made = staff.changed("recommendationRuleCreate", pin, SHOWN).await;
    assert_eq!(made["rule"]["product"]["slug"], "coffee-bean");
    let edges = list(&shop, pot.clone(), "COMPLEMENTARY", 3).await;
    assert_eq!(slugs(&edges)[..2], ["coffee-bean", "tea-cup"]);
    assert_eq!(
        (&edges[0]["strategy"], &edges[0]["reason"]),
        (&json!("pinned"), &json!("Chosen by the shop"))
    );
    // Only where it was asked for.
    let related = list(&shop, pot.clone(), "RELATED", 3).await;
    assert!(related.iter().all(|edge| edge["strategy"] != "pinned"));
    let exclude = json!({ "action": "EXCLUDE", "productId": ids["tea-cup"] });
    let excluded = staff.changed("recommendationRuleCreate", exclude, SHOWN).await;
    assert!(!seen().await.contains(&"tea-cup".to_owned()));
    let input = json!({ "id": excluded["rule"]["id"] });
    staff.changed("recommendationRuleDelete", input, "rule { id }").await;
    assert_eq!(seen().await[..2], ["coffee-bean", "tea-cup"]);
    // The tin comes behind the cup until it is worth more.
    let id = made["rule"]["id"].clone();
    let boost = json!({ "action": "BOOST", "productId": ids["tea-tin"], "percent": 1000, "note": "too many tins" });
    let input = json!({ "id": id, "rule": boost });
    staff.changed("recommendationRuleUpdate", input, SHOWN).await;
    assert_eq!(seen().await[..2], ["tea-tin", "tea-cup"]);
    let data = staff
        .data(
            "{ recommendationRules { totalCount nodes { action percent note } } }",
            json!({}),
        )
        .await;
    let rule = json!({ "action": "BOOST", "percent": 1000, "note": "too many tins" });
    assert_eq!(data["recommendationRules"], json!({ "totalCount": 1, "nodes": [rule] }));
}

#[tokio::test]
async fn an_exclusion_is_stronger_than_a_pin() {
    let shop = tea_and_coffee().await;
    let ids = ids(&shop).await;
    let staff = shop.staff();
    let beans = ids["coffee-bean"].clone();
    let first = async || {
        let edges = list(&shop, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 8).await;
        let slugs: Vec<String> = slugs(&edges).into_iter().map(str::to_owned).collect();
        slugs
    };
    let pin = json!({ "action": "PIN", "productId": beans, "position": 1 });
    staff.changed("recommendationRuleCreate", pin, SHOWN).await;
    assert_eq!(first().await[0], "coffee-bean");
    let exclude = json!({ "action": "EXCLUDE", "productId": beans });
    let excluded = staff.changed("recommendationRuleCreate", exclude, SHOWN).await;
    assert!(!first().await.contains(&"coffee-bean".to_owned()));
    let input = json!({ "id": excluded["rule"]["id"] });
    staff.changed("recommendationRuleDelete", input, "rule { id }").await;
    assert_eq!(first().await[0], "coffee-bean");
    // Its category, too.
    let document = "query($id: ID!) { product(by: { id: $id }) { category { id } } }";
    let category = shop.data(document, json!({ "id": beans })).await["product"]["category"]["id"].clone();
    let exclude = json!({ "action": "EXCLUDE", "targetCategoryId": category });
    staff.changed("recommendationRuleCreate", exclude, SHOWN).await;
    assert!(!first().await.contains(&"coffee-bean".to_owned()));
}

#[tokio::test]
async fn a_rule_counts_in_its_time_and_category() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let staff = shop.staff();
    let data = shop
        .data("{ categories(first: 100) { nodes { id name } } }", json!({}))
        .await;
    let category = |name: &str| {
        let nodes = data["categories"]["nodes"].as_array().expect("categories");
        nodes.iter().find(|node| node["name"] == name).expect("a category")["id"].clone()
    };
    let tomorrow = noon() + TimeDelta::days(1);
    let rule = json!({
        "action": "EXCLUDE", "targetCategoryId": category("Coffee"), "categoryId": category("Tea"),
        "startsAt": tomorrow, "endsAt": tomorrow + TimeDelta::days(1),
    });
    staff.changed("recommendationRuleCreate", rule, SHOWN).await;
    let coffee_beside = async |slug: &str| {
        let edges = list(&shop, json!({ "productId": ids[slug] }), "TRENDING", 8).await;
        slugs(&edges).iter().any(|slug| slug.starts_with("coffee-"))
    };
    assert!(coffee_beside("tea-pot").await, "not yet");
    shop.app.clock.advance(Duration::from_secs(86_400 + 60));
    assert!(!coffee_beside("tea-pot").await);
    assert!(coffee_beside("coffee-mill").await, "only beside tea");
    shop.app.clock.advance(Duration::from_secs(86_400));
    assert!(coffee_beside("tea-pot").await, "no longer");
}

#[tokio::test]
async fn a_rule_that_says_nothing_is_refused() {
    let shop = tea_and_coffee().await;
    let ids = ids(&shop).await;
    let staff = shop.staff();
    let refused = async |rule: Value| staff.change_refused("recommendationRuleCreate", rule).await;
    let product = ids["tea-pot"].clone();
    for (rule, field) in [
        (json!({ "action": "EXCLUDE" }), "productId"),
        (json!({ "action": "PIN", "productId": product }), "position"),
        (
            json!({ "action": "PIN", "productId": product, "position": 51 }),
            "position",
        ),
        (
            json!({ "action": "EXCLUDE", "productId": product, "position": 1 }),
            "position",
        ),
        (json!({ "action": "BOOST", "productId": product }), "percent"),
        (
            json!({ "action": "BOOST", "productId": product, "percent": -101 }),
            "percent",
        ),
        (
            json!({ "action": "EXCLUDE", "productId": product, "note": "x".repeat(501) }),
            "note",
        ),
        (
            json!({ "action": "EXCLUDE", "productId": product, "startsAt": noon(), "endsAt": noon() }),
            "endsAt",
        ),
    ] {
        let (code, path) = refused(rule.clone()).await;
        assert_eq!(
            (code.as_str(), &path[path.as_array().map_or(0, Vec::len) - 1]),
            ("INVALID_INPUT", &json!(field)),
            "{rule}"
        );
    }
    let unknown = json!({ "action": "EXCLUDE", "productId": "product_00000000000000000000000000" });
    assert_eq!(refused(unknown).await.0, "NOT_FOUND");
    let nothing = json!({ "id": "recommendationrule_00000000000000000000000000" });
    let (code, _) = staff.change_refused("recommendationRuleDelete", nothing).await;
    assert_eq!(code, "NOT_FOUND");
}

#[tokio::test]
async fn of_two_who_change_a_rule_the_second_is_told() {
    let shop = tea_and_coffee().await;
    let ids = ids(&shop).await;
    let staff = shop.staff();
    let shown = "rule { id version note }";
    let rule = |note: &str| json!({ "action": "EXCLUDE", "productId": ids["tea-pot"], "note": note });
    let made = staff.changed("recommendationRuleCreate", rule("a"), shown).await["rule"].take();
    assert_eq!(made["version"], 1);
    let change =
        |note: &str, version: Value| json!({ "id": made["id"], "expectedVersion": version, "rule": rule(note) });
    let changed = staff
        .changed("recommendationRuleUpdate", change("b", json!(1)), shown)
        .await;
    assert_eq!(
        (&changed["rule"]["version"], &changed["rule"]["note"]),
        (&json!(2), &json!("b"))
    );
    let stale = "rule { id } errors { code path ... on StaleVersionError { currentVersion } }";
    let document =
        |name: &str, kind: &str| format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ {stale} }} }}");
    let (update, delete) = (
        document("recommendationRuleUpdate", "RecommendationRuleUpdateInput"),
        document("recommendationRuleDelete", "RecommendationRuleDeleteInput"),
    );
    let error = json!([{ "code": "STALE_VERSION", "path": ["expectedVersion"], "currentVersion": 2 }]);
    let refused = staff.data(&update, json!({ "input": change("c", json!(1)) })).await;
    assert_eq!(refused["recommendationRuleUpdate"]["errors"], error);
    let input = json!({ "id": made["id"], "expectedVersion": 1 });
    let refused = staff.data(&delete, json!({ "input": input })).await;
    assert_eq!(refused["recommendationRuleDelete"]["errors"], error);
    // Who says no version takes what is there.
    let changed = staff
        .changed("recommendationRuleUpdate", change("d", Value::Null), shown)
        .await;
    assert_eq!(
        (&changed["rule"]["version"], &changed["rule"]["note"]),
        (&json!(3), &json!("d"))
    );
    let input = json!({ "id": made["id"], "expectedVersion": 3 });
    staff.changed("recommendationRuleDelete", input, "rule { id }").await;
}

#[tokio::test]
async fn what_holds_in_all_channels_is_seen_by_who_may_read_all() {
    let shop = tea_and_coffee().await;
    let of_one = shop.program(&["recommendation.read"], Some("eu")).await.channel("eu");
    let of_all = shop.program(&["recommendation.read"], None).await;
    for document in [
        "{ recommendationRules { totalCount } }",
        "{ recommendationModels { totalCount } }",
        "{ recommendationDrift { orders } }",
    ] {
        assert_eq!(of_one.refused(document, json!({})).await.0, "FORBIDDEN", "{document}");
        of_all.data(document, json!({})).await;
    }
}
