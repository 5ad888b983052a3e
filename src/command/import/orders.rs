//! `merx import orders`: Shopify's order CSV into the history of orders.

use std::path::PathBuf;
use std::sync::Arc;

use super::order_columns::Columns;
use super::order_rows;
use super::pipeline::{self, Parse};
use super::progress::Progress;
use super::report::{Report, RowError, Summary};
use super::source::{self, Row};
use super::{ImportError, channels_of};
use crate::app::App;
use crate::channel::Channel;
use crate::order::{self, HistoricOrder, ImportOrderError, Imported};
use crate::platform::db::{refusal_of, retry_conflicts};
use crate::platform::error::{Fault, Result};

/// An import of orders.
#[derive(Clone, Debug, Default)]
pub struct ImportOrders {
    /// The file.
    pub file: PathBuf,
    /// Channel that they were placed in, by slug; none: the default channel.
    pub channel: Option<String>,
}

/// Imports the history of orders with their customers, by number. No stock moves, nobody gets mail. At the end the units
/// sold of the products in the channel are counted anew.
///
/// # Errors
/// When the file cannot be read or the channel is not there: nothing has been written then. When the database fails:
/// batches before stay, and the same import again goes on.
pub async fn orders(app: &App, command: ImportOrders) -> Result<Summary, ImportError> {
    let slugs: Vec<String> = command.channel.into_iter().collect();
    let Some(channel) = channels_of(app, &slugs).await?.pop() else {
        return Err(Fault::Invariant("no channel").into());
    };
    let path = command.file.clone();
    let looked = tokio::task::spawn_blocking(move || -> Result<_, source::SourceError> {
        let header = source::header(&path).and_then(|fields| Columns::of(&fields));
        // A file that is damaged is named as such, even if that took the columns away.
        let looked = source::look_through(&path)?;
        Ok((looked, header?))
    });
    let (looked, (columns, ignored)) = looked.await.map_err(|e| Fault::part("reading", e))??;

    let mut report = Report::new(&app.config.server.data_dir, &command.file, app.clock.now());
    report.summary.rows = looked.rows;
    if !ignored.is_empty() {
        report.notice(1, &format!("columns ignored: {}", ignored.join(", ")));
    }
    let mut progress = Progress::new(looked.rows);
    let parse = OrderParse {
        columns,
        channel: Arc::clone(&channel),
    };
    let mut batches = pipeline::start(command.file, parse);
    let mut writer = Writer { app, report };
    while let Some(batch) = batches.recv().await {
        let batch = batch?;
        writer.write(batch.items).await?;
        progress.add(batch.rows);
    }
    if writer.report.summary.created + writer.report.summary.updated > 0 {
        recount(app, &channel).await?;
    }
    Ok(writer.report.finish(progress.finish())?)
}

async fn recount(app: &App, channel: &Channel) -> Result<()> {
    retry_conflicts(Fault::db, || async {
        let tx = app.db.begin().await?;
        order::recount_units_sold(&tx, channel.id).await?;
        Ok(tx.commit().await?)
    })
    .await
}

struct OrderParse {
    columns: Columns,
    channel: Arc<Channel>,
}

impl Parse for OrderParse {
    type Item = HistoricOrder;
    const KEY: &'static str = "Name";
    const ROWS: u64 = 8_000;

    fn key<'r>(&self, row: &'r Row) -> &'r str {
        self.columns.number(row)
    }

    fn name(&self, key: &str) -> String {
        key.to_owned()
    }

    fn parse(&self, rows: &[Row]) -> Result<HistoricOrder, Vec<RowError>> {
        order_rows::order(&self.columns, &self.channel, rows)
    }
}

struct Writer<'a> {
    app: &'a App,
    report: Report,
}

type Written = Vec<std::result::Result<Imported, ImportOrderError>>;

impl Writer<'_> {
    async fn write(&mut self, items: Vec<Result<HistoricOrder, Vec<RowError>>>) -> Result<()> {
        let mut orders = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Ok(order) => orders.push(order),
                Err(errors) => self.report.refuse(&errors)?,
            }
        }
        match self.save(&orders).await {
            Ok(written) => self.count(&orders, written),
            // One order that the database refuses shall not take its batch along.
            Err(fault) if refusal_of(&fault).is_some() => {
                for order in &orders {
                    let order = std::slice::from_ref(order);
                    match self.save(order).await {
                        Ok(written) => self.count(order, written)?,
                        Err(fault) => {
                            let Some(reason) = refusal_of(&fault) else {
                                return Err(fault);
                            };
                            self.refuse(&order[0], format!("the database refuses it: {reason}"))?;
                        }
                    }
                }
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }

    /// Writes orders in one transaction, again when another writer was in the way.
    async fn save(&self, orders: &[HistoricOrder]) -> Result<Written> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        retry_conflicts(Fault::db, || async {
            let tx = self.app.db.begin().await?;
            let now = self.app.clock.now();
            let written = order::import_batch(&tx, &self.app.ids, now, orders).await?;
            tx.commit().await?;
            Ok(written)
        })
        .await
    }

    fn count(&mut self, orders: &[HistoricOrder], written: Written) -> Result<()> {
        for (order, result) in orders.iter().zip(written) {
            let summary = &mut self.report.summary;
            match result {
                Ok(Imported::Created) => summary.created += 1,
                Ok(Imported::Updated) => summary.updated += 1,
                Ok(Imported::Unchanged) => summary.unchanged += 1,
                Err(error) => self.refuse(order, error.to_string())?,
            }
        }
        Ok(())
    }

    fn refuse(&mut self, order: &HistoricOrder, reason: String) -> Result<()> {
        self.report.refuse(&[RowError {
            line: order.line,
            handle: order.number.clone(),
            column: "Name",
            value: order.number.clone(),
            reason,
        }])
    }
}
