//! What a database has against data, and what is no fault of the data.

use merx::platform::db::refusal_of;
use merx::platform::error::Fault;
use sea_orm::ConnectionTrait;

use crate::support::Shop;

#[tokio::test]
async fn bad_data_is_refused_and_a_broken_database_is_a_fault() {
    let shop = Shop::demo().await;
    let refusal = async |sql: &str| {
        let error = shop.app.db.execute_unprepared(sql).await.expect_err("it cannot be");
        refusal_of(&Fault::from(error))
    };
    let check = refusal("UPDATE product SET version = 0").await;
    assert_eq!(check.as_deref(), Some("ck_product_version"));
    assert!(refusal("UPDATE product SET name = NULL").await.is_some());
    assert!(refusal("UPDATE product SET slug = 'same'").await.is_some());
    assert_eq!(refusal("UPDATE nothing_of_the_kind SET x = 1").await, None);
    assert_eq!(refusal("UPDATE product SET").await, None);
}
