//! Who looks after the money is told what differs.

use entity::ReconciliationId;
use entity::payment::reconciliation;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::mail::{self, Envelope, Letter};
use crate::payment::reconcile::query::{ReconciliationDifference, found_by};
use crate::platform::error::Fault;
use crate::platform::jobs::{Job, JobError, Queue};
use crate::platform::locale::Locale;
use crate::platform::money::{Currency, Money};

/// Writes to whoever looks after the money what a comparison found first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TellDifferences {
    /// The comparison.
    pub reconciliation: ReconciliationId,
}

impl Job for TellDifferences {
    const KIND: &'static str = "payment.tell_differences";
    const QUEUE: Queue = Queue::Mail;

    fn unique_key(&self) -> Option<String> {
        Some(self.reconciliation.to_string())
    }
}

/// Differences in a letter at most: the query has all of them.
const LINES_MAX: u64 = 50;

pub(in crate::payment) async fn tell(app: &App, job: TellDifferences) -> Result<(), JobError> {
    let Some(to) = app.config.payments.finance_email.clone() else {
        return Ok(());
    };
    let round = reconciliation::Entity::find_by_id(job.reconciliation).one(&app.db);
    let Some(round) = round.await.map_err(Fault::from)? else {
        return Ok(());
    };
    let found = found_by(&app.db, round.id, LINES_MAX).await?;
    let letter = Letter::ReconciliationDiffers {
        gateway: round.gateway,
        differences: found.iter().map(line).collect(),
    };
    let envelope = Envelope {
        id: format!("reconciliation-{}", round.id),
        to,
        locale: Locale::default(),
    };
    Ok(mail::send(app, envelope, &letter).await?)
}

/// A difference in a line: what, where, and both amounts.
fn line(difference: &ReconciliationDifference) -> String {
    let currency = difference
        .currency_code
        .as_deref()
        .and_then(|code| code.parse::<Currency>().ok());
    let amount = |minor: Option<i64>| match (minor, currency) {
        (Some(minor), Some(currency)) => Money::new(minor, currency).formatted(Locale::default().tag()),
        (Some(minor), None) => minor.to_string(),
        (None, _) => "-".to_owned(),
    };
    let reference = difference.gateway_reference.as_deref().unwrap_or("-");
    let (ours, theirs) = (amount(difference.ours), amount(difference.theirs));
    format!("{} {reference}: {ours} / {theirs}", difference.kind)
}
