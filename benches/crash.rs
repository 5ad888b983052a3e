//! Two hundred crashes: the binary dies with -9 at points that seeds choose, while shoppers pay, and the gateway's books
//! are held against the shop's after each. `tests/it/crash` does twenty of the same.
//!
//! `cargo bench --bench crash -- --runs N --first SEED`; `cargo test --bench crash` does it without optimization. With
//! `MERX_TEST_DATABASE_URL` it runs on PostgreSQL, in a database of its own.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

#[path = "../tests/it/crash/harness/mod.rs"]
mod harness;

use std::time::Instant;

use harness::{Crashes, Report};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

fn argument(name: &str) -> Option<u64> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    let value = arguments.nth(1)?;
    Some(value.parse().expect("a number"))
}

/// Runs a statement in the database of `MERX_TEST_DATABASE_URL`.
async fn administrate(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url)
        .await
        .expect("MERX_TEST_DATABASE_URL answers");
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("an answer");
}

#[tokio::main]
async fn main() {
    let (runs, first) = (argument("--runs").unwrap_or(200), argument("--first").unwrap_or(1_000));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let postgres = std::env::var("MERX_TEST_DATABASE_URL").ok();
    let name = format!("merx_crash_{}", std::process::id());
    let url = match &postgres {
        Some(admin) => {
            administrate(admin, format!("CREATE DATABASE {name}")).await;
            let base = admin.rsplit_once('/').expect("an address with a database").0;
            format!("{base}/{name}")
        }
        None => format!("sqlite:{}", folder.path().join("merx.db").display()),
    };
    let shop = Crashes::open(folder.path(), &url).await;
    let (mut report, started) = (Report::default(), Instant::now());
    for seed in first..first + runs {
        shop.run(seed, &mut report).await;
        if (seed - first) % 10 == 9 {
            println!("{} runs, {} s", seed - first + 1, started.elapsed().as_secs());
        }
    }
    drop(shop);
    if let Some(admin) = &postgres {
        administrate(admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    }
    let kills: u32 = report.kills.values().sum();
    println!(
        "{runs} runs in {} s, {kills} died at their point, {} afterwards",
        started.elapsed().as_secs(),
        report.missed
    );
    for (point, kills) in &report.kills {
        println!("  {kills:>4} at {point}");
    }
    println!("{} shoppers, {} orders", report.shoppers, report.orders);
    println!("0 paid carts without an order, 0 double charges, 0 leaked reservations, the ledger balances");
}
