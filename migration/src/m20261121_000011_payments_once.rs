//! Money that is accounted for: authorised, captured and refunded amounts, refunds, disputes, gift cards, what gateways
//! tell us, and a double-entry ledger. Histories grow and nothing else: the database refuses to change or delete.

use sea_orm::{ConnectionTrait, DbBackend};
use sea_orm_migration::prelude::*;

use crate::payment_rebuilt;
use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// Tables that only grow.
const HISTORIES: [&str; 3] = ["payment_event", "ledger_entry", "gift_card_entry"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        payment_rebuilt::widen(manager).await?;
        manager.alter_table(refunded_total()).await?;
        plan().up(manager).await?;
        let connection = manager.get_connection();
        for statement in open_the_books(connection.get_database_backend()) {
            connection.execute_unprepared(&statement).await?;
        }
        for statement in guards(connection.get_database_backend()) {
            connection.execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().down(manager).await?;
        let drop = Table::alter().table("orders").drop_column("refunded_total").to_owned();
        manager.alter_table(drop).await?;
        payment_rebuilt::narrow(manager).await?;
        let connection = manager.get_connection();
        if connection.get_database_backend() == DbBackend::Postgres {
            connection
                .execute_unprepared("DROP FUNCTION merx_is_append_only() CASCADE")
                .await?;
        }
        Ok(())
    }
}

fn refunded_total() -> TableAlterStatement {
    Table::alter()
        .table("orders")
        .add_column(big("refunded_total").default(0))
        .to_owned()
}

fn plan() -> Plan {
    money_moved(gift_cards(told_by_gateways(Plan::default())))
}

fn money_moved(plan: Plan) -> Plan {
    plan.add(
        table("payment_capture")
            .col(key("id"))
            .col(id("payment_id"))
            .col(big("amount"))
            .col(flag("final"))
            .col(text("status"))
            .col(text_null("failure"))
            .col(time("created_at"))
            .col(time("updated_at"))
            .check(check("ck_payment_capture_amount", "amount > 0"))
            .check(check(
                "ck_payment_capture_status",
                "status IN ('pending', 'succeeded', 'failed')",
            ))
            .foreign_key(&mut needs(("payment_capture", "payment_id"), "payment"))
            .to_owned(),
        [
            index("payment_capture", &["payment_id", "id"]),
            index("payment_capture", &["status", "id"]),
        ],
    )
    .add(
        table("refund")
            .col(key("id"))
            .col(id("payment_id"))
            .col(id_null("order_id"))
            .col(big("amount"))
            .col(text("currency_code"))
            .col(text("status"))
            .col(text_null("reason"))
            .col(text_null("gateway_reference"))
            .col(text_null("failure"))
            .col(json_null("lines"))
            .col(text("requested_by"))
            .col(time("created_at"))
            .col(time("updated_at"))
            .check(check("ck_refund_amount", "amount > 0"))
            .check(check(
                "ck_refund_status",
                "status IN ('pending', 'succeeded', 'failed')",
            ))
            .foreign_key(&mut needs(("refund", "payment_id"), "payment"))
            .foreign_key(&mut needs(("refund", "order_id"), "orders"))
            .to_owned(),
        [
            unique("refund", &["payment_id", "gateway_reference"]),
            index("refund", &["order_id", "id"]),
            index("refund", &["status", "id"]),
        ],
    )
    .add(
        table("dispute")
            .col(key("id"))
            .col(id("payment_id"))
            .col(id_null("order_id"))
            .col(text("gateway"))
            .col(text("gateway_reference"))
            .col(big("amount"))
            .col(big("withdrawn_amount"))
            .col(big("fee_amount"))
            .col(text("currency_code"))
            .col(text("reason"))
            .col(text("status"))
            .col(time_null("due_by"))
            .col(time("created_at"))
            .col(time("updated_at"))
            .check(check(
                "ck_dispute_amount",
                "amount >= 0 AND withdrawn_amount >= 0 AND fee_amount >= 0",
            ))
            .check(check(
                "ck_dispute_status",
                "status IN ('needs_response', 'under_review', 'won', 'lost', 'closed')",
            ))
            .foreign_key(&mut needs(("dispute", "payment_id"), "payment"))
            .foreign_key(&mut needs(("dispute", "order_id"), "orders"))
            .to_owned(),
        [
            unique("dispute", &["gateway", "gateway_reference"]),
            index("dispute", &["payment_id"]),
            index("dispute", &["status", "id"]),
        ],
    )
    .add(
        // No foreign keys: the books outlive what they tell of.
        table("ledger_entry")
            .col(key("id"))
            .col(text("reference"))
            .col(text("kind"))
            .col(text("account"))
            .col(big("debit"))
            .col(big("credit"))
            .col(text("currency_code"))
            .col(id_null("order_id"))
            .col(id_null("payment_id"))
            .col(time("created_at"))
            .check(check(
                "ck_ledger_entry_one_side",
                "debit >= 0 AND credit >= 0 AND (debit = 0) <> (credit = 0)",
            ))
            .check(check(
                "ck_ledger_entry_account",
                "account IN ('receivable', 'cash_in_transit', 'revenue', 'tax', 'shipping', 'discounts',
                 'gift_card_liability', 'store_credit', 'refunds', 'fees', 'disputes')",
            ))
            .to_owned(),
        [
            // A posting is written once, whoever repeats it.
            unique("ledger_entry", &["reference", "account"]),
            index("ledger_entry", &["order_id"]),
            index("ledger_entry", &["payment_id"]),
            index("ledger_entry", &["created_at", "id"]),
        ],
    )
    .add(
        table("ledger_check")
            .col(key("id"))
            .col(json("violations"))
            .col(time("started_at"))
            .col(time("finished_at"))
            .to_owned(),
        [index("ledger_check", &["started_at"])],
    )
}

