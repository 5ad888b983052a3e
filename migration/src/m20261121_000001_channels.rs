//! Channels, locations, taxes, deliveries, number sequences.

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
            table("channel")
                .col(key("id"))
                .col(text("slug"))
                .col(text("name"))
                .col(text("currency_code"))
                .col(flag("tax_included"))
                .col(text("default_country"))
                .col(json("countries"))
                .col(flag("is_default"))
                .col(time("created_at"))
                .check(check("ck_channel_currency", "length(currency_code) = 3"))
                .to_owned(),
            [unique("channel", &["slug"])],
        )
        .add(
            table("location")
                .col(key("id"))
                .col(text("slug"))
                .col(text("name"))
                .col(text("country_code"))
                .col(flag("is_default"))
                .col(time("created_at"))
                .to_owned(),
            [unique("location", &["slug"])],
        )
        .add(
            table("channel_location")
                .col(id("channel_id"))
                .col(id("location_id"))
                .col(int("priority"))
                .primary_key(&mut composite_key("channel_location", &["channel_id", "location_id"]))
                .foreign_key(&mut belongs_to(("channel_location", "channel_id"), "channel"))
                .foreign_key(&mut belongs_to(("channel_location", "location_id"), "location"))
                .to_owned(),
            [index("channel_location", &["location_id"])],
        )
        .add(
            table("tax_rate")
                .col(key("id"))
                .col(text("country_code"))
                .col(text("name"))
                .col(int("rate_bp"))
                .check(check("ck_tax_rate_range", "rate_bp BETWEEN 0 AND 10000"))
                .to_owned(),
            [unique("tax_rate", &["country_code"])],
        )
        .add(
            table("delivery_method")
                .col(key("id"))
                .col(id("channel_id"))
                .col(text("name"))
                .col(json("countries"))
                .col(json("rates"))
                .col(int("min_days"))
                .col(int("max_days"))
                .col(int("position"))
                .check(check(
                    "ck_delivery_method_days",
                    "min_days >= 0 AND max_days >= min_days",
                ))
                .foreign_key(&mut belongs_to(("delivery_method", "channel_id"), "channel"))
                .to_owned(),
            [index("delivery_method", &["channel_id", "position"])],
        )
        .add(
            table("number_sequence")
                .col(text("name").primary_key())
                .col(big("value"))
                .to_owned(),
            [],
        )
}
