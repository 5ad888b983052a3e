//! What was bought and looked at, as a file.

use chrono::{DateTime, Utc};
use entity::analytics::interaction::InteractionKind;
use entity::{CustomerId, InteractionId, OrderId, ProductId};

use crate::analytics::{Span, interactions};
use crate::app::App;
use crate::platform::error::{Fault, Result};
use crate::recommendation::exchange::form::{GROUP, Line, Writer};
use crate::recommendation::history::orders_behind;

/// Interactions that are read at once.
const PAGE: u64 = 10_000;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Where it lies in the private part of the object store.
    pub key: String,
    /// Its lines.
    pub lines: usize,
}

/// Writes all orders that were not called off and all interactions into a file.
///
/// # Errors
/// Those of the database and of the store.
pub async fn export(app: &App) -> Result<Export> {
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
                file.add(line(order.id, order.customer, *product, "buy", order.at))?;
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
            file.add(line(row.visit_id, row.customer_id, row.product_id, kind, row.at))?;
        }
        after = page.last().map(|row| row.id);
        if (page.len() as u64) < PAGE {
            break;
        }
    }
    let lines = file.lines;
    let key = format!(
        "recommendation/lines-{}.parquet",
        app.clock.now().format("%Y%m%dT%H%M%SZ")
    );
    app.exchange.put(&key, file.finish()?).await?;
    Ok(Export { key, lines })
}

fn line(
    basket: impl ToString,
    person: Option<CustomerId>,
    product: ProductId,
    kind: &'static str,
    at: DateTime<Utc>,
) -> Line {
    Line {
        basket: basket.to_string(),
        person: person.map(|person| person.to_string()),
        product: product.to_string(),
        kind,
        at: at.timestamp_micros(),
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

    fn finish(mut self) -> Result<bytes::Bytes> {
        self.write()?;
        self.writer.finish().map_err(broken)
    }
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Fault {
    Fault::part("exchange", error)
}