fn gift_cards(plan: Plan) -> Plan {
    plan.add(
        table("gift_card")
            .col(key("id"))
            .col(text("code_hash"))
            .col(text("ending"))
            .col(text("currency_code"))
            .col(big("initial_amount"))
            .col(big("balance"))
            .col(id_null("customer_id"))
            .col(text_null("note"))
            .col(time_null("expires_at"))
            .col(time_null("disabled_at"))
            .col(time("created_at"))
            .col(time("updated_at"))
            .check(check("ck_gift_card_balance", "balance >= 0 AND initial_amount > 0"))
            .foreign_key(&mut refers_to(("gift_card", "customer_id"), "customer"))
            .to_owned(),
        [
            unique("gift_card", &["code_hash"]),
            index("gift_card", &["customer_id"]),
        ],
    )
    .add(
        table("gift_card_entry")
            .col(key("id"))
            .col(id("gift_card_id"))
            .col(text("kind"))
            .col(big("amount"))
            .col(id_null("payment_id"))
            .col(text_null("note"))
            .col(time("created_at"))
            .check(check("ck_gift_card_entry_amount", "amount <> 0"))
            .foreign_key(&mut needs(("gift_card_entry", "gift_card_id"), "gift_card"))
            .to_owned(),
        [
            index("gift_card_entry", &["gift_card_id", "id"]),
            index("gift_card_entry", &["payment_id"]),
        ],
    )
}

fn told_by_gateways(plan: Plan) -> Plan {
    plan.add(
        table("gateway_event")
            .col(key("id"))
            .col(text("gateway"))
            .col(text("event_id"))
            .col(text("kind"))
            .col(text("subject"))
            .col(text_null("object"))
            .col(id_null("payment_id"))
            .col(text("body_hash"))
            .col(text("outcome"))
            .col(text_null("failure"))
            .col(time("received_at"))
            .col(time_null("processed_at"))
            .check(check(
                "ck_gateway_event_outcome",
                "outcome IN ('waiting', 'applied', 'ignored', 'unmatched')",
            ))
            .check(check(
                "ck_gateway_event_subject",
                "subject IN ('payment', 'setup', 'other')",
            ))
            .to_owned(),
        [
            unique("gateway_event", &["gateway", "event_id"]),
            index("gateway_event", &["received_at", "id"]),
            index("gateway_event", &["outcome", "id"]),
        ],
    )
    .add(
        table("gateway_customer")
            .col(id("customer_id"))
            .col(text("gateway"))
            .col(text("reference"))
            .col(time("created_at"))
            .primary_key(&mut composite_key("gateway_customer", &["customer_id", "gateway"]))
            .foreign_key(&mut belongs_to(("gateway_customer", "customer_id"), "customer"))
            .to_owned(),
        [unique("gateway_customer", &["gateway", "reference"])],
    )
    .add(
        table("payment_method")
            .col(key("id"))
            .col(id("customer_id"))
            .col(text("gateway"))
            .col(text("reference"))
            .col(json("details"))
            .col(flag("is_default"))
            .col(time("created_at"))
            .foreign_key(&mut belongs_to(("payment_method", "customer_id"), "customer"))
            .to_owned(),
        [
            unique("payment_method", &["gateway", "reference"]),
            index("payment_method", &["customer_id", "id"]),
        ],
    )
    .add(
        table("reconciliation")
            .col(key("id"))
            .col(text("gateway"))
            .col(int("checked"))
            .col(int("settled"))
            .col(int("differences"))
            .col(text_null("failure"))
            .col(time("started_at"))
            .col(time_null("finished_at"))
            .to_owned(),
        [index("reconciliation", &["gateway", "id"])],
    )
    .add(
        table("reconciliation_difference")
            .col(key("id"))
            .col(id("reconciliation_id"))
            .col(text("gateway"))
            .col(text_null("open_key"))
            .col(id_null("payment_id"))
            .col(text_null("gateway_reference"))
            .col(text("kind"))
            .col(big_null("ours"))
            .col(big_null("theirs"))
            .col(text_null("currency_code"))
            .col(time_null("resolved_at"))
            .col(time("created_at"))
            .foreign_key(&mut belongs_to(
                ("reconciliation_difference", "reconciliation_id"),
                "reconciliation",
            ))
            .to_owned(),
        [
            // A difference is there once, as long as it lasts.
            unique("reconciliation_difference", &["open_key"]),
            index("reconciliation_difference", &["reconciliation_id", "id"]),
            index("reconciliation_difference", &["resolved_at", "id"]),
        ],
    )
}

