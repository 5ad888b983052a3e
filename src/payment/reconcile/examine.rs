//! Payments are looked at, in our books and at their gateway.

use std::collections::{HashMap, HashSet};

use entity::PaymentId;
use entity::ledger::ledger_entry;
use entity::ledger::ledger_entry::LedgerAccount;
use entity::payment::payment::PaymentStatus;
use entity::payment::{dispute, payment};
use sea_orm::sea_query::{Alias, Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::app::App;
use crate::payment::SharedGateway;
use crate::payment::gateway::{DEADLINE, GatewayState, Snapshot};
use crate::payment::hear::hear;
use crate::payment::merge::Says;
use crate::payment::query::{Payment, handle_of, note_checked};
use crate::payment::reconcile::compare::{Difference, Ours, differences, not_applicable};
use crate::platform::db::{any_of, any_text, refusal_of, retry_conflicts};
use crate::platform::error::{Fault, Result};

/// Open payments that are asked about in one round.
const OPEN_MAX: u64 = 500;

/// What was looked at in a round.
#[derive(Default)]
pub(super) struct Examined {
    /// Payments that were compared.
    pub checked: i32,
    /// Payments that were moved on.
    pub settled: i32,
    /// What is there, by gateway reference, with what differs.
    pub found: Vec<Found>,
}

/// A payment that was looked at.
pub(super) struct Found {
    /// Ours, when it is.
    pub payment: Option<PaymentId>,
    /// The gateway's id of it.
    pub reference: String,
    /// Its currency.
    pub currency: String,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// Asks the gateway about the payments that have no final word or paid no order, and hears what it says.
pub(super) async fn poll_open(app: &App, gateway: &SharedGateway, examined: &mut Examined) -> Result<()> {
    let unsettled = [
        PaymentStatus::Pending,
        PaymentStatus::RequiresAction,
        PaymentStatus::Authorized,
    ];
    let rows = payment::Entity::find()
        .filter(payment::Column::Gateway.eq(gateway.info().id))
        .filter(payment::Column::Status.is_in(unsettled))
        .order_by_asc(Expr::col(payment::Column::CheckedAt).if_null(Expr::col(payment::Column::CreatedAt)))
        .limit(OPEN_MAX)
        .all(&app.db)
        .await?;
    let ids: Vec<PaymentId> = rows.iter().map(|row| row.id).collect();
    note_checked(&app.db, app.clock.now(), &ids).await?;
    for row in rows {
        let read = tokio::time::timeout(DEADLINE, gateway.read(&handle_of(&row)?)).await;
        let says = match read {
            Ok(Ok(Some(snapshot))) => Says::Snapshot(Box::new(snapshot)),
            Ok(Ok(None)) => Says::NeverStarted,
            Ok(Err(error)) => {
                tracing::warn!(payment = %row.id, %error, "the gateway failed, the payment is asked about again later");
                continue;
            }
            Err(_) => continue,
        };
        // One that cannot be written down is seen below, where what differs is noted.
        if let Ok(true) = write_down(app, row.id, &says).await {
            examined.settled += 1;
        }
    }
    Ok(())
}

async fn write_down(app: &App, payment: PaymentId, says: &Says) -> Result<bool> {
    let once = || async {
        let tx = app.db.begin().await?;
        let changed = hear(&tx, app, payment, says).await?;
        tx.commit().await?;
        Ok(changed)
    };
    retry_conflicts(Fault::db, once).await
}

/// Compares a page of a gateway's payments with ours: what can be settled is, what still differs is given.
pub(super) async fn examine(app: &App, gateway: &str, page: Vec<Snapshot>, examined: &mut Examined) -> Result<()> {
    let before = ours_of(app, gateway, &page).await?;
    let mut refused = HashSet::new();
    for snapshot in &page {
        let Some(row) = find(&before, snapshot) else { continue };
        if is_over(row, snapshot) {
            continue;
        }
        match write_down(app, row.id, &Says::Snapshot(Box::new(snapshot.clone()))).await {
            Ok(changed) => examined.settled += i32::from(changed),
            // What the database has against one payment stops no other one; without a database there is no going on.
            Err(fault @ Fault::Db(_)) if refusal_of(&fault).is_none() => return Err(fault),
            Err(fault) => {
                tracing::warn!(payment = %row.id, %fault, "what a gateway says cannot be written down");
                refused.insert(row.id);
            }
        }
    }
    let after = ours_of(app, gateway, &page).await?;
    let ids: Vec<PaymentId> = after.iter().map(|row| row.id).collect();
    let (booked, dispute_fees) = (booked(app, &ids).await?, dispute_fees(app, &ids).await?);
    for snapshot in &page {
        let row = find(&after, snapshot);
        let ours = row.map(|payment| Ours {
            payment,
            booked: booked.get(&payment.id).copied().unwrap_or_default(),
            dispute_fees: dispute_fees.get(&payment.id).copied().unwrap_or_default(),
        });
        let mut differences = differences(ours, snapshot, app.clock.now());
        if let Some(row) = row.filter(|row| refused.contains(&row.id)) {
            differences.push(not_applicable(row, snapshot));
        }
        examined.checked += 1;
        examined.found.push(Found {
            payment: row.map(|row| row.id),
            reference: snapshot.reference.clone(),
            currency: snapshot.amount.currency.to_string(),
            differences,
        });
    }
    Ok(())
}

/// Whether a payment is over, here and there, and nothing of it is left at the gateway: nothing is to be written down.
fn is_over(row: &Payment, snapshot: &Snapshot) -> bool {
    let here = matches!(row.status, PaymentStatus::Cancelled | PaymentStatus::Failed);
    let there = matches!(snapshot.state, GatewayState::Cancelled | GatewayState::Failed(_));
    let ours = (row.captured_amount, row.refunded_amount, row.authorized_amount);
    let same = ours == (snapshot.captured, snapshot.refunded(), snapshot.authorized);
    here && there && same && snapshot.authorized == 0 && snapshot.captured <= snapshot.refunded()
}

/// The row that a snapshot is about.
fn find<'a>(rows: &'a [Payment], snapshot: &Snapshot) -> Option<&'a Payment> {
    let by_id = rows.iter().find(|row| Some(row.id) == snapshot.payment);
    by_id.or_else(|| {
        let reference = Some(snapshot.reference.as_str());
        rows.iter().find(|row| row.gateway_reference.as_deref() == reference)
    })
}

