//! A comparison of our books with those of a gateway.

use chrono::TimeDelta;
use entity::payment::reconciliation;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use crate::app::App;
use crate::payment::SharedGateway;
use crate::payment::reconcile::differences::note;
use crate::payment::reconcile::examine::{Examined, examine, poll_open};
use crate::payment::reconcile::left::{ask_again, compare_left};
use crate::payment::reconcile::query::Reconciliation;
use crate::platform::error::{Fault, Result};

/// How far back the payments of a gateway are compared.
const WINDOW: TimeDelta = TimeDelta::days(3);
/// Pages of a gateway in one comparison at most: a loop there must not become one here.
const PAGES_MAX: usize = 1000;
/// Longest time that a page may take: it is long, and nobody waits for it.
const PAGE_DEADLINE: std::time::Duration = std::time::Duration::from_secs(30);

/// Compares with every gateway whose last comparison began an interval ago.
///
/// # Errors
/// Those of the database. What a gateway fails in is noted, and tried again the next time.
pub async fn reconcile_when_due(app: &App) -> Result<()> {
    let pause = app.config.payments.reconcile_every();
    for info in app.payments.offered() {
        let last = reconciliation::Entity::find()
            .filter(reconciliation::Column::Gateway.eq(info.id.as_str()))
            .order_by_desc(reconciliation::Column::Id)
            .one(&app.db)
            .await?;
        let due = last.is_none_or(|last| app.clock.now() >= last.started_at + pause);
        if let (true, Some(gateway)) = (due, app.payments.get(&info.id)) {
            with_gateway(app, gateway).await?;
        }
    }
    Ok(())
}

/// Compares with every gateway now.
///
/// # Errors
/// Those of the database.
pub async fn reconcile(app: &App) -> Result<Vec<Reconciliation>> {
    let mut done = Vec::new();
    for info in app.payments.offered() {
        if let Some(gateway) = app.payments.get(&info.id) {
            done.push(with_gateway(app, gateway).await?);
        }
    }
    Ok(done)
}

async fn with_gateway(app: &App, gateway: &SharedGateway) -> Result<Reconciliation> {
    let row = Reconciliation {
        id: app.ids.new_id(),
        gateway: gateway.info().id,
        checked: 0,
        settled: 0,
        differences: 0,
        failure: None,
        started_at: app.clock.now(),
        finished_at: None,
    };
    let mut row = row.into_active_model().insert(&app.db).await?;
    let mut examined = Examined::default();
    let ended = walk(app, gateway, &mut examined).await;
    let differences = note(app, row.id, &row.gateway, &examined.found).await?;
    row.checked = examined.checked;
    row.settled = examined.settled;
    row.differences = i32::try_from(differences).unwrap_or(i32::MAX);
    row.failure = ended.err().map(|fault| fault.to_string());
    row.finished_at = Some(app.clock.now());
    if let Some(failure) = &row.failure {
        tracing::warn!(gateway = row.gateway, failure, "a comparison of the books ended early");
    }
    tracing::info!(
        gateway = row.gateway,
        checked = row.checked,
        settled = row.settled,
        differences = row.differences,
        "books compared"
    );
    Ok(row.into_active_model().reset_all().update(&app.db).await?)
}

async fn walk(app: &App, gateway: &SharedGateway, examined: &mut Examined) -> Result<()> {
    let id = gateway.info().id;
    ask_again(app, &id).await?;
    poll_open(app, gateway, examined).await?;
    compare_left(app, gateway, examined).await?;
    let (since, mut after) = (app.clock.now() - WINDOW, None::<String>);
    for _ in 0..PAGES_MAX {
        let page = tokio::time::timeout(PAGE_DEADLINE, gateway.payments(since, after.as_deref())).await;
        let page = page.map_err(|late| Fault::part("gateway", late))??;
        examine(app, &id, page.payments, examined).await?;
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
    Err(Fault::Invariant(
        "a gateway with more payments than one comparison looks at",
    ))
}
