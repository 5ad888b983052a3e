//! Models: made, made the active one, gone back to.

use std::time::Duration;

use entity::ProductId;
use entity::recommendation::recommendation_neighbours::NeighbourKind;
use entity::recommendation::{recommendation_item, recommendation_model};
use merx::recommendation::drift;
use merx::recommendation::model::{active, load};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::shopping::{buy, ids, list, models, slugs, tea_and_coffee, train};
use crate::support::Shop;

#[tokio::test]
async fn a_training_learns_from_the_orders_and_is_recommended_by() {
    let shop = tea_and_coffee().await;
    let model = train(&shop).await;
    assert_eq!(model["status"], "ACTIVE", "{model}");
    assert_eq!((&model["version"], &model["progress"]), (&json!(1), &json!(100)));
    assert_eq!((&model["orders"], &model["customers"]), (&json!(36), &json!(24)));
    assert!(model["windowFrom"].as_str() < model["windowTo"].as_str(), "{model}");
    assert_eq!(model["parameters"]["customers_lambda"], 150.0);
    assert!(model["metrics"]["personal_ndcg10"].as_f64().is_some(), "{model}");
    let ids = ids(&shop).await;
    let edges = list(&shop, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 3).await;
    assert_eq!(slugs(&edges)[0], "tea-cup", "{edges:#?}");
    assert_eq!(edges[0]["strategy"], "bought_together");
    assert_eq!(edges[0]["reason"], "Bought together in 10 of 12 orders");
    let german = shop.reading("de");
    let edges = list(&german, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 3).await;
    assert_eq!(edges[0]["reason"], "In 10 von 12 Bestellungen zusammen gekauft");
}

#[tokio::test]
async fn the_same_orders_make_the_same_model() {
    let shop = tea_and_coffee().await;
    train(&shop).await;
    train(&shop).await;
    use entity::recommendation::recommendation_neighbours::Entity;
    let rows = Entity::find().all(&shop.app.db).await.expect("read");
    let models = models(&shop).await;
    let id = |n: usize| models[n]["id"].as_str().expect("an id").to_owned();
    let mut of: Vec<Vec<_>> = [id(0), id(1)]
        .iter()
        .map(|id| {
            let own = rows.iter().filter(|row| row.model_id.to_string() == *id);
            own.map(|row| (row.kind, row.place, row.packed.clone())).collect()
        })
        .collect();
    of.iter_mut().for_each(|rows: &mut Vec<_>| rows.sort());
    assert!(of[0].len() > 10);
    assert_eq!(of[0], of[1]);
}

#[tokio::test]
async fn one_at_a_time_and_back_to_an_older_one() {
    let shop = tea_and_coffee().await;
    let staff = shop.staff();
    staff
        .changed(
            "recommendationTrainingStart",
            json!({ "note": "new season" }),
            "model { id }",
        )
        .await;
    let (code, _) = staff.change_refused("recommendationTrainingStart", json!({})).await;
    assert_eq!(code, "LIMIT_REACHED");
    let running = models(&shop).await[0]["id"].clone();
    let (code, _) = staff
        .change_refused("recommendationModelActivate", json!({ "id": running }))
        .await;
    assert_eq!(code, "INVALID_INPUT", "it is not finished");
    shop.work().await;
    // The tea drinkers change their minds.
    let carts: Vec<_> = (0..40)
        .map(|n| (format!("new-{n}@example.com"), 2, vec!["tea-pot", "coffee-bean"]))
        .collect();
    buy(&shop, "B", &carts).await;
    let ids = ids(&shop).await;
    let first = async || {
        let edges = list(&shop, json!({ "productId": ids["tea-pot"] }), "COMPLEMENTARY", 1).await;
        slugs(&edges)[0].to_owned()
    };
    assert_eq!(first().await, "tea-cup");
    let second = train(&shop).await;
    assert_eq!(first().await, "coffee-bean");
    let all = models(&shop).await;
    assert_eq!(
        (&all[0]["status"], &all[1]["status"]),
        (&json!("ACTIVE"), &json!("RETIRED"))
    );
    let back = staff
        .changed(
            "recommendationModelActivate",
            json!({ "id": all[1]["id"] }),
            "model { version status }",
        )
        .await;
    assert_eq!(back["model"], json!({ "version": 1, "status": "ACTIVE" }));
    assert_eq!(first().await, "tea-cup");
    let all = models(&shop).await;
    assert_eq!((&all[0]["id"], &all[0]["status"]), (&second["id"], &json!("RETIRED")));
}

#[tokio::test]
async fn another_server_hears_of_a_new_model() {
    let shop = tea_and_coffee().await;
    let other = shop.another_server().await;
    let ids = ids(&shop).await;
    let context = json!({ "productId": ids["tea-pot"] });
    let strategy = async || {
        let edges = list(&other, context.clone(), "COMPLEMENTARY", 1).await;
        edges[0]["strategy"].as_str().expect("a strategy").to_owned()
    };
    assert_eq!(strategy().await, "trending");
    train(&shop).await;
    shop.app.clock.advance(Duration::from_secs(6));
    let heard = async {
        while strategy().await != "bought_together" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), heard)
        .await
        .expect("it hears of it");
}