async fn ours_of(app: &App, gateway: &str, page: &[Snapshot]) -> Result<Vec<Payment>> {
    let ids: Vec<PaymentId> = page.iter().filter_map(|snapshot| snapshot.payment).collect();
    let references: Vec<String> = page.iter().map(|snapshot| snapshot.reference.clone()).collect();
    let any = any_of(&app.db, payment::Column::Id, &ids).or(any_text(
        &app.db,
        payment::Column::GatewayReference,
        &references,
    ));
    Ok(payment::Entity::find()
        .filter(payment::Column::Gateway.eq(gateway))
        .filter(any)
        .all(&app.db)
        .await?)
}

/// What the books say that gateways hold of payments.
async fn booked(app: &App, ids: &[PaymentId]) -> Result<HashMap<PaymentId, i64>> {
    let sum = Expr::col(ledger_entry::Column::Debit).sub(Expr::col(ledger_entry::Column::Credit));
    let rows: Vec<(Option<PaymentId>, i64)> = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::PaymentId)
        .column_as(sum.sum().cast_as(Alias::new("bigint")), "sum")
        .filter(ledger_entry::Column::Account.eq(LedgerAccount::CashInTransit))
        .filter(any_of(&app.db, ledger_entry::Column::PaymentId, ids))
        .group_by(ledger_entry::Column::PaymentId)
        .into_tuple()
        .all(&app.db)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, sum)| Some((id?, sum))).collect())
}

async fn dispute_fees(app: &App, ids: &[PaymentId]) -> Result<HashMap<PaymentId, i64>> {
    let rows = dispute::Entity::find().filter(any_of(&app.db, dispute::Column::PaymentId, ids));
    let mut fees: HashMap<PaymentId, i64> = HashMap::new();
    for row in rows.all(&app.db).await? {
        *fees.entry(row.payment_id).or_default() += row.fee_amount;
    }
    Ok(fees)
}
