//! The history of orders in the database.

use entity::customer::customer;
use entity::inventory::stock_movement;
use entity::order::{order_event, order_line, orders};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{counts, import_orders, import_products, report};
use crate::support::Shop;

const HEAD: &str = "Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Source\n";
const PRODUCTS: &str = "Handle,Title,Variant SKU,Variant Price\nmug,Mug,MUG,4.00\nbowl,Bowl,BOWL,6.00\n";

fn file() -> String {
    format!(
        "{HEAD}#2,ann@x.test,paid,fulfilled,USD,14.00,1.00,0,15.00,2021-03-02 10:00:00 +0000,2,Mug,4.00,MUG,web\n\
         #2,,,,,,,,,,1,Old bowl,6.00,GONE,\n\
         #1,ann@x.test,paid,fulfilled,USD,12.00,0,0,12.00,2020-03-02 10:00:00 +0000,2,Bowl,6.00,BOWL,web\n"
    )
}

async fn order(shop: &Shop, number: &str) -> Option<orders::Model> {
    orders::Entity::find()
        .filter(orders::Column::Number.eq(number))
        .one(&shop.app.db)
        .await
        .expect("orders")
}

async fn lines(shop: &Shop, order: &orders::Model) -> Vec<order_line::Model> {
    order_line::Entity::find()
        .filter(order_line::Column::OrderId.eq(order.id))
        .order_by_asc(order_line::Column::Position)
        .all(&shop.app.db)
        .await
        .expect("lines")
}

#[tokio::test]
async fn history_keeps_its_dates_and_moves_no_stock() {
    let shop = Shop::demo().await;
    import_products(&shop, PRODUCTS).await.expect("imported");
    let moved = || async {
        stock_movement::Entity::find()
            .count(&shop.app.db)
            .await
            .expect("a count")
    };
    let before = moved().await;
    let summary = import_orders(&shop, file()).await.expect("imported");
    assert_eq!(counts(&summary), [2, 0, 0, 0]);
    assert_eq!(moved().await, before);
    let second = order(&shop, "#2").await.expect("the order");
    assert_eq!(second.placed_at.to_rfc3339(), "2021-03-02T10:00:00+00:00");
    assert_eq!(
        (second.subtotal, second.shipping_total, second.total),
        (1400, 100, 1500)
    );
    let lines = lines(&shop, &second).await;
    let seen: Vec<_> = lines
        .iter()
        .map(|l| (l.sku.as_str(), l.name.as_str(), l.variant_id.is_some()))
        .collect();
    assert_eq!(seen, [("MUG", "Mug", true), ("GONE", "Old bowl", false)]);
    let customers = customer::Entity::find()
        .filter(customer::Column::Email.eq("ann@x.test"))
        .all(&shop.app.db)
        .await
        .expect("customers");
    assert_eq!(customers.len(), 1);
    assert_eq!(
        customers[0].created_at.to_rfc3339(),
        "2020-03-02T10:00:00+00:00",
        "the first order"
    );
    assert_eq!(second.customer_id, Some(customers[0].id));
    let events = order_event::Entity::find()
        .filter(order_event::Column::OrderId.eq(second.id))
        .all(&shop.app.db)
        .await
        .expect("events");
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].kind.as_str(), events[0].actor.as_str()),
        ("PLACED", "import")
    );
    // No mail for what happened years ago.
    shop.work().await;
    let mail = std::fs::read_dir(shop.folder().join("mail")).map(Iterator::count);
    assert_eq!(mail.unwrap_or(0), 0);
}

#[tokio::test]
async fn units_sold_are_counted_for_best_selling() {
    let shop = Shop::demo().await;
    import_products(&shop, PRODUCTS).await.expect("imported");
    let row = "#9,,paid,fulfilled,USD,40000.00,0,0,40000.00,2021-03-02 10:00:00 +0000,10000,Mug,4.00,MUG,web\n";
    import_orders(&shop, format!("{HEAD}{row}")).await.expect("imported");
    let list = "{ products(first: 1, sort: { field: BEST_SELLING, direction: DESC }) { nodes { slug } } }";
    assert_eq!(
        shop.data(list, json!({})).await["products"]["nodes"],
        json!([{ "slug": "mug" }])
    );
}

