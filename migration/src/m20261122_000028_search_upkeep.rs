//! What keeps a search engine beside the server whole: the products that it lacks, and who looks after it now.

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
    // No foreign key: a product that is gone must be taken out of the engine, too.
    let missing = table("search_missing")
        .col(key("product_id"))
        .col(big("times"))
        .to_owned();
    let lease = table("search_lease")
        .col(text_key("name"))
        .col(id("holder"))
        .col(time("until"))
        .to_owned();
    Plan::default().add(missing, []).add(lease, [])
}
