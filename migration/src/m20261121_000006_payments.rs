//! Payments and their history.

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
            table("payment")
                .col(key("id"))
                .col(id("cart_id"))
                .col(id_null("order_id"))
                .col(text("gateway"))
                .col(text_null("gateway_reference"))
                .col(text_null("token"))
                .col(big("amount"))
                .col(text("currency_code"))
                .col(text("status"))
                .col(json_null("next_action"))
                .col(text_null("failure"))
                .col(time("created_at"))
                .col(time("updated_at"))
                .check(check("ck_payment_amount", "amount >= 0"))
                .check(check(
                    "ck_payment_status",
                    "status IN ('pending', 'requires_action', 'succeeded', 'failed', 'cancelled')",
                ))
                .foreign_key(&mut needs(("payment", "cart_id"), "cart"))
                .foreign_key(&mut needs(("payment", "order_id"), "orders"))
                .to_owned(),
            [
                unique("payment", &["gateway", "gateway_reference"]),
                index("payment", &["cart_id"]),
                index("payment", &["order_id"]),
                index("payment", &["status", "id"]),
            ],
        )
        .add(
            table("payment_event")
                .col(key("id"))
                .col(id("payment_id"))
                .col(text("kind"))
                .col(big("amount"))
                .col(text_null("message"))
                .col(time("created_at"))
                .foreign_key(&mut belongs_to(("payment_event", "payment_id"), "payment"))
                .to_owned(),
            [index("payment_event", &["payment_id", "id"])],
        )
}
