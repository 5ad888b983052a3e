//! Stock, its movements, reservations.

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
            table("stock_level")
                .col(id("variant_id"))
                .col(id("location_id"))
                .col(big("on_hand"))
                .col(big("reserved"))
                .col(big("allocated"))
                .col(time("updated_at"))
                .primary_key(&mut composite_key("stock_level", &["variant_id", "location_id"]))
                .check(check(
                    "ck_stock_level_not_negative",
                    "on_hand >= 0 AND reserved >= 0 AND allocated >= 0",
                ))
                .check(check("ck_stock_level_no_oversell", "reserved + allocated <= on_hand"))
                .foreign_key(&mut belongs_to(("stock_level", "variant_id"), "variant"))
                .foreign_key(&mut needs(("stock_level", "location_id"), "location"))
                .to_owned(),
            [index("stock_level", &["location_id"])],
        )
        .add(
            table("stock_movement")
                .col(key("id"))
                .col(id("variant_id"))
                .col(id("location_id"))
                .col(text("kind"))
                .col(big("quantity"))
                .col(text_null("reason"))
                .col(text_null("reference"))
                .col(time("created_at"))
                .check(check("ck_stock_movement_moves", "quantity <> 0"))
                .foreign_key(&mut belongs_to(("stock_movement", "variant_id"), "variant"))
                .foreign_key(&mut needs(("stock_movement", "location_id"), "location"))
                .to_owned(),
            [index("stock_movement", &["variant_id", "id"])],
        )
}
