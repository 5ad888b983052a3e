//! What a model makes of the texts of products.

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
    let vectors = table("product_vector")
        .col(key("product_id"))
        .col(text("model"))
        .col(text("digest"))
        .col(text("vector"))
        .col(time("updated_at"))
        .foreign_key(&mut belongs_to(("product_vector", "product_id"), "product"))
        .to_owned();
    Plan::default().add(vectors, [])
}
