//! What came of an experiment: counted from exposures, interactions and orders.

use merx::experiment::stats::{MISMATCH, goodness_of_fit};
use serde_json::{Value, json};

use super::{arm, started, two_arms};
use crate::support::Shop;

const RESULTS: &str = "query($id: ID!) { experiment(id: $id) { results { sampleRatioMismatch comparisons
    sampleRatio { statistic pValue }
    arms { key isControl isHoldout units expectedShare orders revenue { minorUnits }
      metrics { metric isPrimary converters mean difference lift pValue alwaysValidPValue isSignificant guardrail unitsNeeded } } } } }";

async fn results(shop: &Shop, id: &Value) -> Value {
    merx::experiment::flush(&shop.app).await;
    let mut data = shop.staff().data(RESULTS, json!({ "id": id })).await;
    data["experiment"]["results"].take()
}

/// Tells what a visit did with the first product of the shop.
async fn tell(shop: &Shop, session: &str, event: &str, kind: &str, cart: Option<&Value>) {
    let product = shop.data("{ products(first: 1) { nodes { id } } }", json!({})).await;
    let product = &product["products"]["nodes"][0]["id"];
    let input = json!({ "sessionId": session, "consent": true, "cartToken": cart,
        "events": [{ "id": event, "kind": kind, "productId": product }] });
    let told = shop.changed("recommendationEventTrack", input, "accepted").await;
    assert_eq!(told["accepted"], 1);
}

/// The arm of `key` in the results, and the metric of it.
fn of<'a>(results: &'a Value, key: &str, metric: &str) -> (&'a Value, &'a Value) {
    let named = |all: &'a Value, field: &str, name: &str| {
        let found = all.as_array().expect("a list").iter().find(|one| one[field] == name);
        found.unwrap_or_else(|| panic!("no {name} in {all:#}"))
    };
    let arm = named(&results["arms"], "key", key);
    (arm, named(&arm["metrics"], "metric", metric))
}

#[tokio::test]
async fn results_count_what_visits_did_after_they_were_shown_something() {
    let shop = Shop::demo().await;
    let mut input = two_arms("colours");
    let slug = shop.data("{ channel { slug } }", json!({})).await["channel"]["slug"].clone();
    input["channel"] = slug;
    input["guardrails"] = json!([{ "metric": "ORDER", "margin": 500 }]);
    let id = started(&shop, input).await;
    // Before anything is shown, what is done does not count.
    tell(&shop, "visit-0", "early", "ADD", None).await;
    let mut arms = Vec::new();
    for number in 0..12 {
        let given = arm(&shop, "colours", &format!("visit-{number}")).await;
        arms.push(given["arm"].as_str().expect("an arm").to_owned());
    }
    let with = |name: &str| arms.iter().filter(|arm| *arm == name).count() as i64;
    merx::experiment::flush(&shop.app).await;
    // Visits 0 and 1 choose, 1 adds twice, 2 buys, and the client's BUY alone is no order.
    tell(&shop, "visit-0", "a", "CLICK", None).await;
    tell(&shop, "visit-1", "a", "CLICK", None).await;
    tell(&shop, "visit-1", "b", "ADD", None).await;
    tell(&shop, "visit-1", "c", "ADD", None).await;
    tell(&shop, "visit-3", "a", "BUY", None).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 2).await;
    tell(&shop, "visit-2", "a", "ADD", Some(&cart["token"])).await;
    let payment = shop.pay(&cart, "tok_success").await;
    let order = shop.complete(&cart, &payment["payment"]["id"], Value::Null).await["order"].take();
    let found = results(&shop, &id).await;
    assert_eq!(found["comparisons"], 1);
    // All twelve in one arm is an alarm, and happens once in two thousand times.
    let lots = [with("control") as u64, with("treatment") as u64];
    let alarm = goodness_of_fit(&lots, &[1.0, 1.0]).expect("a test").p_value < MISMATCH;
    assert_eq!(found["sampleRatioMismatch"], alarm);
    let (mut units, mut clicks, mut adds, mut orders, mut revenue) = (0, 0, 0, 0, 0);
    for name in ["control", "treatment"] {
        let (arm, click) = of(&found, name, "CLICK");
        assert_eq!(arm["units"], with(name), "{name}");
        assert_eq!(arm["expectedShare"], 0.5);
        assert_eq!(arm["isControl"], name == "control");
        let (_, add) = of(&found, name, "ADD");
        let (_, ordered) = of(&found, name, "ORDER");
        assert_eq!(add["isPrimary"], true);
        assert_eq!(add["difference"].is_null(), name == "control");
        assert_eq!(ordered["guardrail"].is_null(), name == "control");
        let expected = (0..2).filter(|visit| arms[*visit] == name).count() as i64;
        assert_eq!(click["converters"], expected, "{name}");
        let expected = (1..3).filter(|visit| arms[*visit] == name).count() as i64;
        assert_eq!(
            add["converters"], expected,
            "{name}: early and repeated additions do not count"
        );
        if with(name) > 0 {
            let share = expected as f64 / with(name) as f64;
            assert!((add["mean"].as_f64().expect("a mean") - share).abs() < 1e-12);
        }
        units += arm["units"].as_i64().expect("units");
        clicks += click["converters"].as_i64().expect("converters");
        adds += add["converters"].as_i64().expect("converters");
        orders += ordered["converters"].as_i64().expect("converters");
        revenue += arm["revenue"]["minorUnits"].as_i64().expect("minor units");
    }
    assert_eq!((units, clicks, adds, orders), (12, 2, 2, 1));
    let total = order["total"]["amount"].as_str().expect("an amount").replace('.', "");
    assert_eq!(revenue.to_string(), total);
    // An order that is called off was none.
    let cancel = "UPDATE orders SET status = 'cancelled'";
    sea_orm::ConnectionTrait::execute_unprepared(&shop.app.db, cancel)
        .await
        .expect("cancelled");
    let found = results(&shop, &id).await;
    assert_eq!(of(&found, &arms[2], "ORDER").1["converters"], 0);
    assert_eq!(of(&found, &arms[2], "ORDER").0["revenue"]["minorUnits"], 0);
    // What is done after the end does not count.
    shop.staff()
        .changed("experimentStop", json!({ "id": id }), "experiment { id }")
        .await;
    tell(&shop, "visit-5", "late", "ADD", None).await;
    let found = results(&shop, &id).await;
    let adds: i64 = ["control", "treatment"]
        .map(|arm| of(&found, arm, "ADD").1["converters"].as_i64().unwrap_or(-9))
        .iter()
        .sum();
    assert_eq!(adds, 2);
}

