//! Who a cart belongs to, and ways to find a person's orders, carts and profile.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What is found by what.
fn indexes() -> [IndexCreateStatement; 4] {
    [
        // The list of customers.
        index("customer", &["created_at", "id"]),
        // Orders and carts of somebody who had not signed in.
        index("orders", &["email"]),
        index("cart", &["email"]),
        index("cart", &["customer_id"]),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign key: SQLite can neither add one to a table that is there nor drop a column that has one.
        let column = Table::alter()
            .table("cart")
            .add_column(id_null("customer_id"))
            .to_owned();
        manager.alter_table(column).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drops = [
            ("customer", "ix_customer_created_at_id"),
            ("orders", "ix_orders_email"),
            ("cart", "ix_cart_email"),
            ("cart", "ix_cart_customer_id"),
        ];
        for (table, name) in drops {
            manager
                .drop_index(Index::drop().name(name).table(table).to_owned())
                .await?;
        }
        let column = Table::alter().table("cart").drop_column("customer_id").to_owned();
        manager.alter_table(column).await
    }
}
