//! The heart of payments: what a gateway says of one is written down, with all that follows from it, in one transaction.

use chrono::{DateTime, Utc};
use entity::payment::dispute::DisputeStatus;
use entity::payment::payment::PaymentStatus;
use entity::payment::refund::RefundStatus;
use entity::payment::{dispute, payment, payment_event, refund};
use entity::{DisputeId, PaymentId, RefundId};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::ledger::{self, Posting};
use crate::payment::books;
use crate::payment::events::{PaymentChanged, PaymentNews, RefundAccepted};
use crate::payment::gateway::{DisputeSnapshot, RefundSnapshot, Snapshot};
use crate::payment::jobs::CancelAtGateway;
use crate::payment::merge::{Says, lives_on, merged, merged_dispute, merged_refund};
use crate::payment::query::Payment;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::event;
use crate::platform::id::Ids;
use crate::platform::jobs;

/// What became of a payment by what its gateway said.
#[derive(Clone, Debug, Default)]
pub(crate) struct Applied {
    /// The payment as it is now; none when there is none.
    pub payment: Option<Payment>,
    /// Whether this call changed its status.
    pub moved: bool,
    /// Whether this call changed anything.
    pub changed: bool,
}

/// Writes what a gateway says of a payment: how it is there, not what changed. May be called at any time, any number of
/// times, in any order, by many at once: the row of the payment is held while its status, amounts, refunds and disputes
/// follow, its history and the books are added to, and its order is told. A late answer never undoes a cancellation, but
/// money that came all the same is booked, and a job gives it back. One that was refused is closed at its gateway too, so
/// that nobody pays it later beside the one that takes its place.
///
/// # Errors
/// What is said of another payment, or in another currency, is refused; those of the database.
pub(crate) async fn apply(tx: &Tx, ids: &Ids, now: DateTime<Utc>, id: PaymentId, says: &Says) -> Result<Applied> {
    let applied = write(tx, ids, now, id, says).await?;
    if let (Some(payment), Some(snapshot)) = (&applied.payment, says.snapshot())
        && (lives_on(payment, snapshot) || applied.moved && payment.status == PaymentStatus::Failed)
    {
        jobs::enqueue_unless_waiting(tx, &CancelAtGateway { payment: id }).await?;
    }
    Ok(applied)
}

/// The same, for the answer to a cancellation: it calls for no other one.
pub(super) async fn write(tx: &Tx, ids: &Ids, now: DateTime<Utc>, id: PaymentId, says: &Says) -> Result<Applied> {
    let Some(row) = held(tx, id).await? else {
        return Ok(Applied::default());
    };
    let mut next = merged(&row, says);
    (next.version, next.updated_at) = (row.version + 1, now);
    let mut news = News::default();
    news.of_payment(&row, &next, says)?;
    if let Some(snapshot) = says.snapshot() {
        belongs(&row, snapshot)?;
        next.checked_at = Some(now);
        follow_refunds(tx, ids, &mut next, &snapshot.refunds, &mut news).await?;
        follow_disputes(tx, ids, &mut next, &snapshot.disputes, &mut news).await?;
    }
    finish(tx, ids, row, next, news).await
}

/// Writes what became of a refund, of which alone its gateway spoke.
pub(super) async fn write_refund(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    id: PaymentId,
    says: RefundSnapshot,
) -> Result<()> {
    let row = held(tx, id).await?;
    let row = row.ok_or(Fault::Invariant("a refund without its payment"))?;
    let mut next = row.clone();
    (next.version, next.updated_at) = (row.version + 1, now);
    let mut news = News::default();
    follow_refunds(tx, ids, &mut next, &[says], &mut news).await?;
    finish(tx, ids, row, next, news).await?;
    Ok(())
}

/// Writes `next` in place of `row`, with the news of it.
async fn finish(tx: &Tx, ids: &Ids, row: Payment, next: Payment, news: News) -> Result<Applied> {
    let same = Payment {
        version: row.version,
        updated_at: row.updated_at,
        checked_at: row.checked_at,
        ..next.clone()
    };
    if same == row && news.is_empty() {
        return Ok(Applied {
            payment: Some(row),
            ..Applied::default()
        });
    }
    let next = next.into_active_model().reset_all().update(tx).await?;
    for posting in news.postings {
        ledger::post(tx, ids, next.updated_at, posting).await?;
    }
    let moved = next.status != row.status;
    tell(tx, ids, next.updated_at, &next, news.happened).await?;
    Ok(Applied {
        payment: Some(next),
        moved,
        changed: true,
    })
}

/// A payment, held for the rest of the transaction: others who want to change it wait.
pub(super) async fn held(tx: &Tx, id: PaymentId) -> Result<Option<Payment>> {
    Ok(payment::Entity::find_by_id(id).lock_exclusive().one(tx).await?)
}

