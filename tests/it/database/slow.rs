//! Statements that take too long, and requests that nobody waits for any more. PostgreSQL alone can be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use merx::http::server::{Settings, serve};
use merx::http::{Bodies, Edge, Gate};
use merx::platform::db::Backend;
use merx::platform::stop::Stop;
use sea_orm::ConnectionTrait;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::support::Shop;

const WAIT: Duration = Duration::from_secs(20);

/// A shop on PostgreSQL, with so many connections and seconds for a statement.
async fn shop(connections: u32, seconds: u64) -> Option<Shop> {
    let shop = Shop::configured(|config| {
        config.database.connections = connections;
        config.database.statement_timeout = seconds;
    })
    .await;
    if Backend::of(&shop.app.db) == Backend::Sqlite {
        eprintln!("SQLite has no limit for a statement: nothing is tried");
        return None;
    }
    Some(shop)
}

#[tokio::test]
async fn a_statement_ends_in_its_time_and_a_migration_takes_the_time_it_needs() {
    let Some(shop) = shop(3, 1).await else { return };
    let db = &shop.app.db;
    let slow = timeout(WAIT, db.execute_unprepared("SELECT pg_sleep(600)")).await;
    let error = slow.expect("the statement ends").expect_err("it was cut").to_string();
    assert!(error.contains("statement timeout"), "{error}");
    // Somebody else migrates for longer than a statement may take.
    let pool = db.connection().get_postgres_connection_pool();
    let mut other = pool.acquire().await.expect("a connection");
    let run = |sql: &'static str| sqlx::query::<sqlx::Postgres>(sql);
    run("SELECT pg_advisory_lock(7233921)")
        .execute(&mut *other)
        .await
        .expect("the lock");
    let waiting = merx::platform::db::migrate(db);
    tokio::pin!(waiting);
    let early = timeout(Duration::from_millis(2_500), &mut waiting).await;
    assert!(early.is_err(), "it waits for its turn");
    run("SELECT pg_advisory_unlock(7233921)")
        .execute(&mut *other)
        .await
        .expect("unlocked");
    timeout(WAIT, waiting)
        .await
        .expect("its turn comes")
        .expect("it migrates");
}

/// Counts the handlers that ended in the middle.
struct Cut(Arc<AtomicUsize>, bool);

impl Drop for Cut {
    fn drop(&mut self) {
        if !self.1 {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[tokio::test]
async fn a_client_that_hangs_up_gives_its_connection_to_the_database_back() {
    // All connections are asked for something endless; the pool would wait 10 seconds for one.
    let Some(shop) = shop(2, 4).await else { return };
    let (cut, begun) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (app, cuts, begins) = (shop.app.clone(), Arc::clone(&cut), Arc::clone(&begun));
    let slow = get(async move || {
        let mut guard = Cut(cuts, false);
        begins.fetch_add(1, Ordering::SeqCst);
        let result = app.db.execute_unprepared("SELECT pg_sleep(600)").await;
        guard.1 = true;
        format!("{}", result.is_ok())
    });
    let routes = Router::new().route("/slow", slow);
    // One client hangs up, the other one waits until the deadline ends its request.
    let edge = Edge::new(
        &shop.app,
        routes,
        Bodies::new(1_000, WAIT, 1_000),
        Gate::new(10, Duration::from_secs(2)),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/slow", listener.local_addr().expect("an address"));
    tokio::spawn(serve(listener, edge, Settings::default(), Stop::default()));
    let client = reqwest::Client::new();
    let gone = tokio::spawn(client.get(&url).send());
    let waits = tokio::spawn(client.get(&url).send());
    let both = async {
        while begun.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(WAIT, both).await.expect("both ask the database");
    gone.abort();
    let answer = timeout(WAIT, waits)
        .await
        .expect("in time")
        .expect("no panic")
        .expect("an answer");
    assert_eq!(answer.status(), 504);
    // Neither handler came to its end, and the connections can be used again.
    let cut_both = async {
        while cut.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(WAIT, cut_both).await.expect("both handlers were dropped");
    for _ in 0..4 {
        shop.app.db.execute_unprepared("SELECT 1").await.expect("a connection");
    }
}
