//! Whom an experiment may know, and for how long.

use chrono::TimeDelta;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use super::{arm, started, two_arms};
use crate::support::Shop;

async fn exposures(shop: &Shop) -> Vec<entity::experiment::exposure::Model> {
    merx::experiment::flush(&shop.app).await;
    let rows = entity::experiment::exposure::Entity::find().all(&shop.app.db).await;
    rows.expect("read")
}

#[tokio::test]
async fn who_has_not_agreed_is_given_no_arm_and_leaves_nothing() {
    let shop = Shop::demo().await;
    started(&shop, two_arms("colours")).await;
    let mut input = two_arms("loyal");
    input["unit"] = json!("CUSTOMER");
    started(&shop, input).await;
    let ada = shop.customer("ada@example.com").await;
    for consent in ["", ", consent: false"] {
        let document = format!(
            "{{ a: experimentAssignment(key: \"colours\", sessionId: \"s\"{consent}) {{ arm }}
                b: experimentAssignment(key: \"loyal\"{consent}) {{ arm }} }}"
        );
        let data = ada.data(&document, json!({})).await;
        assert_eq!(data, json!({ "a": null, "b": null }), "{consent}");
    }
    assert!(exposures(&shop).await.is_empty());
    // A name that no visit has is wrong all the same.
    let document = "{ experimentAssignment(key: \"colours\", sessionId: \"\") { arm } }";
    assert_eq!(shop.refused(document, json!({})).await.0, "BAD_USER_INPUT");
    assert!(arm(&shop, "colours", "s").await["arm"].is_string());
    assert_eq!(exposures(&shop).await.len(), 1);
}

#[tokio::test]
async fn what_was_shown_goes_after_thirteen_months() {
    let shop = Shop::demo().await;
    let id = started(&shop, two_arms("colours")).await;
    let now = shop.app.clock.now();
    let row = |days: i64| entity::experiment::exposure::Model {
        experiment_id: id.as_str().expect("an id").parse().expect("an id"),
        unit_id: shop.app.ids.uuid(),
        arm: "control".to_owned(),
        at: now - TimeDelta::days(days),
    };
    let rows = [500, 450, 397, 395, 1].map(row);
    let left = [rows[3].unit_id, rows[4].unit_id];
    entity::experiment::exposure::Entity::insert_many(rows.map(IntoActiveModel::into_active_model))
        .exec(&shop.app.db)
        .await
        .expect("written");
    merx::experiment::sweep(&shop.app).await.expect("swept");
    let mut found: Vec<_> = exposures(&shop).await.into_iter().map(|row| row.unit_id).collect();
    found.sort_unstable();
    let mut left = left.to_vec();
    left.sort_unstable();
    assert_eq!(found, left);
}

#[tokio::test]
async fn only_who_reads_experiments_of_all_channels_looks_at_an_arm() {
    let shop = Shop::demo().await;
    started(&shop, two_arms("colours")).await;
    let document = "{ experimentAssignment(key: \"colours\", preview: { arm: \"treatment\" }) { arm preview } }";
    let of_one = shop.program(&["experiment.read"], Some("eu")).await.channel("eu");
    assert_eq!(of_one.refused(document, json!({})).await.0, "FORBIDDEN");
    let of_all = shop.program(&["experiment.read"], None).await;
    let data = of_all.data(document, json!({})).await;
    let expected: Value = json!({ "arm": "treatment", "preview": true });
    assert_eq!(data["experimentAssignment"], expected);
}
