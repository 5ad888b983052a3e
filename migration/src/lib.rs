//! Migrations of the Merx database, the same on SQLite and PostgreSQL. Policy: README.md beside this crate.

mod m20261121_000001_channels;
mod m20261121_000002_catalog;
mod m20261121_000003_inventory;
mod m20261121_000004_carts;
mod m20261121_000005_orders;
mod m20261121_000006_payments;
mod m20261121_000007_accounts;
mod m20261121_000008_audit;
mod m20261121_000009_customers;
mod m20261121_000010_idempotency;
mod m20261121_000011_payments_once;
mod m20261121_000020_order_numbers;
mod m20261122_000021_search;
mod m20261122_000022_recommendations;
mod m20261122_000023_interactions_experiments;
mod m20261122_000024_product_vectors;
mod m20261122_000025_search_log;
mod m20261122_000026_experiment_privacy;
mod m20261122_000027_recommendation_models;
mod m20261122_000028_search_upkeep;
mod m20261122_000029_questions;
mod payment_rebuilt;
mod table;

pub use sea_orm_migration::{MigratorTrait, SchemaManager};

use sea_orm_migration::prelude::*;

/// All migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_channels::Migration),
            Box::new(m20261121_000002_catalog::Migration),
            Box::new(m20261121_000003_inventory::Migration),
            Box::new(m20261121_000004_carts::Migration),
            Box::new(m20261121_000005_orders::Migration),
            Box::new(m20261121_000006_payments::Migration),
            Box::new(m20261121_000007_accounts::Migration),
            Box::new(m20261121_000008_audit::Migration),
            Box::new(m20261121_000009_customers::Migration),
            Box::new(m20261121_000010_idempotency::Migration),
            Box::new(m20261121_000011_payments_once::Migration),
            Box::new(m20261121_000020_order_numbers::Migration),
            Box::new(m20261122_000021_search::Migration),
            Box::new(m20261122_000022_recommendations::Migration),
            Box::new(m20261122_000023_interactions_experiments::Migration),
            Box::new(m20261122_000024_product_vectors::Migration),
            Box::new(m20261122_000025_search_log::Migration),
            Box::new(m20261122_000026_experiment_privacy::Migration),
            Box::new(m20261122_000027_recommendation_models::Migration),
            Box::new(m20261122_000028_search_upkeep::Migration),
            Box::new(m20261122_000029_questions::Migration),
        ]
    }
}
