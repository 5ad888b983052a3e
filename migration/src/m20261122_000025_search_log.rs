//! Indexes of the log of searches: by visit, to forget what somebody looked for, and by day, to count a day again and to
//! delete old ones.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables and what they are looked up by.
const LOOKED_UP: [(&str, &str); 4] = [
    ("search_log", "visit_id"),
    ("search_query_day", "day"),
    ("search_position_day", "day"),
    ("search_reformulation_day", "day"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in LOOKED_UP {
            manager.create_index(index(table, &[column])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in LOOKED_UP {
            let name = format!("ix_{table}_{column}");
            let drop = Index::drop().name(name).table(table).to_owned();
            manager.drop_index(drop).await?;
        }
        Ok(())
    }
}
