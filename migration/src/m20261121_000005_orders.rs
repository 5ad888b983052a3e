//! Orders, lines, history, allocated stock.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().down(manager).await
    }
}

fn plan() -> Plan {
    Plan::default()
        .add(
            table("orders")
                .col(key("id"))
                .col(text("number"))
                .col(id("channel_id"))
                .col(id_null("cart_id"))
                .col(id_null("customer_id"))
                .col(text_null("email"))
                .col(text("access_token"))
                .col(text("status"))
                .col(text("payment_status"))
                .col(text("fulfillment_status"))
                .col(text("currency_code"))
                .col(flag("tax_included"))
                .col(big("subtotal"))
                .col(big("discount_total"))
                .col(big("shipping_total"))
                .col(big("tax_total"))
                .col(big("total"))
                .col(big("paid_total"))
                .col(json_null("shipping_address"))
                .col(json_null("billing_address"))
                .col(text_null("delivery_name"))
                .col(text_null("content_hash"))
                .col(time("placed_at"))
                .col(time("created_at"))
                .check(check("ck_orders_not_negative", "subtotal >= 0 AND discount_total >= 0 AND shipping_total >= 0 AND tax_total >= 0 AND total >= 0 AND paid_total >= 0"))
                .check(check("ck_orders_total", "total = subtotal - discount_total + shipping_total + CASE WHEN tax_included THEN 0 ELSE tax_total END"))
                .foreign_key(&mut needs(("orders", "channel_id"), "channel"))
                .foreign_key(&mut needs(("orders", "cart_id"), "cart"))
                .foreign_key(&mut refers_to(("orders", "customer_id"), "customer"))
                .to_owned(),
            [unique("orders", &["number"]), unique("orders", &["cart_id"]), index("orders", &["placed_at", "id"]), index("orders", &["customer_id", "placed_at"])],
        )
        .add(
            table("order_line")
                .col(key("id"))
                .col(id("order_id"))
                .col(id_null("variant_id"))
                .col(text("sku"))
                .col(text("name"))
                .col(int("quantity"))
                .col(big("unit_price"))
                .col(big("discount_total"))
                .col(int("tax_rate_bp"))
                .col(big("tax_total"))
                .col(big("total"))
                .col(int("position"))
                .check(check("ck_order_line_quantity", "quantity > 0"))
                .check(check("ck_order_line_not_negative", "unit_price >= 0 AND discount_total >= 0 AND tax_total >= 0 AND total >= 0"))
                .check(check("ck_order_line_total", "total = quantity * unit_price - discount_total"))
                .foreign_key(&mut belongs_to(("order_line", "order_id"), "orders"))
                .foreign_key(&mut refers_to(("order_line", "variant_id"), "variant"))
                .to_owned(),
            [unique("order_line", &["order_id", "position"]), index("order_line", &["variant_id"])],
        )
        .add(
            table("order_event")
                .col(key("id"))
                .col(id("order_id"))
                .col(text("kind"))
                .col(text("message"))
                .col(text("actor"))
                .col(time("created_at"))
                .foreign_key(&mut belongs_to(("order_event", "order_id"), "orders"))
                .to_owned(),
            [index("order_event", &["order_id", "id"])],
        )
        .add(
            table("allocation")
                .col(id("order_line_id"))
                .col(id("location_id"))
                .col(id("variant_id"))
                .col(big("quantity"))
                .primary_key(&mut composite_key("allocation", &["order_line_id", "location_id"]))
                .check(check("ck_allocation_quantity", "quantity > 0"))
                .foreign_key(&mut belongs_to(("allocation", "order_line_id"), "order_line"))
                .foreign_key(&mut needs(("allocation", "location_id"), "location"))
                .foreign_key(&mut needs(("allocation", "variant_id"), "variant"))
                .to_owned(),
            [index("allocation", &["variant_id"])],
        )
}
