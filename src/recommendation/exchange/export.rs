//! What was bought and looked at, as a file.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use entity::analytics::interaction::InteractionKind;
use entity::{CustomerId, InteractionId, OrderId, ProductId, TypedId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::analytics::{Span, interactions};
use crate::app::App;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};
use crate::recommendation::exchange::form::{GROUP, Line, Writer};
use crate::recommendation::exchange::keep;
use crate::recommendation::history::orders_behind;

/// Interactions that are read at once.
const PAGE: u64 = 10_000;
/// How often a file is begun.
const ATTEMPTS: usize = 3;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Where it lies in the private part of the object store.
    pub key: String,
    /// Its lines.
    pub lines: usize,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ExportError {
    /// Somebody was erased while it was written, again and again.
    Erased,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ExportError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Erased => message!("exchange-erased"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for ExportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Writes all orders that were not called off and all interactions into a file. When somebody is erased meanwhile, the
/// file is written anew.
///
/// # Errors
/// See [`ExportError`]; no file stays then.
pub async fn export(app: &App) -> Result<Export, ExportError> {
    for _ in 0..ATTEMPTS {
        let time = app.clock.now().format("%Y%m%dT%H%M%SZ");
        let key = format!("recommendation/lines-{time}-{}.parquet", app.ids.uuid().simple());
        keep::begin(app, &key).await?;
        let (content, lines) = written(app).await?;
        app.exchange.put(&key, content).await?;
        if keep::may_stay(app, &key).await? {
            return Ok(Export { key, lines });
        }
        app.exchange.delete(&key).await?;
    }
    Err(ExportError::Erased)
}

/// The file, and how many lines it has.
async fn written(app: &App) -> Result<(Bytes, usize)> {
    let names = Names::new(app)?;
    let mut file = File {
        writer: Writer::lines().map_err(broken)?,
        waiting: Vec::new(),
        lines: 0,
    };
    let mut after: Option<OrderId> = None;
    loop {
        let page = orders_behind(&app.db, after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for order in &page {
            for product in &order.products {
                file.add(names.line((order.id, order.customer), *product, "buy", order.at))?;
            }
        }
    }
    let mut after: Option<InteractionId> = None;
    loop {
        let span = Span {
            after,
            channel: None,
            limit: PAGE,
        };
        let page = interactions(&app.db, span).await?;
        for row in &page {
            let kind = match row.kind {
                InteractionKind::View => "view",
                InteractionKind::Click => "click",
                InteractionKind::Add => "add",
                // What was bought is in the orders.
                InteractionKind::Buy => continue,
            };
            file.add(names.line((row.visit_id, row.customer_id), row.product_id, kind, row.at))?;
        }
        after = page.last().map(|row| row.id);
        if (page.len() as u64) < PAGE {
            break;
        }
    }
    let lines = file.lines;
    Ok((file.finish()?, lines))
}

/// Names of baskets and people that hold in one file.
struct Names(Hmac<Sha256>);

impl Names {
    /// With a key that nobody keeps.
    fn new(app: &App) -> Result<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(&app.ids.bytes::<32>());
        let mac = mac.map_err(|e| Fault::part("exchange", e.to_string()))?;
        Ok(Self(mac))
    }

    fn of(&self, id: Uuid) -> String {
        let mut mac = self.0.clone();
        mac.update(id.as_bytes());
        let hash: [u8; 32] = mac.finalize().into_bytes().into();
        let mut half = [0u8; 16];
        half.copy_from_slice(&hash[..16]);
        Uuid::from_bytes(half).simple().to_string()
    }

    fn line(
        &self,
        (basket, person): (impl TypedId, Option<CustomerId>),
        product: ProductId,
        kind: &'static str,
        at: DateTime<Utc>,
    ) -> Line {
        Line {
            basket: self.of(basket.uuid()),
            person: person.map(|person| self.of(person.uuid())),
            product: product.to_string(),
            kind,
            at: at.timestamp_micros(),
        }
    }
}

struct File {
    writer: Writer,
    waiting: Vec<Line>,
    lines: usize,
}

impl File {
    fn add(&mut self, line: Line) -> Result<()> {
        self.waiting.push(line);
        self.lines += 1;
        if self.waiting.len() >= GROUP {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        self.writer.add_lines(&self.waiting).map_err(broken)?;
        self.waiting.clear();
        Ok(())
    }

    fn finish(mut self) -> Result<Bytes> {
        self.write()?;
        self.writer.finish().map_err(broken)
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Fault {
    Fault::part("exchange", error)
}
