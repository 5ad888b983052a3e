//! What is recommended: models with what they know, and what staff wants.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Both databases know partial indexes, in the same words.
const ONE_ACTIVE: &str =
    "CREATE UNIQUE INDEX uq_recommendation_model_active ON recommendation_model (status) WHERE status = 'active'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await?;
        manager.get_connection().execute_unprepared(ONE_ACTIVE).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The index goes with the table.
        plan().down(manager).await
    }
}

fn plan() -> Plan {
    let model = table("recommendation_model")
        .col(key("id"))
        .col(int("version"))
        .col(text("kind"))
        .col(text("status"))
        .col(text("reason"))
        .col(text("stage"))
        .col(int("progress"))
        .col(time_null("window_from"))
        .col(time_null("window_to"))
        .col(big("orders"))
        .col(big("customers"))
        .col(big("items"))
        .col(json("parameters"))
        .col(json("metrics"))
        .col(text_null("failure"))
        .col(time("started_at"))
        .col(time_null("trained_at"))
        .col(time_null("activated_at"))
        .check(check("ck_recommendation_model_kind", "kind IN ('trained', 'imported')"))
        .check(check(
            "ck_recommendation_model_status",
            "status IN ('training', 'active', 'retired', 'failed')",
        ))
        .to_owned();
    // No foreign key to the product: a model outlives what it knows, until the next one.
    let item = table("recommendation_item")
        .col(id("model_id"))
        .col(int("place"))
        .col(id("product_id"))
        .col(int("orders"))
        .index(&mut composite_key("recommendation_item", &["model_id", "place"]))
        .foreign_key(&mut belongs_to(
            ("recommendation_item", "model_id"),
            "recommendation_model",
        ))
        .to_owned();
    let neighbours = table("recommendation_neighbours")
        .col(id("model_id"))
        .col(text("kind"))
        .col(int("place"))
        .col(ColumnDef::new("packed").blob().not_null())
        .index(&mut composite_key(
            "recommendation_neighbours",
            &["model_id", "kind", "place"],
        ))
        .foreign_key(&mut belongs_to(
            ("recommendation_neighbours", "model_id"),
            "recommendation_model",
        ))
        .check(check(
            "ck_recommendation_neighbours_kind",
            "kind IN ('customers', 'baskets', 'pairs', 'content', 'views')",
        ))
        .to_owned();
    Plan::default()
        .add(model, [unique("recommendation_model", &["version"])])
        .add(item, [])
        .add(neighbours, [])
        .add(rule(), [index("recommendation_rule", &["created_at", "id"])])
}

fn rule() -> TableCreateStatement {
    table("recommendation_rule")
        .col(key("id"))
        .col(text("action"))
        .col(text_null("intent"))
        .col(id_null("category_id"))
        .col(id_null("channel_id"))
        .col(id_null("product_id"))
        .col(id_null("target_category_id"))
        .col(int_null("position"))
        .col(int_null("percent"))
        .col(time_null("starts_at"))
        .col(time_null("ends_at"))
        .col(text("note"))
        .col(time("created_at"))
        .col(time("updated_at"))
        .foreign_key(&mut belongs_to(("recommendation_rule", "category_id"), "category"))
        .foreign_key(&mut belongs_to(("recommendation_rule", "channel_id"), "channel"))
        .foreign_key(&mut belongs_to(("recommendation_rule", "product_id"), "product"))
        .foreign_key(&mut belongs_to(
            ("recommendation_rule", "target_category_id"),
            "category",
        ))
        .check(check(
            "ck_recommendation_rule_action",
            "action IN ('pin', 'exclude', 'boost')",
        ))
        .check(check(
            "ck_recommendation_rule_target",
            "(product_id IS NULL) <> (target_category_id IS NULL)",
        ))
        .check(check(
            "ck_recommendation_rule_pin",
            "(action = 'pin') = (\"position\" IS NOT NULL) AND (action <> 'pin' OR product_id IS NOT NULL)",
        ))
        .check(check(
            "ck_recommendation_rule_boost",
            "(action = 'boost') = (percent IS NOT NULL)",
        ))
        .to_owned()
}
