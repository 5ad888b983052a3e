//! Experiments: their statistics, their lots, and what staff does with them.

mod consent;
mod life;
mod lots;
mod results;
mod simulated;
mod statistics;

use serde_json::{Value, json};

use crate::support::Shop;

/// What the tests read of an experiment.
const SHOWN: &str = "experiment { id key status version layer startedAt stoppedAt endsAt name }";

/// An experiment of two arms on anything, to be created.
fn two_arms(key: &str) -> Value {
    json!({ "key": key, "name": "Two ways", "kind": "KEYED", "primaryMetric": "ADD", "effect": 0.3, "arms": [
        { "key": "control", "payload": { "colour": "blue" } },
        { "key": "treatment", "payload": { "colour": "red" } },
    ] })
}

/// Creates an experiment and starts it; gives its id.
async fn started(shop: &Shop, input: Value) -> Value {
    let staff = shop.staff();
    let made = staff.changed("experimentCreate", input, SHOWN).await;
    let id = made["experiment"]["id"].clone();
    let begun = staff.changed("experimentStart", json!({ "id": id }), SHOWN).await;
    assert_eq!(begun["experiment"]["status"], "RUNNING");
    id
}

/// The arm that a visit that agreed is given, or null.
async fn arm(shop: &Shop, key: &str, session: &str) -> Value {
    let document = "query($key: String!, $session: String) {
        experimentAssignment(key: $key, sessionId: $session, consent: true) { experiment arm payload preview } }";
    let variables = json!({ "key": key, "session": session });
    shop.data(document, variables).await["experimentAssignment"].take()
}
