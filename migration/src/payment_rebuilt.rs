//! The table of payments, made anew with what is authorised, captured and refunded.

use sea_orm::{ConnectionTrait, DbBackend, TransactionTrait};
use sea_orm_migration::prelude::*;

use crate::table::*;

/// Gives it the new columns.
pub async fn widen(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    rebuild(manager, new_payment(), WIDEN).await
}

/// Takes them away.
pub async fn narrow(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    rebuild(manager, old_payment(), NARROW).await
}

/// SQLite cannot change a CHECK: the table is made anew on both databases. The history is copied first, because it would
/// go with its payments.
async fn rebuild(manager: &SchemaManager<'_>, table: TableCreateStatement, copy: &str) -> Result<(), DbErr> {
    // In one transaction, which is one connection: another one could still see the old table when it renames.
    let tx = manager.get_connection().begin().await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        // A server of the version before may still be writing: what it commits must not be lost between copy and drop.
        tx.execute_unprepared("LOCK TABLE payment, payment_event IN ACCESS EXCLUSIVE MODE")
            .await?;
    }
    let manager = SchemaManager::new(&tx);
    manager.create_table(table).await?;
    tx.execute_unprepared(copy).await?;
    manager.create_table(payment_event()).await?;
    for statement in [
        "INSERT INTO payment_event_new SELECT id, payment_id, kind, amount, message, created_at FROM payment_event",
        "DROP TABLE payment_event",
        "DROP TABLE payment",
        "ALTER TABLE payment_new RENAME TO payment",
        "ALTER TABLE payment_event_new RENAME TO payment_event",
    ] {
        tx.execute_unprepared(statement).await?;
    }
    for index in [
        unique("payment", &["gateway", "gateway_reference"]),
        index("payment", &["cart_id"]),
        index("payment", &["order_id"]),
        index("payment", &["status", "id"]),
        index("payment_event", &["payment_id", "id"]),
    ] {
        manager.create_index(index).await?;
    }
    tx.commit().await
}

const WIDEN: &str = "INSERT INTO payment_new (id, cart_id, order_id, gateway, gateway_reference, token, amount,
    currency_code, status, next_action, failure, created_at, updated_at, captured_amount, cart_total)
    SELECT id, cart_id, order_id, gateway, gateway_reference, token, amount, currency_code, status, next_action, failure,
    created_at, updated_at, CASE WHEN status = 'succeeded' THEN amount ELSE 0 END, amount FROM payment";
const NARROW: &str = "INSERT INTO payment_new (id, cart_id, order_id, gateway, gateway_reference, token, amount,
    currency_code, status, next_action, failure, created_at, updated_at)
    SELECT id, cart_id, order_id, gateway, gateway_reference, token, amount, currency_code,
    CASE WHEN status = 'authorized' THEN 'pending' ELSE status END, next_action, failure, created_at, updated_at
    FROM payment";

fn old_payment() -> TableCreateStatement {
    payment_columns()
        .check(check(
            "ck_payment_status",
            "status IN ('pending', 'requires_action', 'succeeded', 'failed', 'cancelled')",
        ))
        .to_owned()
}

fn new_payment() -> TableCreateStatement {
    payment_columns()
        .col(big("cart_total").default(0))
        .col(text("capture_method").default("automatic"))
        .col(big("authorized_amount").default(0))
        .col(big("captured_amount").default(0))
        .col(big("capturing_amount").default(0))
        .col(big("refunded_amount").default(0))
        .col(big("refunding_amount").default(0))
        .col(big("disputed_amount").default(0))
        .col(big("fee_amount").default(0))
        .col(id_null("customer_id"))
        .col(id_null("payment_method_id"))
        .col(flag("save_method").default(false))
        .col(json_null("method"))
        .col(time_null("checked_at"))
        .col(int("version").default(0))
        .check(check(
            "ck_payment_status",
            "status IN ('pending', 'requires_action', 'authorized', 'succeeded', 'failed', 'cancelled')",
        ))
        .check(check(
            "ck_payment_capture_method",
            "capture_method IN ('automatic', 'manual')",
        ))
        .check(check(
            "ck_payment_amounts",
            "authorized_amount >= 0 AND captured_amount >= 0 AND capturing_amount >= 0 AND refunded_amount >= 0
             AND refunding_amount >= 0 AND disputed_amount >= 0 AND fee_amount >= 0
             AND authorized_amount + captured_amount <= amount AND refunded_amount <= captured_amount",
        ))
        .to_owned()
}

fn payment_columns() -> TableCreateStatement {
    table("payment_new")
        .col(key("id"))
        .col(id("cart_id"))
        .col(id_null("order_id"))
        .col(text("gateway"))
        .col(text_null("gateway_reference"))
        .col(text_null("token"))
        .col(big("amount"))
        .col(text("currency_code"))
        .col(text("status"))
        .col(json_null("next_action"))
        .col(text_null("failure"))
        .col(time("created_at"))
        .col(time("updated_at"))
        .check(check("ck_payment_amount", "amount >= 0"))
        .foreign_key(&mut needs(("payment_new", "cart_id"), "cart"))
        .foreign_key(&mut needs(("payment_new", "order_id"), "orders"))
        .to_owned()
}

fn payment_event() -> TableCreateStatement {
    table("payment_event_new")
        .col(key("id"))
        .col(id("payment_id"))
        .col(text("kind"))
        .col(big("amount"))
        .col(text_null("message"))
        .col(time("created_at"))
        .foreign_key(&mut belongs_to(("payment_event_new", "payment_id"), "payment_new"))
        .to_owned()
}
