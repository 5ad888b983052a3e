//! Imports: files as other shops write them, good and bad.

mod files;
mod order_rows;
mod orders;
mod product_rows;
mod products;
mod real;
mod stock;

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use merx::command::import::{ImportError, ImportOrders, ImportProducts, Summary, orders, products};

use crate::support::Shop;

/// Writes a file into the folder of the shop.
fn file(shop: &Shop, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = shop.folder().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

async fn import_products(shop: &Shop, bytes: impl AsRef<[u8]>) -> Result<Summary, ImportError> {
    let file = file(shop, "products.csv", bytes);
    let command = ImportProducts {
        file,
        ..ImportProducts::default()
    };
    products(&shop.app, command).await
}

pub(crate) async fn import_orders(shop: &Shop, bytes: impl AsRef<[u8]>) -> Result<Summary, ImportError> {
    let file = file(shop, "orders.csv", bytes);
    orders(&shop.app, ImportOrders { file, channel: None }).await
}

/// created, updated, unchanged, refused.
fn counts(summary: &Summary) -> [u64; 4] {
    [summary.created, summary.updated, summary.unchanged, summary.refused]
}

/// The rows of the report: line, handle, column, value, reason.
fn report(summary: &Summary) -> Vec<Vec<String>> {
    let path = summary.report.as_ref().expect("a report");
    let mut reader = csv::Reader::from_path(path).expect("the report opens");
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    assert_eq!(header, ["line", "handle", "column", "value", "reason"]);
    let rows = reader.records().map(|row| row.expect("a row"));
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}
