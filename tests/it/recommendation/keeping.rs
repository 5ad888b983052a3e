//! What stays: versions that staff wants, that are better, or that one may go back to; and what is in memory.

use std::time::Duration;

use entity::RecommendationModelId;
use entity::recommendation::recommendation_model::{Column, Entity, ModelStatus};
use entity::recommendation::{recommendation_item, recommendation_neighbours};
use merx::recommendation::drift;
use merx::recommendation::model::{attempt, train as make};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::shopping::{buy, ids, list, models, slugs, tea_and_coffee, train};
use crate::support::Shop;

const DAY: Duration = Duration::from_secs(86_400);

/// The statuses of all versions, the latest first.
async fn statuses(shop: &Shop) -> Vec<String> {
    let models = models(shop).await;
    let status = |model: &Value| model["status"].as_str().expect("a status").to_owned();
    models.iter().map(status).collect()
}

async fn activate(shop: &Shop, model: &Value, hold: Option<bool>) -> Value {
    let input = match hold {
        Some(hold) => json!({ "id": model["id"], "hold": hold }),
        None => json!({ "id": model["id"] }),
    };
    let changed = shop
        .staff()
        .changed("recommendationModelActivate", input, "model { version status held }")
        .await;
    changed["model"].clone()
}

#[tokio::test]
async fn what_staff_went_back_to_stays_until_staff_says_otherwise() {
    let shop = tea_and_coffee().await;
    let first = train(&shop).await;
    train(&shop).await;
    let back = activate(&shop, &first, None).await;
    assert_eq!(back, json!({ "version": 1, "status": "ACTIVE", "held": true }));
    // It is as old as its time at work, not as its making.
    shop.app.clock.advance(6 * DAY);
    let carts = [("late@example.com".to_owned(), 1, vec!["tea-pot", "tea-cup"])];
    buy(&shop, "B", &carts).await;
    assert_eq!(drift::drift(&shop.app).await.expect("looked").age_days, Some(6.0));
    assert_eq!(drift::check(&shop.app).await.expect("looked"), []);
    shop.app.clock.advance(2 * DAY);
    assert_eq!(drift::check(&shop.app).await.expect("looked"), [drift::Reason::Age]);
    assert_eq!(statuses(&shop).await, ["RETIRED", "ACTIVE"], "old, and held");
    let data = shop
        .staff()
        .data("{ recommendationDrift { held reasons } }", json!({}))
        .await;
    assert_eq!(data["recommendationDrift"], json!({ "held": true, "reasons": ["age"] }));
    let free = activate(&shop, &first, Some(false)).await;
    assert_eq!(free, json!({ "version": 1, "status": "ACTIVE", "held": false }));
    drift::check(&shop.app).await.expect("looked");
    shop.work().await;
    assert_eq!(statuses(&shop).await, ["ACTIVE", "RETIRED", "RETIRED"]);
}

#[tokio::test]
async fn a_training_that_nobody_asked_for_does_not_replace_what_was_held_meanwhile() {
    let shop = tea_and_coffee().await;
    let first = train(&shop).await;
    train(&shop).await;
    shop.many_products(80).await;
    // It begins, and staff goes back while it is made.
    assert_eq!(
        drift::check(&shop.app).await.expect("looked"),
        [drift::Reason::NewProducts]
    );
    activate(&shop, &first, None).await;
    shop.work().await;
    assert_eq!(statuses(&shop).await, ["RETIRED", "RETIRED", "ACTIVE"]);
    let withheld = "{ recommendationModels(first: 1) { nodes { withheld activatedAt } } }";
    let data = shop.staff().data(withheld, json!({})).await;
    let model = json!({ "withheld": "version 1 is held", "activatedAt": null });
    assert_eq!(data["recommendationModels"]["nodes"], json!([model]));
    // Staff asks for one.
    train(&shop).await;
    assert_eq!(statuses(&shop).await[0], "ACTIVE");
}

