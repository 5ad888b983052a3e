//! A small vocabulary for table definitions, so that a migration reads like the table.

use sea_orm_migration::prelude::*;

/// Starts a table.
pub fn table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

/// A key or reference: UUID, not null.
pub fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().to_owned()
}

/// A primary key of one column.
pub fn key(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().primary_key().to_owned()
}

/// A primary key that is a text.
pub fn text_key(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().primary_key().to_owned()
}

/// A reference that may be absent.
pub fn id_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().to_owned()
}

/// Text without a limit.
pub fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().to_owned()
}

/// Text that may be absent.
pub fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().to_owned()
}

/// A 64-bit number: money in minor units, stock, weights.
pub fn big(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

/// A 64-bit number that may be absent.
pub fn big_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().to_owned()
}

/// A 32-bit number: positions, versions, quantities.
pub fn int(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().not_null().to_owned()
}

/// A 32-bit number that may be absent.
pub fn int_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).integer().null().to_owned()
}

/// A flag.
pub fn flag(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().to_owned()
}

/// A moment in UTC.
pub fn time(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().to_owned()
}

/// A moment in UTC that may be absent.
pub fn time_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().null().to_owned()
}

/// A JSON value.
pub fn json(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().not_null().to_owned()
}

/// A JSON value that may be absent.
pub fn json_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().null().to_owned()
}

/// A double: attribute values only, never money.
pub fn double_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).double().null().to_owned()
}

/// A named CHECK. The name reaches the server when the constraint is violated.
pub fn check(name: &'static str, rule: &'static str) -> Check {
    Check::named(name, Expr::cust(rule))
}

/// A reference that dies with its parent.
pub fn belongs_to(from: (&'static str, &'static str), to: &'static str) -> ForeignKeyCreateStatement {
    reference(from, to, ForeignKeyAction::Cascade)
}

/// A reference that outlives its target.
pub fn refers_to(from: (&'static str, &'static str), to: &'static str) -> ForeignKeyCreateStatement {
    reference(from, to, ForeignKeyAction::SetNull)
}

/// A reference that protects its target. Not RESTRICT, which would also forbid to drop a table that refers to itself.
pub fn needs(from: (&'static str, &'static str), to: &'static str) -> ForeignKeyCreateStatement {
    reference(from, to, ForeignKeyAction::NoAction)
}

fn reference(
    (table, column): (&'static str, &'static str),
    to: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, column)
        .to(to, "id")
        .on_delete(on_delete)
        .to_owned()
}

/// The primary key of several columns.
pub fn composite_key(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("pk_{table}")).primary();
    for column in columns {
        index.col(*column);
    }
    index
}

/// A unique index, named `uq_<table>_<columns>`.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = indexed("uq", table, columns);
    index.unique();
    index
}

/// An index, named `ix_<table>_<columns>`.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    indexed("ix", table, columns)
}

fn indexed(prefix: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!("{prefix}_{table}_{}", columns.join("_")))
        .table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

/// What a migration creates, in order; dropped in the reverse order.
#[derive(Default)]
pub struct Plan {
    tables: Vec<TableCreateStatement>,
    indexes: Vec<IndexCreateStatement>,
}

impl Plan {
    /// Adds a table with its indexes.
    pub fn add(mut self, table: TableCreateStatement, indexes: impl IntoIterator<Item = IndexCreateStatement>) -> Self {
        self.tables.push(table);
        self.indexes.extend(indexes);
        self
    }

    /// Creates everything.
    pub async fn up(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.tables {
            manager.create_table(table).await?;
        }
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    /// Drops everything.
    pub async fn down(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        for table in self.tables.iter().rev() {
            let Some(name) = table.get_table_name() else { continue };
            manager.drop_table(Table::drop().table(name.clone()).to_owned()).await?;
        }
        Ok(())
    }
}
