//! Lots: the same for the same unit everywhere, in proportion to the weights, and independent of each other.

use merx::experiment::stats::goodness_of_fit;
use merx::experiment::{BUCKETS, HOLDOUT_SALT, arm_of, bucket, layer_salt};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{arm, started, two_arms};
use crate::support::Shop;

fn units(count: u64) -> impl Iterator<Item = Uuid> {
    // Anything that differs.
    (0..count).map(|number| Uuid::from_u64_pair(number.wrapping_mul(0x9e37_79b9_7f4a_7c15), number))
}

/// Written down: another server, or another version of Merx, must give the same unit the same arm.
#[test]
fn buckets_never_change() {
    let unit = Uuid::from_u128(0x0192_f3a4_5b6c_7d8e_9fa0_b1c2_d3e4_f506);
    // python3 -c "import hashlib; print(int(hashlib.sha256(b'salt:0192f3a45b6c7d8e9fa0b1c2d3e4f506').hexdigest()[:16], 16) % 10000)"
    assert_eq!(bucket("salt", unit), 6392);
    assert_eq!(bucket(&layer_salt("search"), unit), 3070);
    assert_eq!(bucket(HOLDOUT_SALT, unit), 6646);
}

#[test]
fn arms_own_stretches_in_proportion_to_their_weights() {
    for (weights, expected) in [
        (&[1u32, 1][..], vec![5_000, 5_000]),
        (&[90, 10], vec![9_000, 1_000]),
        (&[1, 1, 1], vec![3_334, 3_333, 3_333]),
        (&[0, 1], vec![0, 10_000]),
        (&[10_000], vec![10_000]),
    ] {
        let mut counts = vec![0; weights.len()];
        let mut last = 0;
        for bucket in 0..BUCKETS {
            let arm = arm_of(bucket, weights).expect("an arm");
            assert!(arm >= last, "stretches come in order");
            last = arm;
            counts[arm] += 1;
        }
        assert_eq!(counts, expected, "{weights:?}");
    }
    assert_eq!(arm_of(0, &[]), None);
    assert_eq!(arm_of(0, &[0, 0]), None);
}

#[test]
fn buckets_are_even_and_lotteries_are_independent() {
    let mut cells = [[0u64; 4]; 4];
    let mut tenths = [0u64; 10];
    for unit in units(40_000) {
        let (a, b) = (bucket("one", unit), bucket("another", unit));
        cells[(a / 2_500) as usize][(b / 2_500) as usize] += 1;
        tenths[(a / 1_000) as usize] += 1;
    }
    let even = goodness_of_fit(&tenths, &[1.0; 10]).expect("a test");
    let independent = goodness_of_fit(cells.as_flattened(), &[1.0; 16]).expect("a test");
    // Fixed units: this either holds or does not.
    assert!(
        even.p_value > 0.01 && independent.p_value > 0.01,
        "{even:?} {independent:?}"
    );
}

#[tokio::test]
async fn a_visit_sees_one_arm_on_every_server() {
    let shop = Shop::demo().await;
    let other = shop.another_server().await;
    assert_eq!(arm(&other, "colours", "s0").await, Value::Null);
    started(&shop, two_arms("colours")).await;
    // The other server learns of it a little later.
    merx::experiment::refresh(&other.app).await.expect("read");
    let mut seen = std::collections::BTreeMap::new();
    for number in 0..40 {
        let session = format!("session-{number}");
        let first = arm(&shop, "colours", &session).await;
        assert_eq!(first, arm(&shop, "colours", &session).await);
        assert_eq!(first, arm(&other, "colours", &session).await);
        assert_eq!(first["preview"], false);
        let colour = if first["arm"] == "control" { "blue" } else { "red" };
        assert_eq!(first["payload"], json!({ "colour": colour }));
        *seen.entry(colour).or_insert(0) += 1;
    }
    assert_eq!(seen.len(), 2, "{seen:?}");
}

#[tokio::test]
async fn assignments_send_no_statement() {
    let shop = Shop::demo().await;
    started(&shop, two_arms("colours")).await;
    arm(&shop, "colours", "the first one reads the key of visits").await;
    shop.know_channels().await;
    let (statements, _) = shop
        .statements(async {
            for number in 0..20 {
                arm(&shop, "colours", &format!("quick-{number}")).await;
            }
        })
        .await;
    // The batch of exposures may be written meanwhile.
    assert!(statements <= 1, "{statements}");
}

#[tokio::test]
async fn a_layer_gives_each_unit_to_one_experiment() {
    let shop = Shop::demo().await;
    let half = |key: &str, from: i32, to: i32| {
        let mut input = two_arms(key);
        input["layer"] = json!("page");
        input["slotFrom"] = json!(from);
        input["slotTo"] = json!(to);
        input
    };
    started(&shop, half("left", 0, 5_000)).await;
    let staff = shop.staff();
    let made = staff
        .changed("experimentCreate", half("right", 4_000, 10_000), "experiment { id }")
        .await;
    let id = made["experiment"]["id"].clone();
    let refused = staff
        .change("experimentStart", json!({ "id": id }), "experiment { id }")
        .await;
    assert_eq!(refused["errors"][0]["code"], "INVALID_INPUT");
    let message = refused["errors"][0]["message"].as_str().expect("a message");
    assert!(message.contains("left"), "{message}");
    let apart = json!({ "id": id, "slotFrom": 5_000 });
    staff.changed("experimentUpdate", apart, "experiment { id }").await;
    staff
        .changed("experimentStart", json!({ "id": id }), "experiment { id }")
        .await;
    let mut both = (0, 0);
    for number in 0..60 {
        let session = format!("session-{number}");
        let (left, right) = (arm(&shop, "left", &session).await, arm(&shop, "right", &session).await);
        assert!(
            left.is_null() != right.is_null(),
            "{session} is in one of them: {left} {right}"
        );
        both = (both.0 + u32::from(right.is_null()), both.1 + u32::from(left.is_null()));
    }
    assert!(both.0 > 10 && both.1 > 10, "{both:?}");
}

#[tokio::test]
async fn an_experiment_on_customers_knows_them_by_their_accounts() {
    let shop = Shop::demo().await;
    let mut input = two_arms("loyal");
    input["unit"] = json!("CUSTOMER");
    started(&shop, input).await;
    assert_eq!(arm(&shop, "loyal", "a visit").await, Value::Null);
    let ada = shop.customer("ada@example.com").await;
    let given = arm(&ada, "loyal", "a visit").await;
    assert!(given["arm"].is_string(), "{given}");
    assert_eq!(given, arm(&ada, "loyal", "another visit").await);
}

#[tokio::test]
async fn an_experiment_of_a_channel_and_a_time_stays_there() {
    let shop = Shop::demo().await;
    let mut input = two_arms("here");
    input["channel"] = json!("eu");
    input["startsAt"] = json!((shop.app.clock.now() + chrono::TimeDelta::hours(1)).to_rfc3339());
    let id = started(&shop, input).await;
    let eu = shop.channel("eu");
    assert_eq!(arm(&eu, "here", "early").await, Value::Null);
    // Its start cannot be changed any more; another one has begun.
    let early = json!({ "id": id, "startsAt": null });
    let refused = shop
        .staff()
        .change("experimentUpdate", early, "experiment { id }")
        .await;
    assert_eq!(refused["errors"][0]["code"], "INVALID_INPUT");
    let mut input = two_arms("now");
    input["channel"] = json!("eu");
    started(&shop, input).await;
    assert!(arm(&eu, "now", "in time").await["arm"].is_string());
    assert_eq!(arm(&shop, "now", "elsewhere").await, Value::Null);
}