#[tokio::test]
async fn a_worse_model_is_not_recommended_by() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    // The first one was better than any can be.
    let better = json!({ "customers": 1000, "personal_ndcg10": 5.0 });
    Entity::update_many()
        .col_expr(Column::Metrics, Expr::value(better))
        .exec(&shop.app.db)
        .await
        .expect("changed");
    let second = train(&shop).await;
    assert_eq!(statuses(&shop).await, ["RETIRED", "ACTIVE"]);
    let data = shop
        .staff()
        .data("{ recommendationModels(first: 1) { nodes { withheld } } }", json!({}))
        .await;
    let withheld = data["recommendationModels"]["nodes"][0]["withheld"].as_str();
    assert!(
        withheld.is_some_and(|why| why.starts_with("personal_ndcg10 is ") && why.ends_with("version 1 stays")),
        "{withheld:?}"
    );
    // Another try would do no better at once.
    shop.many_products(80).await;
    let reasons = drift::check(&shop.app).await.expect("looked");
    assert_eq!(reasons, [drift::Reason::NewProducts]);
    assert_eq!(statuses(&shop).await.len(), 2);
    shop.app.clock.advance(DAY + Duration::from_secs(60));
    drift::check(&shop.app).await.expect("looked");
    assert_eq!(statuses(&shop).await, ["TRAINING", "RETIRED", "ACTIVE"]);
    shop.work().await;
    // Staff may want it all the same.
    assert_eq!(activate(&shop, &second, None).await["status"], "ACTIVE");
}

#[tokio::test]
async fn failures_take_no_place_of_what_one_can_go_back_to() {
    let shop = tea_and_coffee().await;
    for _ in 0..3 {
        train(&shop).await;
    }
    let rows = Entity::find().all(&shop.app.db).await.expect("read");
    for n in 0..7 {
        let mut row = rows[0].clone();
        row.id = RecommendationModelId(Uuid::from_u128(n + 1));
        row.version = 100 + i32::try_from(n).expect("small");
        row.status = ModelStatus::Failed;
        let row = row.into_active_model().reset_all();
        row.insert(&shop.app.db).await.expect("kept");
    }
    train(&shop).await;
    let count = async |status: ModelStatus| {
        let rows = Entity::find().filter(Column::Status.eq(status));
        rows.count(&shop.app.db).await.expect("counted")
    };
    assert_eq!(count(ModelStatus::Retired).await, 3, "all that was recommended by");
    assert_eq!(count(ModelStatus::Failed).await, 5);
}

#[tokio::test]
async fn only_the_last_attempt_to_make_a_model_writes() {
    let shop = tea_and_coffee().await;
    let made = shop
        .staff()
        .changed("recommendationTrainingStart", json!({}), "model { id }")
        .await;
    let id: RecommendationModelId = made["model"]["id"].as_str().expect("an id").parse().expect("an id");
    let first = attempt(&shop.app, id).await.expect("begun").expect("it waits");
    let second = attempt(&shop.app, id).await.expect("begun").expect("it waits");
    assert_ne!(first, second);
    make(&shop.app, first).await.expect("nothing is broken");
    assert_eq!(
        statuses(&shop).await,
        ["TRAINING"],
        "it is the other one's to make, or to fail"
    );
    let items = recommendation_item::Entity::find().count(&shop.app.db).await;
    assert_eq!(items.expect("counted"), 0);
    make(&shop.app, second).await.expect("made");
    assert_eq!(statuses(&shop).await, ["ACTIVE"]);
    assert_eq!(attempt(&shop.app, id).await.expect("asked"), None, "it is done");
    // Its job finds nothing to do.
    shop.work().await;
    assert_eq!(statuses(&shop).await, ["ACTIVE"]);
}

#[tokio::test]
async fn a_change_of_rules_leaves_the_model_in_memory() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    let ids = ids(&shop).await;
    let beside = async || list(&shop, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 3).await;
    assert_eq!(beside().await[0]["strategy"], "bought_together");
    // Whoever had to read it again would find nothing.
    recommendation_neighbours::Entity::delete_many()
        .exec(&shop.app.db)
        .await
        .expect("deleted");
    let exclude = json!({ "action": "EXCLUDE", "productId": ids["tea-cup"] });
    shop.staff()
        .changed("recommendationRuleCreate", exclude, "rule { id }")
        .await;
    let edges = beside().await;
    assert!(!slugs(&edges).contains(&"tea-cup"), "it counts at once");
    assert_eq!(edges[0]["strategy"], "bought_together", "{edges:#?}");
}

#[tokio::test]
async fn what_a_model_guesses_is_counted_as_when_it_was_made() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    // What fewer than ten orders held is not asked for: the beans are the last that is.
    let one = |n| {
        (
            format!("new-{n}@example.com"),
            1,
            vec!["coffee-mill", "coffee-cup", "coffee-bean", "tea-gone"],
        )
    };
    let carts: Vec<_> = (0..30).map(one).collect();
    buy(&shop, "B", &carts).await;
    let found = drift::drift(&shop.app).await.expect("looked");
    assert_eq!((found.orders, found.hit_rate), (30, Some(1.0)));
}
