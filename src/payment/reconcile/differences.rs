//! Differences, written down once each, until they are gone.

use std::collections::{HashMap, HashSet};

use entity::payment::reconciliation_difference;
use entity::{DifferenceId, ReconciliationId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::app::App;
use crate::payment::reconcile::compare::Difference;
use crate::payment::reconcile::examine::Found;
use crate::payment::reconcile::query::ReconciliationDifference;
use crate::payment::reconcile::tell::TellDifferences;
use crate::platform::db::{any_of, retry_conflicts};
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;

/// Names a difference as long as it lasts.
fn key_of(gateway: &str, reference: &str, difference: &Difference) -> String {
    [gateway, reference, difference.kind.name()].join(" ")
}

/// Writes down what was found and was not known, and marks what was known and is gone. Says how many differences there are
/// among what was looked at.
pub(super) async fn note(app: &App, id: ReconciliationId, gateway: &str, found: &[Found]) -> Result<usize> {
    let once = || note_once(app, id, gateway, found);
    retry_conflicts(Fault::db, once).await
}

async fn note_once(app: &App, id: ReconciliationId, gateway: &str, found: &[Found]) -> Result<usize> {
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let known: Vec<ReconciliationDifference> = reconciliation_difference::Entity::find()
        .filter(reconciliation_difference::Column::Gateway.eq(gateway))
        .filter(reconciliation_difference::Column::ResolvedAt.is_null())
        .all(&tx)
        .await?;
    let known: HashMap<&str, &ReconciliationDifference> = known
        .iter()
        .filter_map(|row| Some((row.open_key.as_deref()?, row)))
        .collect();
    let looked_at: HashSet<&str> = found.iter().map(|found| found.reference.as_str()).collect();
    let mut there = HashSet::new();
    let mut news = false;
    for found in found {
        for difference in &found.differences {
            let key = key_of(gateway, &found.reference, difference);
            if !known.contains_key(key.as_str()) && !there.contains(&key) {
                news = true;
                let row = reconciliation_difference::Model {
                    id: app.ids.new_id(),
                    reconciliation_id: id,
                    gateway: gateway.to_owned(),
                    open_key: Some(key.clone()),
                    payment_id: found.payment,
                    gateway_reference: Some(found.reference.clone()),
                    kind: difference.kind.name().to_owned(),
                    ours: difference.ours,
                    theirs: difference.theirs,
                    currency_code: Some(found.currency.clone()),
                    resolved_at: None,
                    created_at: now,
                };
                reconciliation_difference::Entity::insert(row.into_active_model())
                    .on_conflict_do_nothing_on([reconciliation_difference::Column::OpenKey])
                    .exec_without_returning(&tx)
                    .await?;
            }
            there.insert(key);
        }
    }
    let gone: Vec<DifferenceId> = known
        .iter()
        .filter(|(key, row)| {
            let reference = row.gateway_reference.as_deref().unwrap_or_default();
            looked_at.contains(reference) && !there.contains(**key)
        })
        .map(|(_, row)| row.id)
        .collect();
    if !gone.is_empty() {
        reconciliation_difference::Entity::update_many()
            .col_expr(reconciliation_difference::Column::ResolvedAt, Expr::value(now))
            .col_expr(reconciliation_difference::Column::OpenKey, Expr::value(None::<String>))
            .filter(any_of(&tx, reconciliation_difference::Column::Id, &gone))
            .exec(&tx)
            .await?;
    }
    if news && app.config.payments.finance_email.is_some() {
        jobs::enqueue(&tx, &TellDifferences { reconciliation: id }).await?;
    }
    tx.commit().await?;
    Ok(there.len())
}
