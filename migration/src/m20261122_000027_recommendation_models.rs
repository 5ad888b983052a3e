//! Models of recommendations: which one stays whatever the schedule says, who writes one, and how often visits were erased.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time: SQLite adds no two columns at once.
        for column in [
            flag("held").default(false).to_owned(),
            text_null("withheld"),
            big("attempt").default(0).to_owned(),
        ] {
            let column = Table::alter()
                .table("recommendation_model")
                .add_column(column)
                .to_owned();
            manager.alter_table(column).await?;
        }
        plan().up(manager).await?;
        let state = "INSERT INTO recommendation_state (id, visits_erased) VALUES (1, 0)";
        manager.get_connection().execute_unprepared(state).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().down(manager).await?;
        for column in ["attempt", "withheld", "held"] {
            let column = Table::alter()
                .table("recommendation_model")
                .drop_column(column)
                .to_owned();
            manager.alter_table(column).await?;
        }
        Ok(())
    }
}

fn plan() -> Plan {
    let state = table("recommendation_state")
        .col(ColumnDef::new("id").integer().not_null().primary_key())
        .col(big("visits_erased"))
        .check(check("ck_recommendation_state_one", "id = 1"))
        .to_owned();
    Plan::default().add(state, [])
}
