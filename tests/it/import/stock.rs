//! Stock that a file brings, and what a file may not lose.

use entity::catalog::variant;
use entity::inventory::{stock_level, stock_movement};
use entity::{TypedId, VariantId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use super::{counts, import_products};
use crate::support::Shop;

const HEAD: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n";

fn pens(rows: &[(&str, i64)]) -> String {
    let mut text = HEAD.to_owned();
    for (i, (sku, quantity)) in rows.iter().enumerate() {
        let (title, option) = if i == 0 { ("Pen", "Kind") } else { ("", "") };
        text.push_str(&format!("pen,{title},{option},{sku},{sku},shopify,{quantity},2.00\n"));
    }
    text
}

async fn variants(shop: &Shop) -> Vec<(VariantId, String)> {
    let rows = variant::Entity::find()
        .filter(variant::Column::Sku.starts_with("PEN-"))
        .all(&shop.app.db)
        .await
        .expect("read");
    let mut found: Vec<_> = rows.into_iter().map(|row| (row.id, row.sku)).collect();
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found
}

/// Units on hand, and what all movements come to.
async fn ledger(shop: &Shop, variant: VariantId) -> (i64, i64) {
    let levels = stock_level::Entity::find()
        .filter(stock_level::Column::VariantId.eq(variant))
        .all(&shop.app.db)
        .await
        .expect("read");
    let movements = stock_movement::Entity::find()
        .filter(stock_movement::Column::VariantId.eq(variant))
        .all(&shop.app.db)
        .await
        .expect("read");
    (
        levels.iter().map(|level| level.on_hand).sum(),
        movements.iter().map(|movement| movement.quantity).sum(),
    )
}

fn global_id(id: VariantId) -> String {
    id.to_string()
}

#[tokio::test]
async fn the_ledger_adds_up_when_claimed_units_hold_a_level_up() {
    let shop = Shop::demo().await;
    import_products(&shop, pens(&[("PEN-1", 5)])).await.expect("imported");
    let pen = variants(&shop).await[0].0;
    let cart = shop.ready_cart(&global_id(pen), 4).await;
    shop.pay(&cart, "tok_3ds").await;
    import_products(&shop, pens(&[("PEN-1", 2)])).await.expect("imported");
    assert_eq!(ledger(&shop, pen).await, (4, 4), "four are claimed");
    import_products(&shop, pens(&[("PEN-1", 9)])).await.expect("imported");
    assert_eq!(ledger(&shop, pen).await, (9, 9));
}

#[tokio::test]
async fn a_variant_that_a_file_no_longer_has_stays_with_its_stock_and_its_orders() {
    let shop = Shop::demo().await;
    let all = [("PEN-1", 5), ("PEN-2", 3), ("PEN-3", 1), ("PEN-4", 0)];
    import_products(&shop, pens(&all)).await.expect("imported");
    // The third is sold out.
    let sold = global_id(variants(&shop).await[2].0);
    let cart = shop.ready_cart(&sold, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let done = shop.complete(&cart, &payment, serde_json::Value::Null).await;
    assert_eq!(done["errors"], json!([]));
    let summary = import_products(&shop, pens(&all[..1])).await.expect("imported");
    assert_eq!(counts(&summary), [0, 1, 0, 0]);
    let left = variants(&shop).await;
    let skus: Vec<&str> = left.iter().map(|(_, sku)| sku.as_str()).collect();
    assert_eq!(skus, ["PEN-1", "PEN-2", "PEN-3"], "the fourth was never there nor sold");
    assert_eq!(ledger(&shop, left[1].0).await, (3, 3));
    // They cannot be bought.
    let lines = json!({ "lines": [{ "variantId": global_id(left[1].0), "quantity": 1 }] });
    assert_eq!(
        shop.cart_call("cartCreate", lines).await["errors"][0]["code"],
        "NOT_FOUND"
    );
    // Back in the file they are the same variants.
    import_products(&shop, pens(&all)).await.expect("imported");
    assert_eq!(variants(&shop).await[1].0.uuid(), left[1].0.uuid());
}
