//! The audit log. It grows and nothing else: the database itself refuses to change or delete an entry.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const POSTGRES: [&str; 2] = [
    "CREATE FUNCTION audit_entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$",
    "CREATE TRIGGER tr_audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
     FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_is_append_only()",
];
const SQLITE: [&str; 2] = [
    "CREATE TRIGGER tr_audit_entry_no_update BEFORE UPDATE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
    "CREATE TRIGGER tr_audit_entry_no_delete BEFORE DELETE ON audit_entry
     BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await?;
        let connection = manager.get_connection();
        let statements = match connection.get_database_backend() {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The triggers go with the table.
        plan().down(manager).await?;
        let connection = manager.get_connection();
        if connection.get_database_backend() == DbBackend::Postgres {
            connection
                .execute_unprepared("DROP FUNCTION audit_entry_is_append_only()")
                .await?;
        }
        Ok(())
    }
}

fn plan() -> Plan {
    Plan::default().add(
        table("audit_entry")
            .col(key("id"))
            .col(time("at"))
            .col(text("actor_kind"))
            .col(id_null("actor_id"))
            .col(text("actor_name"))
            .col(text("action"))
            .col(text("entity_type"))
            .col(text("entity_id"))
            .col(json_null("before"))
            .col(json_null("after"))
            .col(text("request_id"))
            .col(id_null("channel_id"))
            .check(check(
                "ck_audit_entry_actor_kind",
                "actor_kind IN ('staff', 'api_key', 'customer', 'anonymous', 'system')",
            ))
            // No foreign keys: an entry outlives what it tells of.
            .to_owned(),
        [
            index("audit_entry", &["at", "id"]),
            index("audit_entry", &["entity_id", "at", "id"]),
            index("audit_entry", &["entity_type", "at", "id"]),
            index("audit_entry", &["actor_id", "at", "id"]),
            index("audit_entry", &["action", "at", "id"]),
        ],
    )
}
