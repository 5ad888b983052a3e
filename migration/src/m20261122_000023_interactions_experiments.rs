//! What visitors do, and experiments on them.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// 244 and 256 random bits.
const KEY_POSTGRES: &str = "INSERT INTO visit_key (id, secret) \
     VALUES (1, replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''))";
const KEY_SQLITE: &str = "INSERT INTO visit_key (id, secret) VALUES (1, lower(hex(randomblob(32))))";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await?;
        let connection = manager.get_connection();
        let key = match connection.get_database_backend() {
            DbBackend::Postgres => KEY_POSTGRES,
            _ => KEY_SQLITE,
        };
        connection.execute_unprepared(key).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().down(manager).await
    }
}

fn plan() -> Plan {
    Plan::default()
        .add(
            table("visit_key")
                .col(ColumnDef::new("id").integer().not_null().primary_key())
                .col(text("secret"))
                .check(check("ck_visit_key_one", "id = 1"))
                .to_owned(),
            [],
        )
        .add(interaction(), interaction_indexes())
        .add(experiment(), [unique("experiment", &["key"])])
        .add(
            table("exposure")
                .col(id("experiment_id"))
                .col(id("unit_id"))
                .col(text("arm"))
                .col(time("at"))
                .index(&mut composite_key("exposure", &["experiment_id", "unit_id"]))
                .foreign_key(&mut belongs_to(("exposure", "experiment_id"), "experiment"))
                .to_owned(),
            [index("exposure", &["unit_id"])],
        )
}

/// No foreign keys: many rows arrive, and one that outlives what it tells of does no harm.
fn interaction() -> TableCreateStatement {
    table("interaction")
        .col(key("id"))
        .col(id("visit_id"))
        .col(text("event_id"))
        .col(id("channel_id"))
        .col(id_null("customer_id"))
        .col(id("product_id"))
        .col(id_null("variant_id"))
        .col(text("kind"))
        .col(time("at"))
        .col(time("received_at"))
        .col(text_null("search_id"))
        .col(int_null("position"))
        .col(id_null("cart_id"))
        .col(text_null("surface"))
        .col(text_null("strategy"))
        .col(id_null("experiment_id"))
        .col(text_null("arm"))
        .check(check("ck_interaction_kind", "kind IN ('view', 'click', 'add', 'buy')"))
        .check(check("ck_interaction_position", "\"position\" > 0"))
        .to_owned()
}

fn interaction_indexes() -> [IndexCreateStatement; 5] {
    [
        // What was told before.
        unique("interaction", &["visit_id", "event_id"]),
        // What somebody looked at lately.
        index("interaction", &["visit_id", "at"]),
        index("interaction", &["customer_id", "at"]),
        // What came of a search.
        index("interaction", &["search_id"]),
        // The visits that an order came of.
        index("interaction", &["cart_id"]),
    ]
}

fn experiment() -> TableCreateStatement {
    table("experiment")
        .col(key("id"))
        .col(text("key"))
        .col(text("name"))
        .col(text_null("hypothesis"))
        .col(text("kind"))
        .col(id_null("channel_id"))
        .col(text("unit"))
        .col(text("status"))
        .col(text("salt"))
        .col(text("layer"))
        .col(int("slot_from"))
        .col(int("slot_to"))
        .col(int("holdout"))
        .col(json("arms"))
        .col(json("design"))
        .col(time_null("starts_at"))
        .col(time_null("ends_at"))
        .col(time_null("started_at"))
        .col(time_null("stopped_at"))
        .col(int("version"))
        .col(time("created_at"))
        .col(time("updated_at"))
        .check(check(
            "ck_experiment_kind",
            "kind IN ('recommendation', 'search', 'keyed')",
        ))
        .check(check("ck_experiment_unit", "unit IN ('visit', 'customer')"))
        .check(check(
            "ck_experiment_status",
            "status IN ('draft', 'running', 'stopped', 'archived')",
        ))
        .check(check(
            "ck_experiment_slot",
            "0 <= slot_from AND slot_from < slot_to AND slot_to <= 10000",
        ))
        .check(check("ck_experiment_holdout", "0 <= holdout AND holdout < 10000"))
        .foreign_key(&mut belongs_to(("experiment", "channel_id"), "channel"))
        .to_owned()
}
