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
