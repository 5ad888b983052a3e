//! What was shown goes when it is old; exports of what people did are known, so that they can go; what came of
//! recommendations is counted by day; changes of rules are counted.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await?;
        manager.create_index(index("exposure", &["at"])).await?;
        let counted = Table::alter()
            .table("recommendation_rule")
            .add_column(int("version").default(1))
            .to_owned();
        manager.alter_table(counted).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let uncounted = Table::alter()
            .table("recommendation_rule")
            .drop_column("version")
            .to_owned();
        manager.alter_table(uncounted).await?;
        let unsorted = Index::drop().name("ix_exposure_at").table("exposure").to_owned();
        manager.drop_index(unsorted).await?;
        plan().down(manager).await
    }
}

/// No foreign keys: counts outlive what they were counted from.
fn plan() -> Plan {
    let export = table("recommendation_export")
        .col(text_key("key"))
        .col(flag("void"))
        .col(time("at"))
        .to_owned();
    let day = table("recommendation_day")
        .col(int("day").primary_key().to_owned())
        .col(time("counted_at"))
        .to_owned();
    let mut shown = by_day("recommendation_shown_day");
    shown.col(big("shown"));
    let mut outcomes = by_day("recommendation_outcome_day");
    for number in ["clicks", "adds", "orders", "revenue"] {
        outcomes.col(big(number));
    }
    Plan::default()
        .add(export, [index("recommendation_export", &["at"])])
        .add(day, [])
        .add(shown, [index("recommendation_shown_day", &["day"])])
        .add(outcomes, [index("recommendation_outcome_day", &["day"])])
}

/// A table of counts: of no experiment are those with the id of zeros and no arm.
fn by_day(name: &'static str) -> TableCreateStatement {
    table(name)
        .col(id("channel_id"))
        .col(int("day"))
        .col(text("surface"))
        .col(text("strategy"))
        .col(id("experiment_id"))
        .col(text("arm"))
        .primary_key(&mut composite_key(
            name,
            &["channel_id", "day", "surface", "strategy", "experiment_id", "arm"],
        ))
        .to_owned()
}
