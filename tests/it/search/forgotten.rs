//! What somebody looked for goes with them.

use entity::search::{search_attribution, search_query_day};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use super::insight::{insights, logged, look, queries, shop, tell};
use crate::support::{PASSWORD, Shop, statements_of};

async fn attributed(shop: &Shop) -> Vec<String> {
    let rows = search_attribution::Entity::find().all(&shop.app.db).await;
    let rows = rows.expect("rows");
    rows.iter().map(|row| row.search_id.to_string()).collect()
}

async fn counted(shop: &Shop) -> Vec<(String, i64, i64)> {
    let rows = search_query_day::Entity::find()
        .order_by_asc(search_query_day::Column::Query)
        .all(&shop.app.db)
        .await;
    let rows = rows.expect("rows");
    rows.into_iter()
        .map(|row| (row.query, row.searches, row.clicks))
        .collect()
}

/// Ada looks for things before and after she signs in, in one visit, and Bob in another.
async fn visited() -> (Shop, Shop, String) {
    let (shop, product) = shop().await;
    let ada = shop.customer("ada@example.com").await;
    look(&shop, "hers", "aunt agatha's zither").await;
    let search = look(&ada, "hers", "zither").await;
    tell(&ada, "hers", "CLICK", &search, (&product, 1)).await;
    let other = look(&shop, "his", "zither").await;
    tell(&shop, "his", "CLICK", &other, (&product, 1)).await;
    look(&shop, "", "alpha").await;
    let seen = insights(&shop, json!({})).await;
    assert_eq!(queries(&seen), ["zither", "alpha", "aunt agatha's zither"]);
    assert_eq!(attributed(&shop).await.len(), 2);
    (shop, ada, other)
}

#[tokio::test]
async fn searches_go_with_the_person_and_with_what_came_of_them() {
    let (shop, ada, other) = visited().await;
    let export = ada.changed("customerDataExport", json!({}), "data next").await;
    let data: Value = serde_json::from_str(export["data"].as_str().expect("JSON")).expect("JSON");
    let exported: Vec<&Value> = data["searches"]
        .as_array()
        .expect("searches")
        .iter()
        .map(|search| &search["query"])
        .collect();
    assert_eq!(exported, ["zither", "aunt agatha's zither"]);
    ada.changed("customerErase", json!({ "password": PASSWORD }), "ok")
        .await;
    let left: Vec<String> = logged(&shop).await.into_iter().map(|row| row.query).collect();
    assert_eq!(left, ["zither", "alpha"]);
    assert_eq!(attributed(&shop).await, [other]);
    // Staff does not read any more what nobody else looked for.
    let seen = insights(&shop, json!({})).await;
    assert_eq!(queries(&seen), ["alpha", "zither"]);
    let expected = [("alpha".to_owned(), 1, 0), ("zither".to_owned(), 1, 1)];
    assert_eq!(counted(&shop).await, expected);
}

#[tokio::test]
async fn a_day_that_is_deleted_is_not_counted_from_what_is_left() {
    let (shop, ada, _) = visited().await;
    let id = ada.data("{ me { id } }", json!({})).await["me"]["id"].clone();
    shop.app.clock.advance(std::time::Duration::from_secs(91 * 86_400));
    let before = counted(&shop).await;
    let staff = shop.staff();
    staff.changed("customerEraseAsStaff", json!({ "id": id }), "ok").await;
    merx::search::sweep(&shop.app).await.expect("swept");
    merx::search::roll_up(&shop.app).await.expect("counted");
    assert_eq!(counted(&shop).await, before);
}

#[tokio::test]
async fn whoever_is_forgotten_is_looked_up_by_an_index() {
    let (shop, ada, _) = visited().await;
    let input = json!({ "password": PASSWORD });
    let (sent, _) = statements_of(ada.changed("customerErase", input, "ok")).await;
    let of_log: Vec<&String> = sent.iter().filter(|sql| sql.contains("\"search_log\"")).collect();
    // When they were made, what came of them, the searches themselves.
    assert_eq!(of_log.len(), 3, "{sent:#?}");
    for sql in of_log {
        let plan = shop.plan(sql).await;
        assert!(plan.contains("ix_search_log_visit_id"), "{sql}\n{plan}");
        assert!(
            !plan.contains("SCAN search_") && !plan.contains("Seq Scan"),
            "{sql}\n{plan}"
        );
    }
}