/// Writes the history of a payment and says that it changed.
pub(super) async fn tell(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    payment: &Payment,
    news: Vec<PaymentNews>,
) -> Result<()> {
    history(tx, ids, now, payment.id, &news);
    let changed = PaymentChanged {
        payment: payment.id,
        order: payment.order_id,
        at: now,
        news,
    };
    event::emit(tx, &changed).await
}

/// Adds to the history of a payment.
pub(super) fn history(tx: &Tx, ids: &Ids, now: DateTime<Utc>, payment: PaymentId, news: &[PaymentNews]) {
    let rows = news.iter().map(|news| {
        payment_event::Model {
            id: ids.new_id(),
            payment_id: payment,
            kind: news.kind.clone(),
            amount: news.amount,
            message: news.message.clone(),
            created_at: now,
        }
        .into_active_model()
    });
    tx.later(rows.collect());
}

/// What is said of a payment must be about it.
fn belongs(row: &Payment, snapshot: &Snapshot) -> Result<()> {
    if snapshot.payment.is_some_and(|id| id != row.id) {
        return Err(Fault::Invariant("a gateway speaks of another payment"));
    }
    if snapshot.amount.currency != books::currency_of(row)? {
        return Err(Fault::Invariant("a gateway speaks of another currency"));
    }
    Ok(())
}

/// What happened, for the history and for the books.
#[derive(Default)]
struct News {
    happened: Vec<PaymentNews>,
    postings: Vec<Posting>,
}

impl News {
    fn is_empty(&self) -> bool {
        self.happened.is_empty() && self.postings.is_empty()
    }

    fn add(&mut self, kind: &str, amount: i64, message: Option<String>) {
        self.happened.push(PaymentNews::new(kind, amount, message));
    }

    fn of_payment(&mut self, row: &Payment, next: &Payment, says: &Says) -> Result<()> {
        if next.status != row.status || next.next_action != row.next_action {
            let (kind, amount) = match next.status {
                PaymentStatus::Pending => ("pending", next.amount),
                PaymentStatus::RequiresAction => ("requires_action", next.amount),
                PaymentStatus::Authorized => ("authorized", next.authorized_amount),
                PaymentStatus::Succeeded => ("succeeded", next.amount),
                PaymentStatus::Failed => ("failed", next.amount),
                PaymentStatus::Cancelled => ("cancelled", row.authorized_amount),
            };
            self.add(kind, amount, next.failure.clone());
        }
        let more = next.captured_amount - row.captured_amount;
        if more != 0 {
            let reference = says.snapshot().map(|snapshot| snapshot.reference.clone());
            self.add("captured", more, reference);
            self.postings.push(books::captured(next, more)?);
        }
        let more = next.fee_amount - row.fee_amount;
        if more != 0 {
            self.add("fee", more, None);
            self.postings.push(books::fee(next, more)?);
        }
        Ok(())
    }

    /// `was` is how the refund stood before; none when it was not known.
    fn of_refund(&mut self, payment: &Payment, was: Option<RefundStatus>, refund: &refund::Model) -> Result<()> {
        if was == Some(refund.status) {
            return Ok(());
        }
        match refund.status {
            RefundStatus::Pending => self.add("refund_pending", refund.amount, refund.gateway_reference.clone()),
            RefundStatus::Succeeded => {
                self.add("refunded", refund.amount, refund.gateway_reference.clone());
                self.postings.push(books::refunded(payment, refund)?);
            }
            RefundStatus::Failed => {
                self.add("refund_failed", refund.amount, refund.failure.clone());
                if was == Some(RefundStatus::Succeeded) {
                    self.postings.push(books::refund_failed(payment, refund)?);
                }
            }
        }
        Ok(())
    }

    fn of_dispute(&mut self, payment: &Payment, was: Option<&dispute::Model>, now: &dispute::Model) -> Result<()> {
        if was.is_none() {
            self.add("dispute_opened", now.amount, Some(now.reason.clone()));
        }
        if was.map(|was| was.status) != Some(now.status) {
            let kind = match now.status {
                DisputeStatus::NeedsResponse => None,
                DisputeStatus::UnderReview => Some("dispute_under_review"),
                DisputeStatus::Won => Some("dispute_won"),
                DisputeStatus::Lost => Some("dispute_lost"),
                DisputeStatus::Closed => Some("dispute_closed"),
            };
            if let Some(kind) = kind {
                self.add(kind, now.amount, None);
            }
        }
        let taken = now.withdrawn_amount - was.map_or(0, |was| was.withdrawn_amount);
        let fee = now.fee_amount - was.map_or(0, |was| was.fee_amount);
        match taken.signum() {
            1 => self.add("dispute_withdrawn", taken, None),
            -1 => self.add("dispute_returned", -taken, None),
            _ => {}
        }
        if taken != 0 || fee != 0 {
            self.postings.push(books::disputed(payment, now, taken, fee)?);
        }
        Ok(())
    }
}

