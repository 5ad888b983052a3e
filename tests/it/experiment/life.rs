//! What staff does with experiments, and what others cannot.

use serde_json::{Value, json};

use super::{SHOWN, arm, started, two_arms};
use crate::support::Shop;

fn with(mut input: Value, changes: Value) -> Value {
    for (field, value) in changes.as_object().expect("fields") {
        input[field] = value.clone();
    }
    input
}

#[tokio::test]
async fn an_experiment_is_written_started_stopped_and_put_away() {
    let shop = Shop::demo().await;
    let staff = shop.staff();
    let made = staff.changed("experimentCreate", two_arms("colours"), SHOWN).await;
    let id = made["experiment"]["id"].clone();
    assert_eq!(made["experiment"]["status"], "DRAFT");
    assert_eq!(made["experiment"]["layer"], "key colours");
    assert_eq!(arm(&shop, "colours", "early").await, Value::Null);
    let which = json!({ "id": id, "expectedVersion": 1 });
    let begun = staff.changed("experimentStart", which.clone(), SHOWN).await;
    assert_eq!(begun["experiment"]["status"], "RUNNING");
    assert!(begun["experiment"]["startedAt"].is_string());
    assert!(arm(&shop, "colours", "in time").await["arm"].is_string());
    // Twice is once; an old version is none.
    let again = staff.change("experimentStart", json!({ "id": id }), SHOWN).await;
    assert_eq!(again["errors"][0]["code"], "INVALID_INPUT");
    let stale = staff.change("experimentStop", which, SHOWN).await;
    assert_eq!(stale["errors"][0]["code"], "STALE_VERSION");
    let stopped = staff.changed("experimentStop", json!({ "id": id }), SHOWN).await;
    assert_eq!(stopped["experiment"]["status"], "STOPPED");
    assert_eq!(arm(&shop, "colours", "in time").await, Value::Null);
    let away = staff.changed("experimentArchive", json!({ "id": id }), SHOWN).await;
    assert_eq!(away["experiment"]["status"], "ARCHIVED");
    let listed = "{ experiments(status: ARCHIVED) { totalCount nodes { key results { comparisons } } }
        drafts: experiments(status: DRAFT) { totalCount } }";
    let data = staff.data(listed, json!({})).await;
    assert_eq!(data["experiments"]["nodes"][0]["key"], "colours");
    assert_eq!(data["experiments"]["totalCount"], 1);
    assert_eq!(data["drafts"]["totalCount"], 0);
    let nothing = json!({ "id": "experiment_01jd3v9k3hf2x8k3w2v5m0q7zt" });
    for name in [
        "experimentStart",
        "experimentStop",
        "experimentArchive",
        "experimentUpdate",
    ] {
        let refused = staff.change(name, nothing.clone(), SHOWN).await;
        assert_eq!(refused["errors"][0]["code"], "NOT_FOUND", "{name}");
    }
}

#[tokio::test]
async fn once_started_nothing_that_decides_changes() {
    let shop = Shop::demo().await;
    let staff = shop.staff();
    let id = started(&shop, two_arms("colours")).await;
    let before = arm(&shop, "colours", "somebody").await;
    let arms = json!([{ "key": "control", "weight": 9, "payload": 1 }, { "key": "treatment", "payload": 2 }]);
    for change in [
        json!({ "arms": arms }),
        json!({ "holdout": 100 }),
        json!({ "slotTo": 5_000 }),
        json!({ "unit": "CUSTOMER" }),
        json!({ "primaryMetric": "CLICK" }),
        json!({ "alpha": 0.1 }),
        json!({ "channel": "eu" }),
    ] {
        let refused = staff
            .change("experimentUpdate", with(change.clone(), json!({ "id": id })), SHOWN)
            .await;
        assert_eq!(refused["errors"][0]["code"], "INVALID_INPUT", "{change}");
    }
    let later =
        json!({ "id": id, "name": "Better known as", "hypothesis": "Red sells.", "endsAt": "2100-01-01T00:00:00Z" });
    let changed = staff.changed("experimentUpdate", later, SHOWN).await;
    assert_eq!(changed["experiment"]["name"], "Better known as");
    assert!(changed["experiment"]["endsAt"].is_string());
    assert_eq!(arm(&shop, "colours", "somebody").await, before);
    // Its end comes: nobody is given an arm any more.
    let over = json!({ "id": id, "endsAt": (shop.app.clock.now() - chrono::TimeDelta::hours(1)).to_rfc3339() });
    staff.changed("experimentUpdate", over, SHOWN).await;
    assert_eq!(arm(&shop, "colours", "somebody").await, Value::Null);
}

