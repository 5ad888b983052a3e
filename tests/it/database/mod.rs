//! The database keeps the invariants, and its schema goes up and down.

mod slow;

use merx::platform::db::constraint_of;
use migration::MigratorTrait;
use sea_orm::ConnectionTrait;

use crate::support::Shop;

#[tokio::test]
async fn migrations_go_down_and_up_again() {
    let shop = Shop::demo().await;
    let db = &shop.app.db;
    migration::Migrator::down(db.connection(), None).await.expect("down");
    assert!(
        db.execute_unprepared("SELECT 1 FROM product").await.is_err(),
        "the tables are gone"
    );
    merx::platform::db::migrate(db).await.expect("up again");
    assert!(merx::platform::db::is_empty_database(db).await.expect("empty tables"));
    merx::platform::db::migrate(db)
        .await
        .expect("a second time changes nothing");
}

/// The tables of payments are made anew by a migration: what was in them is in the new ones, and in the books.
#[tokio::test]
async fn payments_of_an_older_database_survive() {
    let shop = Shop::demo().await;
    let order = shop.bought().await;
    let db = &shop.app.db;
    let read = "SELECT (SELECT COUNT(*) FROM payment_event) AS events, (SELECT COUNT(*) FROM payment
        WHERE status = 'succeeded' AND order_id IS NOT NULL) AS payments";
    let before = numbers(&shop, read).await;
    let all = migration::Migrator::migrations();
    let later = all
        .iter()
        .rev()
        .take_while(|step| !step.name().ends_with("payments_once"));
    let steps = u32::try_from(later.count() + 1).expect("some");
    migration::Migrator::down(db.connection(), Some(steps))
        .await
        .expect("down");
    let gone = db.execute_unprepared("SELECT 1 FROM ledger_entry").await;
    assert!(gone.is_err(), "the books were not there then");
    merx::platform::db::migrate(db).await.expect("up again");
    assert_eq!(numbers(&shop, read).await, before);
    assert_eq!(before[1], 1);
    let books = "SELECT CAST(SUM(debit) AS bigint) AS debits, CAST(SUM(credit) AS bigint) AS credits,
        (SELECT total FROM orders WHERE cart_id IS NOT NULL) AS total FROM ledger_entry WHERE account = 'receivable'";
    let books = numbers(&shop, books).await;
    assert_eq!(books, [books[2]; 3], "sold and paid");
    assert_eq!(order["paymentStatus"], "PAID");
}

/// The columns of the one row that `sql` gives.
async fn numbers(shop: &Shop, sql: &str) -> Vec<i64> {
    let db = &shop.app.db;
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql.to_owned());
    let row = db.query_one_raw(statement).await.expect("a query").expect("a row");
    let number = |name: &String| row.try_get_by::<i64, _>(name.as_str()).expect("a whole number");
    row.column_names().iter().map(number).collect()
}

#[tokio::test]
async fn constraints_hold_and_tell_their_names() {
    let shop = Shop::demo().await;
    let db = &shop.app.db;
    for (sql, name) in [
        (
            "UPDATE stock_level SET reserved = on_hand + 1",
            "ck_stock_level_no_oversell",
        ),
        ("UPDATE stock_level SET reserved = -1", "ck_stock_level_not_negative"),
        ("UPDATE variant_price SET amount = -1", "ck_variant_price_amount"),
        ("UPDATE product SET slug = 'same'", "uq_product_slug"),
        ("UPDATE variant SET sku = 'same'", "uq_variant_sku"),
        ("UPDATE tax_rate SET rate_bp = 10001", "ck_tax_rate_range"),
    ] {
        let error = db.execute_unprepared(sql).await.expect_err(sql);
        assert_eq!(constraint_of(&error).as_deref(), Some(name), "{sql}: {error}");
    }
}