#[tokio::test]
async fn orders_of_customers_count_for_experiments_on_customers() {
    let shop = Shop::demo().await;
    let mut input = two_arms("loyal");
    input["unit"] = json!("CUSTOMER");
    input["primaryMetric"] = json!("ORDER");
    let id = started(&shop, input).await;
    let ada = shop.customer("ada@example.com").await;
    ada.bought_by("ada@example.com").await;
    let given = arm(&ada, "loyal", "s").await["arm"].clone();
    let given = given.as_str().expect("an arm");
    merx::experiment::flush(&shop.app).await;
    assert_eq!(
        of(&results(&shop, &id).await, given, "ORDER").1["converters"],
        0,
        "bought before"
    );
    ada.bought_by("ada@example.com").await;
    let found = results(&shop, &id).await;
    assert_eq!(of(&found, given, "ORDER").1["converters"], 1);
    assert_eq!(of(&found, given, "ORDER").0["orders"], 1);
    // In no one currency: amounts are not shown.
    assert_eq!(of(&found, given, "ORDER").0["revenue"], Value::Null);
}

/// Puts units into an experiment as if they had been exposed: `count` of `arm`, `adding` of which add something.
async fn exposed(shop: &Shop, id: &Value, arm: &str, count: usize, adding: usize) {
    use merx::analytics::Interaction;
    use sea_orm::{EntityTrait, IntoActiveModel};
    let experiment = id.as_str().expect("an id").parse().expect("an id");
    let product = shop.data("{ products(first: 1) { nodes { id } } }", json!({})).await;
    let product = product["products"]["nodes"][0]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    let channel = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel")
        .id;
    let now = shop.app.clock.now();
    let (mut exposures, mut interactions) = (Vec::new(), Vec::new());
    for number in 0..count {
        let unit = shop.app.ids.uuid();
        let row = entity::experiment::exposure::Model {
            experiment_id: experiment,
            unit_id: unit,
            arm: arm.to_owned(),
            at: now - chrono::TimeDelta::hours(1),
        };
        exposures.push(row.into_active_model());
        if number < adding {
            let row = Interaction {
                id: shop.app.ids.new_id(),
                visit_id: entity::VisitId(unit),
                event_id: "a".to_owned(),
                channel_id: channel,
                customer_id: None,
                product_id: product,
                variant_id: None,
                kind: entity::analytics::interaction::InteractionKind::Add,
                at: now,
                received_at: now - chrono::TimeDelta::minutes(1),
                search_id: None,
                position: None,
                cart_id: None,
                surface: None,
                strategy: None,
                experiment_id: None,
                arm: None,
            };
            interactions.push(row.into_active_model());
        }
    }
    let db = &shop.app.db;
    entity::experiment::exposure::Entity::insert_many(exposures)
        .exec(db)
        .await
        .expect("exposed");
    if !interactions.is_empty() {
        entity::analytics::interaction::Entity::insert_many(interactions)
            .exec(db)
            .await
            .expect("told");
    }
}

