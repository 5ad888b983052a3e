//! Customers, carts and their lines, reservations of stock.

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
            table("customer")
                .col(key("id"))
                .col(text("email"))
                .col(text_null("first_name"))
                .col(text_null("last_name"))
                .col(time("created_at"))
                .check(check("ck_customer_email", "email = lower(email) AND email <> ''"))
                .to_owned(),
            [unique("customer", &["email"])],
        )
        .add(
            table("cart")
                .col(key("id"))
                .col(text("token_hash"))
                .col(id("channel_id"))
                .col(text_null("email"))
                .col(json_null("shipping_address"))
                .col(json_null("billing_address"))
                .col(id_null("delivery_method_id"))
                .col(text("status"))
                .col(int("version"))
                .col(time("created_at"))
                .col(time("updated_at"))
                .check(check("ck_cart_status", "status IN ('open', 'completed')"))
                .foreign_key(&mut needs(("cart", "channel_id"), "channel"))
                .foreign_key(&mut refers_to(("cart", "delivery_method_id"), "delivery_method"))
                .to_owned(),
            [unique("cart", &["token_hash"])],
        )
        .add(
            table("cart_line")
                .col(key("id"))
                .col(id("cart_id"))
                .col(id("variant_id"))
                .col(int("quantity"))
                .col(json("attributes"))
                .col(text("attributes_key"))
                .col(time("created_at"))
                .check(check("ck_cart_line_quantity", "quantity BETWEEN 1 AND 9999"))
                .foreign_key(&mut belongs_to(("cart_line", "cart_id"), "cart"))
                .foreign_key(&mut belongs_to(("cart_line", "variant_id"), "variant"))
                .to_owned(),
            [
                unique("cart_line", &["cart_id", "variant_id", "attributes_key"]),
                index("cart_line", &["variant_id"]),
            ],
        )
        .add(
            table("reservation")
                .col(key("id"))
                .col(id("cart_id"))
                .col(id("variant_id"))
                .col(id("location_id"))
                .col(big("quantity"))
                .col(time("expires_at"))
                .col(time("created_at"))
                .check(check("ck_reservation_quantity", "quantity > 0"))
                .foreign_key(&mut needs(("reservation", "cart_id"), "cart"))
                .foreign_key(&mut needs(("reservation", "variant_id"), "variant"))
                .foreign_key(&mut needs(("reservation", "location_id"), "location"))
                .to_owned(),
            [
                unique("reservation", &["cart_id", "variant_id", "location_id"]),
                index("reservation", &["expires_at", "id"]),
                index("reservation", &["variant_id"]),
            ],
        )
}
