//! Payments that nobody came back for.

use std::time::Duration;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::{Shop, noon};

const MINUTE: Duration = Duration::from_secs(60);

async fn status(shop: &Shop, payment: &Value) -> entity::payment::payment::Model {
    let id: entity::PaymentId = payment["id"].as_str().expect("an id").parse().expect("a payment id");
    let row = entity::payment::payment::Entity::find_by_id(id)
        .one(&shop.app.db)
        .await
        .expect("read");
    row.expect("the payment")
}

async fn orders_of(shop: &Shop, email: &str) -> usize {
    let rule = entity::order::orders::Column::Email.eq(email);
    let rows = entity::order::orders::Entity::find()
        .filter(rule)
        .all(&shop.app.db)
        .await
        .expect("read");
    rows.len()
}

#[tokio::test]
async fn what_was_paid_becomes_an_order_without_the_shopper() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_late").await["payment"].take();
    merx::checkout::settle(&shop.app).await.expect("settled");
    assert_eq!(
        orders_of(&shop, "ada@example.com").await,
        0,
        "the shopper is left some time"
    );
    shop.app.clock.advance(11 * MINUTE);
    for _ in 0..2 {
        merx::checkout::settle(&shop.app).await.expect("settled");
        assert_eq!(orders_of(&shop, "ada@example.com").await, 1);
    }
    let order = shop.complete(&cart, &payment["id"], Value::Null).await["order"].take();
    assert_eq!(
        order["payments"][0]["status"], "SUCCEEDED",
        "the shopper finds the order"
    );
}

#[tokio::test]
async fn what_can_pay_no_order_goes_back() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"].take();
    let more = json!({ "cartToken": cart["token"], "lines": [{ "id": cart["lines"][0]["id"], "quantity": 2 }] });
    shop.cart_ok("cartLinesUpdate", more).await;
    shop.app.clock.advance(11 * MINUTE);
    merx::checkout::settle(&shop.app).await.expect("settled");
    let row = status(&shop, &payment).await;
    assert_eq!(row.status, entity::payment::payment::PaymentStatus::Cancelled);
    assert_eq!(shop.levels(&variant).await.1, 0, "the stock is free");
    shop.work().await;
    let state = shop.gateway_state(row.id).await;
    assert_eq!(state, Some(merx::payment::GatewayState::Cancelled));
    assert_eq!(orders_of(&shop, "ada@example.com").await, 0);
}

#[tokio::test]
async fn what_never_gets_a_word_is_called_off_after_a_day() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_3ds").await["payment"].take();
    shop.app.clock.advance(60 * MINUTE);
    merx::checkout::settle(&shop.app).await.expect("settled");
    let open = entity::payment::payment::PaymentStatus::RequiresAction;
    assert_eq!(status(&shop, &payment).await.status, open);
    shop.app.clock.advance(24 * 60 * MINUTE);
    merx::checkout::settle(&shop.app).await.expect("settled");
    let called_off = entity::payment::payment::PaymentStatus::Cancelled;
    assert_eq!(status(&shop, &payment).await.status, called_off);
}
