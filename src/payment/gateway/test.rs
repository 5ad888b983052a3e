//! The embedded twin: a gateway that takes no money. It is an outside system in small: it keeps its own state (a file a
//! payment), forgets nothing at a restart, and answers by the token it is given.

use std::io::ErrorKind;
use std::path::PathBuf;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use entity::payment::dispute::DisputeStatus;
use entity::payment::payment::{CaptureMethod, NextAction};
use entity::payment::payment_method::MethodDetails;
use entity::payment::refund::RefundStatus;
use entity::{CaptureId, PaymentId, RefundId};
use serde::{Deserialize, Serialize};

use crate::payment::gateway::{
    Answer, CaptureRequest, DisputeSnapshot, Gateway, GatewayInfo, GatewayState, Handle, PaymentsPage, RefundRequest,
    RefundSnapshot, Snapshot, StartRequest,
};
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result};
use crate::platform::money::Money;

/// How long `tok_late` takes.
pub const LATE: TimeDelta = TimeDelta::seconds(2);
/// Payments on a page.
const PAGE: usize = 100;

/// Takes no money. Tokens: `tok_success` (also without a token), `tok_decline`, `tok_3ds` (the shopper must confirm),
/// `tok_late` (succeeds after two seconds), `tok_silent` (never answers), `tok_authorize` (is never captured by itself).
/// Any other token is refused.
pub struct TestGateway {
    folder: PathBuf,
    clock: Clock,
    /// Files are read, changed and written: one at a time.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    token: String,
    amount: i64,
    currency: String,
    return_url: Option<String>,
    started_at: DateTime<Utc>,
    /// What the shopper answered, once there was something to answer.
    confirmed: Option<bool>,
    cancelled: bool,
    #[serde(default)]
    manual: bool,
    #[serde(default)]
    captures: Vec<Captured>,
    /// Nothing more is captured.
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    refunds: Vec<Refunded>,
    #[serde(default)]
    fee: i64,
    #[serde(default)]
    disputes: Vec<Disputed>,
}

#[derive(Serialize, Deserialize)]
struct Captured {
    capture: CaptureId,
    amount: i64,
}

#[derive(Serialize, Deserialize)]
struct Refunded {
    refund: Option<RefundId>,
    amount: i64,
    /// The bank of the buyer did not take it.
    #[serde(default)]
    bounced: bool,
}

#[derive(Serialize, Deserialize)]
struct Disputed {
    amount: i64,
    fee: i64,
    status: DisputeStatus,
}

