//! `merx import`: files of other shops. Conducts catalogue, inventory, customers and orders.
//!
//! A file is read twice: once to see that it can be read to its end (unpacked, UTF-8, sound CSV), then to import it.
//! Rows become values in pure functions ([`product_rows`], [`order_rows`]) on a thread of their own, while batches of
//! some hundred are written, each in one transaction. What is wrong with a product or an order refuses it alone and
//! stands in a report file.

mod canonical;
mod order_amounts;
pub mod order_columns;
pub mod order_rows;
mod orders;
mod pipeline;
pub mod product_columns;
pub mod product_rows;
mod product_values;
mod products;
mod progress;
mod report;
pub mod source;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;

pub use orders::{ImportOrders, orders};
pub use products::{ImportProducts, products, read_products};
pub use report::{Notice, RowError, Summary};
pub use source::SourceError;

use crate::app::App;
use crate::channel::Channel;
use crate::config::Config;
use crate::platform::error::{Fault, Result};

/// Exit code when a product or an order was refused.
const SOME_REFUSED: u8 = 1;
/// Exit code when nothing could be read.
const NOTHING_READ: u8 = 2;

/// What is imported.
#[derive(Subcommand, Debug)]
pub(super) enum What {
    /// Imports products with variants, prices, stock, pictures and attributes from Shopify's product CSV.
    ///
    /// Products are matched by handle; the same file again changes nothing. A product that changed in the file becomes
    /// what the file says, also where staff has changed it since. Stock is set when a product is new or changed. A product with
    /// a bad row is refused as a whole and stands in the report file; the others are imported.
    #[command(after_help = EXIT_CODES)]
    Products {
        /// The file, CSV in UTF-8, gzip or not.
        file: PathBuf,
        /// Channel whose prices these are, by slug; may be repeated. Not given: the default channel.
        #[arg(long = "channel")]
        channels: Vec<String>,
        /// Location that holds the stock, by slug. Not given: the default location.
        #[arg(long)]
        location: Option<String>,
    },
    /// Imports the history of orders with their customers from Shopify's order CSV.
    ///
    /// Orders are matched by number; the same file again changes nothing. No stock moves and no mail is sent. An order
    /// that was placed here is never overwritten. An order whose amounts do not add up is refused and stands in the
    /// report file.
    #[command(after_help = EXIT_CODES)]
    Orders {
        /// The file, CSV in UTF-8, gzip or not.
        file: PathBuf,
        /// Channel that they were placed in, by slug. Not given: the default channel.
        #[arg(long)]
        channel: Option<String>,
    },
}

const EXIT_CODES: &str = "Exit code: 0 when nothing was refused, 1 when something was refused or the database failed, \
                          2 when the file could not be read (nothing has been changed then).";

/// Why an import did not take place or did not end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is no such channel.
    #[error("no channel has the slug \"{0}\"")]
    NoChannel(String),
    /// There is no such location.
    #[error("no location has the slug \"{0}\"")]
    NoLocation(String),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Runs the command.
pub(super) async fn import(config: Config, what: What) -> Result<ExitCode> {
    let app = super::open(config.without_statement_timeout()).await?;
    let result = match what {
        What::Products {
            file,
            channels,
            location,
        } => {
            let command = ImportProducts {
                file,
                channels,
                location,
            };
            products(&app, command).await
        }
        What::Orders { file, channel } => orders(&app, ImportOrders { file, channel }).await,
    };
    match result {
        Ok(summary) => {
            std::io::stdout().write_all(told(&summary).as_bytes())?;
            Ok(if summary.refused == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(SOME_REFUSED)
            })
        }
        Err(ImportError::Fault(fault)) => Err(fault),
        Err(error) => {
            tracing::error!("{error}");
            Ok(ExitCode::from(NOTHING_READ))
        }
    }
}

/// The summary for people.
fn told(summary: &Summary) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for (notice, count, line) in &summary.notices {
        let _ = match count {
            1 => writeln!(text, "notice: {notice} (line {line})"),
            _ => writeln!(text, "notice: {notice} ({count} times, first in line {line})"),
        };
    }
    let millis = Ord::max(summary.took.as_millis(), 1);
    let _ = writeln!(
        text,
        "created {}, updated {}, unchanged {}, refused {}",
        summary.created, summary.updated, summary.unchanged, summary.refused
    );
    let _ = writeln!(
        text,
        "{} rows in {}.{:03} s, {} rows/s",
        summary.rows,
        millis / 1000,
        millis % 1000,
        u128::from(summary.rows) * 1000 / millis
    );
    if let Some(report) = &summary.report {
        let _ = writeln!(text, "report of what was refused: {}", report.display());
    }
    text
}

/// The channels named `slugs`; the default one for none.
async fn channels_of(app: &App, slugs: &[String]) -> Result<Vec<Arc<Channel>>, ImportError> {
    if slugs.is_empty() {
        return Ok(vec![app.channels.default_channel(&app.db).await?]);
    }
    let mut channels: Vec<Arc<Channel>> = Vec::with_capacity(slugs.len());
    for slug in slugs {
        let channel = app.channels.by_slug(&app.db, slug).await?;
        let channel = channel.ok_or_else(|| ImportError::NoChannel(slug.clone()))?;
        if !channels.iter().any(|known| known.id == channel.id) {
            channels.push(channel);
        }
    }
    Ok(channels)
}