/// Writes the refunds as the gateway has them: ours, and those that were made there.
async fn follow_refunds(
    tx: &Tx,
    ids: &Ids,
    payment: &mut Payment,
    says: &[RefundSnapshot],
    news: &mut News,
) -> Result<()> {
    if says.is_empty() {
        return Ok(());
    }
    let mut known = refund::Entity::find()
        .filter(refund::Column::PaymentId.eq(payment.id))
        .order_by_asc(refund::Column::Id)
        .all(tx)
        .await?;
    let mut accepted = Vec::new();
    for says in says {
        let ours = |row: &refund::Model| says.refund == Some(row.id);
        let theirs = |row: &refund::Model| row.gateway_reference.as_ref() == Some(&says.reference);
        let at = known.iter().position(ours).or_else(|| known.iter().position(theirs));
        match at {
            Some(at) => {
                let was = known[at].clone();
                let mut next = merged_refund(&was, says);
                if next != was {
                    news.of_refund(payment, Some(was.status), &next)?;
                    next.updated_at = payment.updated_at;
                    accepted.extend(newly_accepted(&was, &next));
                    known[at] = next.into_active_model().reset_all().update(tx).await?;
                }
            }
            None => {
                let row = made_there(ids.new_id(), payment, says);
                news.of_refund(payment, None, &row)?;
                known.push(row.into_active_model().insert(tx).await?);
            }
        }
    }
    let sum = |status| known.iter().filter(|r| r.status == status).map(|r| r.amount).sum();
    payment.refunded_amount = sum(RefundStatus::Succeeded);
    payment.refunding_amount = sum(RefundStatus::Pending);
    for accepted in accepted {
        event::emit(tx, &accepted).await?;
    }
    Ok(())
}

/// That a refund which says what it is for was accepted just now.
fn newly_accepted(was: &refund::Model, next: &refund::Model) -> Option<RefundAccepted> {
    let order = next.order_id.filter(|_| next.lines.is_some())?;
    (next.is_accepted() && !was.is_accepted()).then_some(RefundAccepted {
        refund: next.id,
        order,
        at: next.updated_at,
    })
}

/// A refund that was not asked for here one by one: made by hand at the gateway, or by calling the payment off.
fn made_there(id: RefundId, payment: &Payment, says: &RefundSnapshot) -> refund::Model {
    let by = match payment.status {
        PaymentStatus::Cancelled => "system",
        _ => "gateway",
    };
    refund::Model {
        id,
        payment_id: payment.id,
        order_id: payment.order_id,
        amount: says.amount,
        currency_code: payment.currency_code.clone(),
        status: says.status,
        reason: None,
        gateway_reference: Some(says.reference.clone()),
        failure: says.failure.clone(),
        lines: None,
        requested_by: by.to_owned(),
        created_at: payment.updated_at,
        updated_at: payment.updated_at,
    }
}

/// Writes the disputes as the gateway has them.
async fn follow_disputes(
    tx: &Tx,
    ids: &Ids,
    payment: &mut Payment,
    says: &[DisputeSnapshot],
    news: &mut News,
) -> Result<()> {
    if says.is_empty() {
        return Ok(());
    }
    let mut known = dispute::Entity::find()
        .filter(dispute::Column::PaymentId.eq(payment.id))
        .all(tx)
        .await?;
    for says in says {
        match known.iter().position(|row| row.gateway_reference == says.reference) {
            Some(at) => {
                let was = known[at].clone();
                let mut next = merged_dispute(&was, says);
                if next != was {
                    news.of_dispute(payment, Some(&was), &next)?;
                    next.updated_at = payment.updated_at;
                    known[at] = next.into_active_model().reset_all().update(tx).await?;
                }
            }
            None => {
                let row = opened(ids.new_id(), payment, says);
                news.of_dispute(payment, None, &row)?;
                known.push(row.into_active_model().insert(tx).await?);
            }
        }
    }
    payment.disputed_amount = known.iter().map(|row| row.withdrawn_amount).sum();
    Ok(())
}

fn opened(id: DisputeId, payment: &Payment, says: &DisputeSnapshot) -> dispute::Model {
    dispute::Model {
        id,
        payment_id: payment.id,
        order_id: payment.order_id,
        gateway: payment.gateway.clone(),
        gateway_reference: says.reference.clone(),
        amount: says.amount,
        withdrawn_amount: says.withdrawn,
        fee_amount: says.fee,
        currency_code: payment.currency_code.clone(),
        reason: says.reason.clone(),
        status: says.status,
        due_by: says.due_by,
        created_at: payment.updated_at,
        updated_at: payment.updated_at,
    }
}