/// Orders that were placed before there were books are entered as they stand: sold, and paid in full.
fn open_the_books(backend: DbBackend) -> Vec<String> {
    let new_id = match backend {
        DbBackend::Postgres => "gen_random_uuid()",
        _ => "randomblob(16)",
    };
    let text_of = |id: &str| match backend {
        DbBackend::Postgres => format!("CAST({id} AS text)"),
        _ => format!("hex({id})"),
    };
    let sold = text_of("o.id");
    // Tax on a delivery may be more than the goods were: the revenue is below 0 then, and on the other side.
    let sides = [
        ("receivable", "o.total", "0"),
        ("discounts", "o.discount_total", "0"),
        (
            "revenue",
            "CASE WHEN o.tax_included AND o.tax_total > o.subtotal THEN o.tax_total - o.subtotal ELSE 0 END",
            "CASE WHEN o.tax_included AND o.tax_total > o.subtotal THEN 0 WHEN o.tax_included
             THEN o.subtotal - o.tax_total ELSE o.subtotal END",
        ),
        ("shipping", "0", "o.shipping_total"),
        ("tax", "0", "o.tax_total"),
    ];
    let sold = sides.map(|(account, debit, credit)| {
        format!(
            "INSERT INTO ledger_entry (id, reference, kind, account, debit, credit, currency_code, order_id, created_at)
             SELECT {new_id}, 'opening:' || {sold}, 'order_placed', '{account}', {debit}, {credit}, o.currency_code, o.id,
             o.placed_at FROM orders o WHERE o.cart_id IS NOT NULL AND {debit} + {credit} > 0"
        )
    });
    let paid = text_of("p.id");
    let paid =
        [("cash_in_transit", "p.amount", "0"), ("receivable", "0", "p.amount")].map(|(account, debit, credit)| {
            format!(
                "INSERT INTO ledger_entry
             (id, reference, kind, account, debit, credit, currency_code, order_id, payment_id, created_at)
             SELECT {new_id}, 'opening:' || {paid}, 'captured', '{account}', {debit}, {credit}, p.currency_code,
             p.order_id, p.id, p.updated_at FROM payment p WHERE p.status = 'succeeded' AND p.amount > 0"
            )
        });
    sold.into_iter().chain(paid).collect()
}

fn guards(backend: DbBackend) -> Vec<String> {
    if backend == DbBackend::Postgres {
        let mut statements = vec![
            "CREATE FUNCTION merx_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
                .to_owned(),
        ];
        statements.extend(HISTORIES.map(|table| {
            format!(
                "CREATE TRIGGER tr_{table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                 FOR EACH STATEMENT EXECUTE FUNCTION merx_is_append_only()"
            )
        }));
        return statements;
    }
    let refuse = |table: &str, what: &str| {
        format!(
            "CREATE TRIGGER tr_{table}_no_{} BEFORE {what} ON {table}
             BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
            what.to_lowercase()
        )
    };
    let both = |table| [refuse(table, "UPDATE"), refuse(table, "DELETE")];
    HISTORIES.into_iter().flat_map(both).collect()
}