#[tokio::test]
async fn who_is_erased_is_not_in_the_next_model() {
    let shop = tea_and_coffee().await;
    let staff = shop.staff();
    let before = train(&shop).await;
    let mill: ProductId = ids(&shop).await["coffee-mill"].parse().expect("an id");
    // What the model of customers, and that of orders, says of the mill.
    let known = async || {
        let row = active(&shop.app.db).await.expect("read").expect("a model");
        let knowledge = load(&shop.app.db, &row).await.expect("read");
        [NeighbourKind::Customers, NeighbourKind::Baskets]
            .map(|kind| knowledge.neighbours(kind).get(&mill).map_or(0, Vec::len))
    };
    assert!(known().await.iter().all(|says| *says > 0), "{:?}", known().await);
    // Eight of the twelve who drink coffee: the other four are too few to say anything.
    let document = "{ customers(first: 50) { nodes { id email } } }";
    let data = staff.data(document, json!({})).await;
    let nodes = data["customers"]["nodes"].as_array().expect("customers");
    for person in 0..8 {
        let email = format!("coffee-{person}@example.com");
        let gone = nodes.iter().find(|node| node["email"] == email).expect("a customer");
        staff
            .changed("customerEraseAsStaff", json!({ "id": gone["id"] }), "errors { code }")
            .await;
    }
    shop.work().await;
    let after = train(&shop).await;
    let people = |model: &Value| model["customers"].as_i64().expect("a number");
    assert_eq!(people(&before) - people(&after), 8);
    let [customers, orders] = known().await;
    assert_eq!(customers, 0, "nothing is known of them");
    assert!(orders > 0, "what was bought together stays, without them");
}

#[tokio::test]
async fn a_model_that_fits_no_more_is_replaced() {
    let shop = tea_and_coffee().await;
    let reasons = async || -> Vec<String> {
        let data = shop
            .staff()
            .data(
                "{ recommendationDrift { version coverage newProducts reasons } }",
                json!({}),
            )
            .await;
        let reasons = data["recommendationDrift"]["reasons"]
            .as_array()
            .expect("reasons")
            .clone();
        reasons
            .iter()
            .map(|reason| reason.as_str().expect("a name").to_owned())
            .collect()
    };
    assert_eq!(reasons().await, ["none"]);
    // A round of the worker finds that there is no model, and makes one.
    drift::check_when_due(&shop.app).await.expect("a job");
    shop.work().await;
    let models_then = models(&shop).await;
    assert_eq!(
        (&models_then[0]["status"], &models_then[0]["reason"]),
        (&json!("ACTIVE"), &json!("schedule"))
    );
    assert_eq!(reasons().await, [""; 0]);
    drift::check_when_due(&shop.app).await.expect("no job");
    shop.work().await;
    assert_eq!(models(&shop).await.len(), 1, "an hour has not passed");
    // The season changes: a third of what is on sale is new.
    shop.many_products(80).await;
    assert_eq!(reasons().await, ["new_products"]);
    shop.app.clock.advance(Duration::from_secs(3600));
    drift::check_when_due(&shop.app).await.expect("a job");
    shop.work().await;
    let now = models(&shop).await;
    assert_eq!(
        (&now[0]["version"], &now[0]["status"], &now[0]["reason"]),
        (&json!(2), &json!("ACTIVE"), &json!("drift"))
    );
}

#[tokio::test]
async fn a_shop_without_orders_learns_what_is_alike() {
    let shop = Shop::demo().await;
    let model = train(&shop).await;
    assert_eq!(
        (&model["status"], &model["orders"]),
        (&json!("ACTIVE"), &json!(0)),
        "{model}"
    );
    let id = ids(&shop).await["hush-wireless-headphones"].clone();
    let edges = list(&shop, json!({ "productId": id }), "RELATED", 4).await;
    assert_eq!(edges[0]["strategy"], "similar", "{edges:#?}");
    assert!(
        edges[0]["reason"]
            .as_str()
            .expect("words")
            .contains("% like Hush Wireless Headphones")
    );
}

#[tokio::test]
async fn old_versions_go() {
    let shop = tea_and_coffee().await;
    for _ in 0..8 {
        train(&shop).await;
    }
    let rows = recommendation_model::Entity::find()
        .count(&shop.app.db)
        .await
        .expect("counted");
    assert_eq!(rows, 6, "the active one and five to go back to");
    let items = recommendation_item::Entity::find()
        .all(&shop.app.db)
        .await
        .expect("read");
    let models: std::collections::BTreeSet<_> = items.iter().map(|item| item.model_id).collect();
    assert_eq!(models.len(), 6);
}
