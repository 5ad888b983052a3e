//! The embedded twin: a gateway that takes no money. It is an outside system in small: it keeps its own state (a file a
//! payment), forgets nothing at a restart, and answers by the token it is given.

use std::io::ErrorKind;
use std::path::PathBuf;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use entity::PaymentId;
use entity::payment::payment::NextAction;
use serde::{Deserialize, Serialize};

use crate::payment::gateway::{Gateway, GatewayInfo, GatewayState, StartRequest};
use crate::platform::clock::Clock;
use crate::platform::error::Result;

/// How long `tok_late` takes.
pub const LATE: TimeDelta = TimeDelta::seconds(2);

/// Takes no money. Tokens: `tok_success` (also without a token), `tok_decline`, `tok_3ds` (the shopper must confirm),
/// `tok_late` (succeeds after two seconds), `tok_silent` (never answers). Any other token is refused.
pub struct TestGateway {
    folder: PathBuf,
    clock: Clock,
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
}

impl TestGateway {
    /// A gateway that keeps its state in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn new(folder: PathBuf, clock: Clock) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder, clock })
    }

    fn path(&self, payment: PaymentId) -> PathBuf {
        self.folder.join(format!("{payment}.json"))
    }

    async fn read(&self, payment: PaymentId) -> Result<Option<Record>> {
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

    fn judge(&self, payment: PaymentId, record: &Record) -> GatewayState {
        if record.cancelled {
            return GatewayState::Cancelled;
        }
        match (record.token.as_str(), record.confirmed) {
            ("tok_success", _) | ("tok_3ds", Some(true)) => GatewayState::Succeeded,
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

    async fn start(&self, request: &StartRequest) -> Result<(String, GatewayState)> {
        let record = match self.read(request.payment).await? {
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
                };
                self.write(request.payment, &record).await?;
                record
            }
        };
        if record.token == "tok_silent" {
            std::future::pending::<()>().await;
        }
        Ok((
            format!("test_{}", request.payment),
            self.judge(request.payment, &record),
        ))
    }

    async fn state(&self, payment: PaymentId) -> Result<Option<GatewayState>> {
        let record = self.read(payment).await?;
        if record
            .as_ref()
            .is_some_and(|record| record.token == "tok_silent" && !record.cancelled)
        {
            std::future::pending::<()>().await;
        }
        Ok(record.map(|record| self.judge(payment, &record)))
    }

    async fn cancel(&self, payment: PaymentId) -> Result<()> {
        let Some(mut record) = self.read(payment).await? else {
            return Ok(());
        };
        record.cancelled = true;
        self.write(payment, &record).await
    }

    async fn confirm(&self, payment: PaymentId, success: bool) -> Result<()> {
        let Some(mut record) = self.read(payment).await? else {
            return Ok(());
        };
        record.confirmed = Some(success);
        self.write(payment, &record).await
    }
}
