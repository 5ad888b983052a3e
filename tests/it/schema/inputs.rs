//! What clients may say: the inputs of public mutations hold nothing that only staff, or the shop itself, may say.

use std::collections::BTreeSet;

use crate::schema::walk::{Unhidden, places};
use crate::schema::{list, text, written};
use crate::support::Shop;

/// Parts of the names of input fields that say what only staff, or the shop itself, may say.
const TELLING: [&str; 17] = [
    "admin",
    "amount",
    "balance",
    "cost",
    "customerid",
    "discount",
    "owner",
    "paid",
    "permission",
    "price",
    "role",
    "staff",
    "status",
    "tax",
    "total",
    "userid",
    "verified",
];

/// Fields of the inputs of public mutations that are called so all the same, and why that is no way around anything.
const JUSTIFIED: [(&str, &str); 4] = [
    (
        "CheckoutCompleteInput.expectedTotal",
        "compared with the total of the shop, and refused when it differs",
    ),
    (
        "MoneyInput.amount",
        "a part of expectedTotal, and of the amount of a payment",
    ),
    (
        "PaymentStartInput.amount",
        "from the smallest unit up to what is still to be paid, by the reckoning of the shop",
    ),
    (
        "PaymentStartInput.expectedTotal",
        "compared with the total of the shop, and refused when it differs",
    ),
];

#[tokio::test]
async fn the_inputs_of_public_mutations_say_nothing_that_is_not_theirs() {
    let shop = Shop::demo().await;
    let inputs = Unhidden::of(&shop).await.inputs;
    let mut found = BTreeSet::new();
    let mut waiting: Vec<String> = Vec::new();
    for place in places(&shop).await {
        if place.ty == "Mutation" {
            waiting.extend(place.arguments.into_values());
        }
    }
    assert!(waiting.len() >= 10);
    let mut seen = BTreeSet::new();
    while let Some(ty) = waiting.pop() {
        let name = ty.replace(['[', ']', '!'], "");
        if !seen.insert(name.clone()) {
            continue;
        }
        for field in list(&inputs[&name]["inputFields"]) {
            let plain = text(&field["name"]).to_lowercase();
            if TELLING.iter().any(|telling| plain.contains(telling)) {
                found.insert(format!("{name}.{}", text(&field["name"])));
            }
            waiting.push(written(&field["type"]));
        }
    }
    let justified: BTreeSet<String> = JUSTIFIED.iter().map(|(place, _)| (*place).to_owned()).collect();
    assert_eq!(
        found, justified,
        "left: what clients may send, right: what is justified"
    );
}
