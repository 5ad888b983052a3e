//! The start of real files, where they are: set MERX_SHARED, or have them in `../shared` beside the project. Where they
//! are not, a line says so.

use std::io::{BufRead, BufReader, Read};

use flate2::read::GzDecoder;

use super::{counts, import_orders, import_products};
use crate::support::{Shop, shared};

/// The header and rows of `name` while `keep` says so; none where there is no such file.
fn start_of(name: &str, rows: usize) -> Option<Vec<u8>> {
    let path = shared(&format!("data/{name}"))?;
    let file = std::fs::File::open(&path).expect("the file opens");
    let mut reader = csv::Reader::from_reader(GzDecoder::new(BufReader::new(file)));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(reader.headers().expect("a header"))
        .expect("written");
    for record in reader.records().take(rows) {
        writer.write_record(&record.expect("a row")).expect("written");
    }
    Some(writer.into_inner().expect("written"))
}

/// The rows of the first `orders` orders.
fn first_orders(orders: usize) -> Option<Vec<u8>> {
    let text = start_of("online-retail/orders.csv.gz", orders * 60)?;
    let (mut kept, mut seen, mut last) = (Vec::new(), 0, Vec::new());
    for line in text.lines() {
        let line = line.expect("a line");
        let number = line.split(',').next().unwrap_or_default().as_bytes().to_vec();
        if number != last {
            seen += 1;
            last = number;
        }
        // The header counts as one.
        if seen > orders + 1 {
            break;
        }
        kept.extend(line.as_bytes().bytes().map(|b| b.expect("a byte")));
        kept.push(b'\n');
    }
    Some(kept)
}

#[tokio::test]
async fn real_products_come_in_and_stay() {
    let Some(text) = start_of("icecat/products.csv.gz", 200) else {
        return;
    };
    let shop = Shop::demo().await;
    let summary = import_products(&shop, &text).await.expect("imported");
    assert_eq!(counts(&summary), [200, 0, 0, 0], "{:?}", summary.notices);
    let again = import_products(&shop, &text).await.expect("imported");
    assert_eq!(counts(&again), [0, 0, 200, 0]);
}

#[tokio::test]
async fn real_orders_come_in_and_stay() {
    let Some(text) = first_orders(100) else { return };
    let shop = Shop::demo().await;
    let summary = import_orders(&shop, &text).await.expect("imported");
    assert_eq!(counts(&summary), [100, 0, 0, 0], "{:?}", summary.notices);
    let again = import_orders(&shop, &text).await.expect("imported");
    assert_eq!(counts(&again), [0, 0, 100, 0]);
}
