//! Units that buyers send back are in stock again when a gateway has accepted their refund, in the transaction that writes
//! this down. A refund that is refused puts nothing back.

use std::collections::HashMap;

use entity::OrderLineId;
use entity::order::orders;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, QuerySelect, Set};

use crate::inventory::{self, Returned};
use crate::order::query::lines_of;
use crate::payment::{Refund, RefundAccepted, refunds_of_orders};
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// Puts the units of a refund back. Those that came back with an earlier refund, which did not arrive, are there already.
pub(super) async fn restock_accepted(tx: &Tx, ids: &Ids, accepted: &RefundAccepted) -> Result<()> {
    // Held: what came back of the order is counted by one after the other.
    let order = orders::Entity::find_by_id(accepted.order)
        .lock_exclusive()
        .one(tx)
        .await?;
    let Some(order) = order else { return Ok(()) };
    let refunds = refunds_of_orders(tx, &[order.id])
        .await?
        .remove(&order.id)
        .unwrap_or_default();
    let Some(refund) = refunds.iter().find(|refund| refund.id == accepted.refund) else {
        return Ok(());
    };
    let Some(mut about) = refund.lines.clone() else {
        return Ok(());
    };
    let mut there = there_already(&refunds, refund);
    let lines = lines_of(tx, &[order.id]).await?.remove(&order.id).unwrap_or_default();
    let mut returned = Vec::new();
    for wanted in about.lines.iter_mut().filter(|wanted| wanted.restock) {
        let there = there.entry(wanted.order_line).or_default();
        let found = (*there).clamp(0, wanted.quantity);
        *there -= found;
        let line = lines.iter().find(|line| line.id == wanted.order_line);
        let sold = line.and_then(|line| Some((line.id, line.variant_id?)));
        if let (Some((line, variant)), true) = (sold, wanted.quantity > found) {
            wanted.restocked = wanted.quantity - found;
            returned.push(Returned {
                line,
                variant,
                quantity: i64::from(wanted.restocked),
            });
        }
    }
    if returned.is_empty() {
        return Ok(());
    }
    inventory::restock(tx, ids, accepted.at, &order.id.to_string(), &returned).await?;
    let mut row = refund.clone().into_active_model();
    row.lines = Set(Some(about));
    row.update(tx).await?;
    Ok(())
}

/// Units in stock again that no refund other than `but` accounts for, by order line.
fn there_already(refunds: &[Refund], but: &Refund) -> HashMap<OrderLineId, i32> {
    let mut there: HashMap<OrderLineId, i32> = HashMap::new();
    for other in refunds.iter().filter(|other| other.id != but.id) {
        let about = other.lines.iter().flat_map(|about| &about.lines);
        for line in about.filter(|line| line.restock) {
            let gone = if other.is_accepted() { line.quantity } else { 0 };
            *there.entry(line.order_line).or_default() += line.restocked - gone;
        }
    }
    there
}