#[tokio::test]
async fn what_is_no_experiment_is_refused_with_its_place() {
    let shop = Shop::demo().await;
    let staff = shop.staff();
    let ways = |change: Value| with(two_arms("colours"), change);
    let arms = |first: Value, second: Value| json!({ "arms": [first, second] });
    let control = json!({ "key": "control", "payload": {} });
    for (input, path) in [
        (ways(json!({ "key": "Not A Key" })), vec!["key"]),
        (ways(json!({ "name": " " })), vec!["name"]),
        (ways(json!({ "hypothesis": "x".repeat(2_001) })), vec!["hypothesis"]),
        (ways(json!({ "layer": "search" })), vec!["layer"]),
        (ways(json!({ "kind": "SEARCH", "layer": "own" })), vec!["layer"]),
        (ways(json!({ "slotFrom": 10, "slotTo": 10 })), vec!["slotTo"]),
        (ways(json!({ "slotTo": 10_001 })), vec!["slotTo"]),
        (ways(json!({ "holdout": 5_001 })), vec!["holdout"]),
        (ways(json!({ "arms": [control] })), vec!["arms"]),
        (ways(arms(control.clone(), control.clone())), vec!["arms", "1", "key"]),
        (
            ways(arms(control.clone(), json!({ "key": "holdout", "payload": {} }))),
            vec!["arms", "1", "key"],
        ),
        (
            ways(arms(control.clone(), json!({ "key": "b", "weight": 0, "payload": {} }))),
            vec!["arms", "1", "weight"],
        ),
        (
            ways(arms(
                control.clone(),
                json!({ "key": "b", "payload": "x".repeat(5_000) }),
            )),
            vec!["arms", "1", "payload"],
        ),
        (
            with(
                ways(arms(control.clone(), json!({ "key": "b", "payload": 7 }))),
                json!({ "kind": "SEARCH" }),
            ),
            vec!["arms", "1", "payload"],
        ),
        (ways(json!({ "alpha": 0.5 })), vec!["alpha"]),
        (ways(json!({ "power": 1.0 })), vec!["power"]),
        (ways(json!({ "effect": 0.0 })), vec!["effect"]),
        (ways(json!({ "primaryMetric": "REVENUE" })), vec!["channel"]),
        (ways(json!({ "channel": "nowhere" })), vec!["channel"]),
        (
            ways(json!({ "guardrails": [{ "metric": "ORDER" }, { "metric": "ORDER" }] })),
            vec!["guardrails"],
        ),
        (
            ways(json!({ "guardrails": [{ "metric": "ORDER", "margin": 10_001 }] })),
            vec!["guardrails", "0", "margin"],
        ),
        (
            ways(json!({ "startsAt": "2030-01-02T00:00:00Z", "endsAt": "2030-01-01T00:00:00Z" })),
            vec!["endsAt"],
        ),
    ] {
        let refused = staff.change("experimentCreate", input.clone(), SHOWN).await;
        assert_eq!(refused["errors"][0]["path"], json!(path), "{input}: {refused}");
    }
    staff.changed("experimentCreate", two_arms("colours"), SHOWN).await;
    let twice = staff.change("experimentCreate", two_arms("colours"), SHOWN).await;
    assert_eq!(twice["errors"][0]["code"], "ALREADY_EXISTS");
    let past = ways(json!({ "key": "past", "endsAt": "2020-01-01T00:00:00Z" }));
    let made = staff.changed("experimentCreate", past, SHOWN).await;
    let refused = staff
        .change("experimentStart", json!({ "id": made["experiment"]["id"] }), SHOWN)
        .await;
    assert_eq!(refused["errors"][0]["code"], "INVALID_INPUT");
}

#[tokio::test]
async fn nobody_but_staff_chooses_an_arm() {
    let shop = Shop::demo().await;
    let id = started(&shop, two_arms("colours")).await;
    let document =
        "query($arm: String!) { experimentAssignment(key: \"colours\", sessionId: \"s\", preview: { arm: $arm }) {
        arm payload preview } }";
    let wanted = json!({ "arm": "treatment" });
    assert_eq!(shop.refused(document, wanted.clone()).await.0, "UNAUTHENTICATED");
    let ada = shop.customer("ada@example.com").await;
    assert_eq!(ada.refused(document, wanted.clone()).await.0, "UNAUTHENTICATED");
    let clerk = shop.program(&["orders.read"], None).await;
    assert_eq!(clerk.refused(document, wanted.clone()).await.0, "FORBIDDEN");
    let reader = shop.program(&["experiment.read"], None).await;
    let shown = reader.data(document, wanted).await["experimentAssignment"].take();
    assert_eq!(
        shown,
        json!({ "arm": "treatment", "payload": { "colour": "red" }, "preview": true })
    );
    let none = reader.data(document, json!({ "arm": "other" })).await;
    assert_eq!(none["experimentAssignment"], Value::Null);
    // Staff are no visitors, and what they look at is counted nowhere.
    assert_eq!(arm(&reader, "colours", "s").await, Value::Null);
    merx::experiment::flush(&shop.app).await;
    let results = "query($id: ID!) { experiment(id: $id) { results { arms { key units } } } }";
    let data = reader.data(results, json!({ "id": id })).await;
    let units: Vec<i64> = data["experiment"]["results"]["arms"]
        .as_array()
        .expect("arms")
        .iter()
        .filter_map(|arm| arm["units"].as_i64())
        .collect();
    assert_eq!(units, [0, 0]);
    // Readers do not write.
    let denied = "mutation($input: ExperimentStopInput!) { experimentStop(input: $input) { errors { code } } }";
    let denied = reader.send(denied, json!({ "input": { "id": id } })).await;
    assert!(denied["errors"].is_array(), "{denied}");
}