impl TestGateway {
    /// A gateway that keeps its state in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(folder: PathBuf, clock: Clock) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            clock,
            writing: tokio::sync::Mutex::default(),
        })
    }

    fn path(&self, payment: PaymentId) -> PathBuf {
        self.folder.join(format!("{payment}.json"))
    }

    async fn record(&self, payment: PaymentId) -> Result<Option<Record>> {
        match tokio::fs::read(self.path(payment)).await {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    async fn write(&self, payment: PaymentId, record: &Record) -> Result<()> {
        let part = self.folder.join(format!("{payment}.part"));
        tokio::fs::write(&part, serde_json::to_vec_pretty(record)?).await?;
        Ok(tokio::fs::rename(part, self.path(payment)).await?)
    }

    /// How the shopper's bank answers.
    fn judge(&self, payment: PaymentId, record: &Record) -> GatewayState {
        match (record.token.as_str(), record.confirmed) {
            ("tok_success" | "tok_authorize", _) | ("tok_3ds", Some(true)) => GatewayState::Succeeded,
            ("tok_decline", _) => GatewayState::Failed("card_declined".to_owned()),
            ("tok_3ds", Some(false)) => GatewayState::Failed("authentication_failed".to_owned()),
            ("tok_3ds", None) => GatewayState::RequiresAction(NextAction {
                kind: "redirect".to_owned(),
                client_secret: Some(format!("{payment}_secret")),
                url: Some(format!("/test-gateway/{payment}")),
            }),
            ("tok_late", _) if self.clock.now() - record.started_at >= LATE => GatewayState::Succeeded,
            ("tok_late" | "tok_silent", _) => GatewayState::Pending,
            _ => GatewayState::Failed("unknown_token".to_owned()),
        }
    }

    fn snapshot(&self, payment: PaymentId, record: &Record) -> Result<Snapshot> {
        let currency = record
            .currency
            .parse()
            .map_err(|e| Fault::part("currency of a test payment", e))?;
        let judged = self.judge(payment, record);
        let granted = judged == GatewayState::Succeeded;
        let by_hand: i64 = record.captures.iter().map(|capture| capture.amount).sum();
        let captured = match (granted, record.manual) {
            (false, _) => 0,
            (true, true) => by_hand,
            // What was called off before it was taken never is.
            (true, false) if record.cancelled && record.refunds.is_empty() => 0,
            (true, false) => record.amount,
        };
        let open = granted && record.manual && !record.closed && !record.cancelled;
        let state = match judged {
            _ if record.cancelled => GatewayState::Cancelled,
            GatewayState::Succeeded if record.manual && captured == 0 => GatewayState::Authorized,
            state => state,
        };
        Ok(Snapshot {
            payment: Some(payment),
            reference: format!("test_{payment}"),
            state,
            amount: Money::new(record.amount, currency),
            authorized: if open { record.amount - captured } else { 0 },
            captured,
            fee: record.fee,
            refunds: record
                .refunds
                .iter()
                .enumerate()
                .map(|(n, refund)| refund_snapshot(payment, n, refund))
                .collect(),
            disputes: record
                .disputes
                .iter()
                .enumerate()
                .map(|(n, dispute)| dispute_snapshot(payment, n, dispute))
                .collect(),
            method: Some(MethodDetails {
                kind: "test".to_owned(),
                ..MethodDetails::default()
            }),
            method_reference: None,
        })
    }

    /// Keeps `fee` of a payment for the work on it: what the others below do, nobody asks for through the port.
    ///
    /// # Errors
    /// When the payment is not known.
    pub async fn charge_fee(&self, payment: PaymentId, fee: i64) -> Result<()> {
        self.change(payment, |record| record.fee = fee).await
    }

    /// Gives money back as if by hand at the gateway.
    ///
    /// # Errors
    /// When the payment is not known.
    pub async fn refund_there(&self, payment: PaymentId, amount: i64) -> Result<()> {
        let refund = Refunded {
            refund: None,
            amount,
            bounced: false,
        };
        self.change(payment, |record| record.refunds.push(refund)).await
    }

    /// The refunds of a payment do not arrive.
    ///
    /// # Errors
    /// When the payment is not known.
    pub async fn bounce(&self, payment: PaymentId) -> Result<()> {
        let bounce = |record: &mut Record| record.refunds.iter_mut().for_each(|refund| refund.bounced = true);
        self.change(payment, bounce).await
    }

    /// The bank of the buyer takes `amount` back, and the gateway keeps `fee` for its work.
    ///
    /// # Errors
    /// When the payment is not known.
    pub async fn dispute(&self, payment: PaymentId, amount: i64, fee: i64) -> Result<()> {
        let dispute = Disputed {
            amount,
            fee,
            status: DisputeStatus::NeedsResponse,
        };
        self.change(payment, |record| record.disputes.push(dispute)).await
    }

    /// The disputes of a payment end so.
    ///
    /// # Errors
    /// When the payment is not known.
    pub async fn close_disputes(&self, payment: PaymentId, status: DisputeStatus) -> Result<()> {
        let close = |record: &mut Record| record.disputes.iter_mut().for_each(|dispute| dispute.status = status);
        self.change(payment, close).await
    }

    async fn change(&self, payment: PaymentId, change: impl FnOnce(&mut Record)) -> Result<()> {
        let _one = self.writing.lock().await;
        let mut record = self.known(payment).await?;
        change(&mut record);
        self.write(payment, &record).await
    }

    async fn known(&self, payment: PaymentId) -> Result<Record> {
        let record = self.record(payment).await?;
        record.ok_or(Fault::Invariant("the test gateway never heard of the payment"))
    }
}

fn refund_snapshot(payment: PaymentId, index: usize, refund: &Refunded) -> RefundSnapshot {
    RefundSnapshot {
        refund: refund.refund,
        reference: format!("test_refund_{payment}_{index}"),
        amount: refund.amount,
        status: if refund.bounced {
            RefundStatus::Failed
        } else {
            RefundStatus::Succeeded
        },
        failure: refund.bounced.then(|| "account_closed".to_owned()),
    }
}

fn dispute_snapshot(payment: PaymentId, index: usize, dispute: &Disputed) -> DisputeSnapshot {
    let over = matches!(dispute.status, DisputeStatus::Won | DisputeStatus::Closed);
    DisputeSnapshot {
        reference: format!("test_dispute_{payment}_{index}"),
        amount: dispute.amount,
        withdrawn: if over { 0 } else { dispute.amount },
        fee: dispute.fee,
        reason: "fraudulent".to_owned(),
        status: dispute.status,
        due_by: None,
    }
}

#[async_trait]
impl Gateway for TestGateway {
    fn info(&self) -> GatewayInfo {
        GatewayInfo {
            id: "test".to_owned(),
            name: "Test gateway (no money moves)".to_owned(),
            publishable_key: None,
        }
    }

    async fn start(&self, request: &StartRequest) -> Result<Snapshot> {
        let record = match self.record(request.payment).await? {
            Some(record) => record,
            None => {
                let record = Record {
                    token: request.token.clone().unwrap_or_else(|| "tok_success".to_owned()),
                    amount: request.amount.minor,
                    currency: request.amount.currency.to_string(),
                    return_url: request.return_url.clone(),
                    started_at: self.clock.now(),
                    confirmed: None,
                    cancelled: false,
                    manual: request.capture == CaptureMethod::Manual
                        || request.token.as_deref() == Some("tok_authorize"),
                    captures: Vec::new(),
                    closed: false,
                    refunds: Vec::new(),
                    fee: 0,
                    disputes: Vec::new(),
                };
                self.write(request.payment, &record).await?;
                record
            }
        };
        if record.token == "tok_silent" {
            std::future::pending::<()>().await;
        }
        self.snapshot(request.payment, &record)
    }

    async fn read(&self, payment: &Handle) -> Result<Option<Snapshot>> {
        let record = self.record(payment.payment).await?;
        let silent = |record: &Record| record.token == "tok_silent" && !record.cancelled;
        if record.as_ref().is_some_and(silent) {
            std::future::pending::<()>().await;
        }
        record.map(|record| self.snapshot(payment.payment, &record)).transpose()
    }

    async fn capture(&self, request: &CaptureRequest) -> Result<Answer<Snapshot>> {
        let _one = self.writing.lock().await;
        let payment = request.payment.payment;
        let mut record = self.known(payment).await?;
        if !record.captures.iter().any(|done| done.capture == request.capture) {
            let amount = request.amount.minor;
            if amount > self.snapshot(payment, &record)?.authorized {
                return Ok(Answer::Refused("amount_too_large".to_owned()));
            }
            let capture = request.capture;
            record.captures.push(Captured { capture, amount });
            record.closed |= request.is_final;
            self.write(payment, &record).await?;
        }
        Ok(Answer::Done(self.snapshot(payment, &record)?))
    }

    async fn refund(&self, request: &RefundRequest) -> Result<Answer<RefundSnapshot>> {
        let _one = self.writing.lock().await;
        let payment = request.payment.payment;
        let mut record = self.known(payment).await?;
        let wanted = Some(request.refund);
        let index = match record.refunds.iter().position(|done| done.refund == wanted) {
            Some(index) => index,
            None => {
                let now = self.snapshot(payment, &record)?;
                let amount = request.amount.minor;
                if amount > now.captured - now.refunded() {
                    return Ok(Answer::Refused("amount_too_large".to_owned()));
                }
                record.refunds.push(Refunded {
                    refund: wanted,
                    amount,
                    bounced: false,
                });
                self.write(payment, &record).await?;
                record.refunds.len() - 1
            }
        };
        Ok(Answer::Done(refund_snapshot(payment, index, &record.refunds[index])))
    }

    async fn cancel(&self, payment: &Handle) -> Result<()> {
        let _one = self.writing.lock().await;
        let payment = payment.payment;
        let Some(mut record) = self.record(payment).await? else {
            return Ok(());
        };
        let now = self.snapshot(payment, &record)?;
        let amount = now.captured - now.refunded();
        if amount > 0 {
            record.refunds.push(Refunded {
                refund: None,
                amount,
                bounced: false,
            });
        }
        record.cancelled = true;
        self.write(payment, &record).await
    }

    async fn payments(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<PaymentsPage> {
        let mut folder = tokio::fs::read_dir(&self.folder).await?;
        let mut ids: Vec<PaymentId> = Vec::new();
        while let Some(file) = folder.next_entry().await? {
            let name = file.file_name().to_string_lossy().into_owned();
            ids.extend(name.strip_suffix(".json").and_then(|id| id.parse::<PaymentId>().ok()));
        }
        // Ids sort by time: newest first.
        ids.sort_unstable_by(|a, b| b.cmp(a));
        let after: Option<PaymentId> = after.and_then(|id| id.parse().ok());
        let mut page = PaymentsPage::default();
        for id in ids.into_iter().filter(|id| after.is_none_or(|after| *id < after)) {
            let Some(record) = self.record(id).await?.filter(|record| record.started_at >= since) else {
                continue;
            };
            page.payments.push(self.snapshot(id, &record)?);
            if page.payments.len() == PAGE {
                page.next = Some(id.to_string());
                break;
            }
        }
        Ok(page)
    }

    async fn confirm(&self, payment: PaymentId, success: bool) -> Result<()> {
        let _one = self.writing.lock().await;
        let Some(mut record) = self.record(payment).await? else {
            return Ok(());
        };
        // The first answer counts.
        if record.confirmed.is_none() {
            record.confirmed = Some(success);
            self.write(payment, &record).await?;
        }
        Ok(())
    }
}
