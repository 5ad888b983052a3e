//! Order numbers.

use std::collections::HashMap;

use entity::CartId;
use entity::cart::cart;
use sea_orm::sea_query::UpdateStatement;

use crate::platform::db::{Counter, Tx};
use crate::platform::error::Result;

/// The number before the first: an order 1 looks like a shop without customers.
const START: i64 = 10_000;
/// Digits of an imported number that the counter is lifted above; longer ones are no counted numbers.
const DIGITS_MAX: usize = 12;

const ORDERS: Counter = Counter {
    name: "order",
    sequence: "order_number",
    first: START + 1,
};

/// Runs `update` of carts, and gives each that it changed the number of its order. An order that fails may leave a gap, so
/// that no order waits for another.
pub(crate) async fn numbers_with(tx: &Tx, update: UpdateStatement) -> Result<HashMap<CartId, String>> {
    let numbers = ORDERS.next_with(tx, update, cart::Column::Id).await?;
    Ok(numbers
        .into_iter()
        .map(|(cart, number): (CartId, i64)| (cart, number.to_string()))
        .collect())
}

/// Has the counter go on above the largest of `numbers` that could be one of ours: digits alone. So a shop that brings
/// its history along never meets a number twice.
pub(super) async fn count_above(tx: &Tx, numbers: impl Iterator<Item = &str>) -> Result<()> {
    let plain = numbers.filter(|text| text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit()));
    let largest = plain.filter_map(|text| text.parse::<i64>().ok()).max();
    match largest.filter(|n| *n > START) {
        Some(largest) => ORDERS.go_above(tx, largest).await,
        None => Ok(()),
    }
}
