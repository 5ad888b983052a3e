//! What parts of an order come to, tax and discounts included. Pure, and exact: all parts add up to the total.

use entity::order::order_line;

use crate::order::query::Order;
use crate::platform::money::prorate;

/// What the parts of an order come to, minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// The lines, in order.
    pub lines: Vec<i64>,
    /// The delivery.
    pub shipping: i64,
}

/// Shares the total of an order out. A discount on the order as a whole lowers its lines in proportion to what they cost:
/// largest remainder, to the cent.
pub fn shares(order: &Order, lines: &[order_line::Model]) -> Shares {
    let on_lines: i64 = lines.iter().map(|line| line.discount_total).sum();
    let weights: Vec<i64> = lines.iter().map(|line| line.total).collect();
    let on_order = prorate((order.discount_total - on_lines).max(0), &weights);
    let lines: Vec<i64> = lines
        .iter()
        .zip(on_order)
        .map(|(line, discount)| {
            let tax = if order.tax_included { 0 } else { line.tax_total };
            line.total - discount + tax
        })
        .collect();
    let shipping = order.total - lines.iter().sum::<i64>();
    Shares { lines, shipping }
}

/// What `units` of the `quantity` units of a line over `share` come to, behind `before` others: one by one, all at once or
/// in any parts, they add up to the share.
pub fn share_of_units(share: i64, quantity: i32, before: i32, units: i32) -> i64 {
    let of_first = |n: i32| {
        let (n, all) = (i64::from(n), i64::from(quantity.max(1)));
        share.div_euclid(all) * n + share.rem_euclid(all).min(n)
    };
    of_first(before.saturating_add(units)) - of_first(before)
}