#[tokio::test]
async fn the_same_file_again_changes_nothing_and_a_changed_order_does() {
    let shop = Shop::demo().await;
    import_products(&shop, PRODUCTS).await.expect("imported");
    import_orders(&shop, file()).await.expect("imported");
    let before = order(&shop, "#1").await.expect("the order");
    let again = import_orders(&shop, file()).await.expect("imported");
    assert_eq!(counts(&again), [0, 0, 2, 0]);
    assert_eq!(order(&shop, "#1").await.as_ref(), Some(&before));

    let changed = file()
        .replace("12.00,0,0,12.00", "18.00,0,0,18.00")
        .replace(",2,Bowl", ",3,Bowl");
    let summary = import_orders(&shop, changed).await.expect("imported");
    assert_eq!(counts(&summary), [0, 1, 1, 0]);
    let after = order(&shop, "#1").await.expect("the order");
    assert_eq!((after.id, after.total), (before.id, 1800));
    assert_eq!(
        (&after.access_token, after.created_at),
        (&before.access_token, before.created_at)
    );
    let lines = lines(&shop, &after).await;
    assert_eq!(lines.iter().map(|l| l.quantity).collect::<Vec<_>>(), [3]);
    let events = order_event::Entity::find().filter(order_event::Column::OrderId.eq(after.id));
    assert_eq!(events.count(&shop.app.db).await.expect("a count"), 1);
}

#[tokio::test]
async fn an_order_that_does_not_add_up_is_refused_and_its_neighbours_are_not() {
    let shop = Shop::demo().await;
    let bad = file().replace("14.00,1.00,0,15.00", "14.00,1.00,0,16.00");
    let summary = import_orders(&shop, bad).await.expect("imported");
    assert_eq!(counts(&summary), [1, 0, 0, 1]);
    assert!(order(&shop, "#2").await.is_none());
    assert!(order(&shop, "#1").await.is_some());
    let rows = report(&summary);
    assert_eq!(rows[0][..4], ["2", "#2", "Total", "16.00"].map(str::to_owned));
    assert!(
        rows[0][4].contains("14.00") && rows[0][4].contains("1.00"),
        "{}",
        rows[0][4]
    );
}

#[tokio::test]
async fn an_order_that_was_placed_here_is_never_overwritten() {
    let shop = Shop::demo().await;
    import_orders(&shop, file()).await.expect("imported");
    orders::Entity::update_many()
        .col_expr(orders::Column::ContentHash, Expr::value(Option::<String>::None))
        .filter(orders::Column::Number.eq("#1"))
        .exec(&shop.app.db)
        .await
        .expect("as if it was placed here");
    let summary = import_orders(&shop, file()).await.expect("imported");
    assert_eq!(counts(&summary), [0, 0, 1, 1]);
    assert!(report(&summary)[0][4].contains("placed here"));
}

#[tokio::test]
async fn new_orders_are_numbered_above_the_imported_ones() {
    let shop = Shop::demo().await;
    let head = "Name,Email,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n";
    let row =
        |name: &str| format!("{name},a@example.com,USD,2.00,0.00,0.00,2.00,2020-01-02 03:04:05 +0000,1,Pen,2.00,PEN\n");
    let text = format!("{head}{}{}{}", row("10001"), row("10007"), row("#999999"));
    let summary = import_orders(&shop, text).await.expect("imported");
    assert_eq!(counts(&summary), [3, 0, 0, 0]);
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let done = shop.complete(&cart, &payment, serde_json::Value::Null).await;
    assert_eq!(done["order"]["number"], "10008");
}
