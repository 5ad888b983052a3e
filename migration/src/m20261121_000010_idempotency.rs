//! Requests that must not have their effect twice.

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
    Plan::default().add(
        table("idempotency_key")
            .col(text_key("id"))
            .col(text("fingerprint"))
            .col(text("state"))
            .col(time("leased_until"))
            .col(text_null("answer"))
            .col(time("created_at"))
            .col(time("expires_at"))
            .check(check(
                "ck_idempotency_key_state",
                "state IN ('running', 'committed', 'answered')",
            ))
            .check(check(
                "ck_idempotency_key_answer",
                "state <> 'answered' OR answer IS NOT NULL",
            ))
            .to_owned(),
        [index("idempotency_key", &["expires_at"])],
    )
}