#[tokio::test]
async fn a_large_effect_is_significant_and_a_broken_ratio_is_an_alarm() {
    let shop = Shop::demo().await;
    let mut input = two_arms("colours");
    input["guardrails"] = json!([{ "metric": "ADD", "margin": 100 }]);
    let id = started(&shop, input).await;
    exposed(&shop, &id, "control", 400, 60).await;
    exposed(&shop, &id, "treatment", 400, 140).await;
    let found = results(&shop, &id).await;
    assert_eq!(found["sampleRatioMismatch"], false);
    let (arm, add) = of(&found, "treatment", "ADD");
    assert_eq!(
        (arm["units"].as_i64(), add["converters"].as_i64()),
        (Some(400), Some(140))
    );
    assert_eq!(
        (add["isSignificant"].as_bool(), add["guardrail"].as_str()),
        (Some(true), Some("KEPT"))
    );
    let number = |field: &str| add[field].as_f64().unwrap_or_else(|| panic!("{field} of {add}"));
    assert!((number("lift") - 80.0 / 60.0).abs() < 1e-9);
    assert!(number("alwaysValidPValue") < 1e-4 && number("pValue") < number("alwaysValidPValue"));
    assert!(number("unitsNeeded") > 500.0);
    let control = of(&found, "control", "ADD").1;
    assert_eq!(
        (control["pValue"].clone(), control["isSignificant"].as_bool()),
        (Value::Null, Some(false))
    );
    // A hundred units more come to one arm than to the other: somewhere they are lost.
    exposed(&shop, &id, "control", 150, 20).await;
    let found = results(&shop, &id).await;
    assert_eq!(found["sampleRatioMismatch"], true);
    assert!(found["sampleRatio"]["pValue"].as_f64().expect("a p-value") < 0.001);
}

#[tokio::test]
async fn those_who_are_held_out_are_counted_beside_the_arms() {
    let shop = Shop::demo().await;
    let mut input = two_arms("colours");
    input["holdout"] = json!(5_000);
    let id = started(&shop, input).await;
    let mut out = 0;
    for number in 0..40 {
        out += i64::from(arm(&shop, "colours", &format!("visit-{number}")).await.is_null());
    }
    let found = results(&shop, &id).await;
    let arms = found["arms"].as_array().expect("arms");
    assert_eq!(arms.len(), 3);
    assert_eq!(
        (arms[2]["key"].as_str(), arms[2]["isHoldout"].as_bool()),
        (Some("holdout"), Some(true))
    );
    assert_eq!(arms[2]["units"], out);
    assert!((5..35).contains(&out), "{out}");
    let units: i64 = arms.iter().filter_map(|arm| arm["units"].as_i64()).sum();
    assert_eq!(units, 40);
}

#[tokio::test]
async fn counting_takes_the_same_statements_for_any_number_of_units() {
    let shop = Shop::demo().await;
    let id = started(&shop, two_arms("colours")).await;
    exposed(&shop, &id, "control", 10, 2).await;
    let (few, _) = shop.fewest(async || results(&shop, &id).await).await;
    exposed(&shop, &id, "treatment", 300, 50).await;
    let (many, _) = shop.fewest(async || results(&shop, &id).await).await;
    assert_eq!(few, many);
}

#[tokio::test]
async fn an_order_counts_once_however_many_visits_named_its_cart() {
    let shop = Shop::demo().await;
    let mut input = two_arms("colours");
    input["channel"] = shop.data("{ channel { slug } }", json!({})).await["channel"]["slug"].clone();
    let id = started(&shop, input).await;
    let mut of_arm = std::collections::BTreeMap::new();
    for number in 0.. {
        let session = format!("visit-{number}");
        let given = arm(&shop, "colours", &session).await["arm"].clone();
        of_arm
            .entry(given.as_str().expect("an arm").to_owned())
            .or_insert(session);
        if of_arm.len() == 2 {
            break;
        }
    }
    merx::experiment::flush(&shop.app).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 2).await;
    // The same shopper on two devices: the one that they buy with has it.
    for name in ["treatment", "control"] {
        tell(&shop, &of_arm[name], "a", "ADD", Some(&cart["token"])).await;
    }
    let payment = shop.pay(&cart, "tok_success").await;
    let order = shop.complete(&cart, &payment["payment"]["id"], Value::Null).await["order"].take();
    // Who names the cart when the order is placed comes too late.
    tell(&shop, &of_arm["treatment"], "b", "VIEW", Some(&cart["token"])).await;
    let found = results(&shop, &id).await;
    let total = order["total"]["amount"].as_str().expect("an amount").replace('.', "");
    let total: i64 = total.parse().expect("minor units");
    for (name, orders, revenue) in [("control", 1, total), ("treatment", 0, 0)] {
        let (arm, ordered) = of(&found, name, "ORDER");
        let seen = (&arm["orders"], &ordered["converters"], &arm["revenue"]["minorUnits"]);
        assert_eq!(seen, (&json!(orders), &json!(orders), &json!(revenue)), "{name}");
    }
}
