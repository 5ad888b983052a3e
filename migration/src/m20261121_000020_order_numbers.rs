//! Order numbers come from a sequence on PostgreSQL: taking one holds back nobody, and needs no transaction of its own.
//! SQLite has one writer at a time and stays with its counter.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const UP: [&str; 2] = [
    "CREATE SEQUENCE order_number START WITH 10001",
    "SELECT setval('order_number', value) FROM number_sequence WHERE name = 'order' AND value > 10000",
];
const DOWN: [&str; 2] = [
    "INSERT INTO number_sequence (name, value) SELECT 'order', last_value FROM order_number WHERE is_called
     ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    "DROP SEQUENCE order_number",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, DOWN).await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: [&str; 2]) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if connection.get_database_backend() == DbBackend::Postgres {
        for statement in statements {
            connection.execute_unprepared(statement).await?;
        }
    }
    Ok(())
}
