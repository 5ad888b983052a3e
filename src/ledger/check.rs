//! What must hold of the books, as SQL: each rule is one statement that finds what breaks it, so that it looks at one
//! moment even while orders are placed.

use chrono::TimeDelta;
use entity::ledger::ledger_check;
use entity::ledger::ledger_check::{Violation, Violations};
use entity::{GiftCardId, OrderId, PaymentId, TypedId};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryOrder, QueryResult, Statement};

use crate::app::App;
use crate::platform::error::Result;

/// What a look at the books found.
pub type LedgerCheck = ledger_check::Model;

/// How long a look holds.
const EVERY: TimeDelta = TimeDelta::hours(6);
/// Violations of a rule that are told.
const MOST: usize = 100;

/// What a rule is about.
#[derive(Clone, Copy)]
enum Subject {
    Text,
    Order,
    Payment,
    GiftCard,
}

/// Name, what it is about, and the statement: `subject`, `currency_code`, `expected` and `found` of what breaks it.
const RULES: [(&str, Subject, &str); 11] = [
    (
        "posting_balances",
        Subject::Text,
        "SELECT reference AS subject, currency_code, CAST(SUM(debit) AS bigint) AS expected,
         CAST(SUM(credit) AS bigint) AS found FROM ledger_entry GROUP BY reference, currency_code
         HAVING SUM(debit) <> SUM(credit)",
    ),
    (
        "currency_balances",
        Subject::Text,
        "SELECT currency_code AS subject, currency_code, CAST(SUM(debit) AS bigint) AS expected,
         CAST(SUM(credit) AS bigint) AS found FROM ledger_entry GROUP BY currency_code
         HAVING SUM(debit) <> SUM(credit)",
    ),
    (
        // total = payments - refunds + outstanding, where what is outstanding is what the books say.
        "order_books",
        Subject::Order,
        "SELECT o.id AS subject, o.currency_code, o.total - o.paid_total + o.refunded_total AS expected,
         COALESCE(l.amount, 0) AS found FROM orders o LEFT JOIN (
             SELECT COALESCE(p.order_id, e.order_id) AS order_id, CAST(SUM(e.debit - e.credit) AS bigint) AS amount
             FROM ledger_entry e LEFT JOIN payment p ON p.id = e.payment_id
             WHERE e.account IN ('receivable', 'refunds') GROUP BY COALESCE(p.order_id, e.order_id)
         ) l ON l.order_id = o.id
         WHERE o.cart_id IS NOT NULL AND COALESCE(l.amount, 0) <> o.total - o.paid_total + o.refunded_total",
    ),
    (
        "order_paid",
        Subject::Order,
        "SELECT o.id AS subject, o.currency_code, COALESCE(p.amount, 0) AS expected, o.paid_total AS found
         FROM orders o LEFT JOIN (
             SELECT order_id, CAST(SUM(captured_amount) AS bigint) AS amount FROM payment GROUP BY order_id
         ) p ON p.order_id = o.id WHERE o.cart_id IS NOT NULL AND o.paid_total <> COALESCE(p.amount, 0)",
    ),
    (
        "order_refunded",
        Subject::Order,
        "SELECT o.id AS subject, o.currency_code, COALESCE(p.amount, 0) AS expected, o.refunded_total AS found
         FROM orders o LEFT JOIN (
             SELECT order_id, CAST(SUM(refunded_amount) AS bigint) AS amount FROM payment GROUP BY order_id
         ) p ON p.order_id = o.id WHERE o.cart_id IS NOT NULL AND o.refunded_total <> COALESCE(p.amount, 0)",
    ),
    (
        "payment_books",
        Subject::Payment,
        "SELECT p.id AS subject, p.currency_code, p.captured_amount - p.refunded_amount AS expected,
         COALESCE(l.amount, 0) AS found FROM payment p LEFT JOIN (
             SELECT payment_id, CAST(SUM(credit - debit) AS bigint) AS amount FROM ledger_entry
             WHERE account IN ('receivable', 'refunds') GROUP BY payment_id
         ) l ON l.payment_id = p.id WHERE COALESCE(l.amount, 0) <> p.captured_amount - p.refunded_amount",
    ),
    (
        "payment_disputes",
        Subject::Payment,
        "SELECT p.id AS subject, p.currency_code, p.disputed_amount AS expected, COALESCE(l.amount, 0) AS found
         FROM payment p LEFT JOIN (
             SELECT payment_id, CAST(SUM(debit - credit) AS bigint) AS amount FROM ledger_entry
             WHERE account = 'disputes' GROUP BY payment_id
         ) l ON l.payment_id = p.id WHERE COALESCE(l.amount, 0) <> p.disputed_amount",
    ),
    (
        "payment_refunds",
        Subject::Payment,
        "SELECT p.id AS subject, p.currency_code, COALESCE(r.amount, 0) AS expected,
         p.refunded_amount + p.refunding_amount AS found FROM payment p LEFT JOIN (
             SELECT payment_id, CAST(SUM(amount) AS bigint) AS amount FROM refund WHERE status <> 'failed'
             GROUP BY payment_id
         ) r ON r.payment_id = p.id
         WHERE COALESCE(r.amount, 0) <> p.refunded_amount + p.refunding_amount",
    ),
    (
        "refunds_within_captures",
        Subject::Payment,
        "SELECT id AS subject, currency_code, captured_amount AS expected, refunded_amount AS found FROM payment
         WHERE refunded_amount > captured_amount",
    ),
    (
        "gift_card_balance",
        Subject::GiftCard,
        "SELECT g.id AS subject, g.currency_code, COALESCE(e.amount, 0) AS expected, g.balance AS found
         FROM gift_card g LEFT JOIN (
             SELECT gift_card_id, CAST(SUM(amount) AS bigint) AS amount FROM gift_card_entry GROUP BY gift_card_id
         ) e ON e.gift_card_id = g.id WHERE g.balance <> COALESCE(e.amount, 0)",
    ),
    (
        "gift_card_liability",
        Subject::Text,
        "SELECT c.currency_code AS subject, c.currency_code, COALESCE(g.amount, 0) AS expected,
         COALESCE(l.amount, 0) AS found FROM (
             SELECT currency_code FROM gift_card UNION SELECT currency_code FROM ledger_entry
             WHERE account = 'gift_card_liability'
         ) c LEFT JOIN (
             SELECT currency_code, CAST(SUM(balance) AS bigint) AS amount FROM gift_card GROUP BY currency_code
         ) g ON g.currency_code = c.currency_code LEFT JOIN (
             SELECT currency_code, CAST(SUM(credit - debit) AS bigint) AS amount FROM ledger_entry
             WHERE account = 'gift_card_liability' GROUP BY currency_code
         ) l ON l.currency_code = c.currency_code WHERE COALESCE(g.amount, 0) <> COALESCE(l.amount, 0)",
    ),
];

/// What in the books does not hold.
///
/// # Errors
/// Those of the database.
pub async fn violations(db: &impl ConnectionTrait) -> Result<Vec<Violation>> {
    let mut found = Vec::new();
    for (rule, subject, sql) in RULES {
        let sql = format!("{sql} ORDER BY subject LIMIT {MOST}");
        let rows = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
            .await?;
        for row in rows {
            found.push(Violation {
                rule: rule.to_owned(),
                subject: named(&row, subject)?,
                currency_code: row.try_get("", "currency_code")?,
                expected: row.try_get("", "expected")?,
                found: row.try_get("", "found")?,
            });
        }
    }
    Ok(found)
}

fn named(row: &QueryResult, subject: Subject) -> Result<String> {
    Ok(match subject {
        Subject::Text => row.try_get("", "subject")?,
        Subject::Order => OrderId::from_uuid(row.try_get("", "subject")?).to_string(),
        Subject::Payment => PaymentId::from_uuid(row.try_get("", "subject")?).to_string(),
        Subject::GiftCard => GiftCardId::from_uuid(row.try_get("", "subject")?).to_string(),
    })
}

/// Looks at the books, logs what does not hold, and keeps what was found.
///
/// # Errors
/// Those of the database.
pub async fn check(app: &App) -> Result<LedgerCheck> {
    let started_at = app.clock.now();
    let tx = app.db.begin_long_read().await?;
    let found = violations(&tx).await?;
    tx.rollback().await?;
    for violation in &found {
        let Violation {
            rule,
            subject,
            expected,
            ..
        } = violation;
        tracing::error!(
            rule,
            subject,
            expected,
            found = violation.found,
            "the books do not hold"
        );
    }
    let row = LedgerCheck {
        id: app.ids.new_id(),
        violations: Violations(found),
        started_at,
        finished_at: app.clock.now(),
    };
    Ok(row.into_active_model().insert(&app.db).await?)
}

/// Looks at the books, when nobody has for a while.
///
/// # Errors
/// Those of the database.
pub async fn check_when_due(app: &App) -> Result<()> {
    let due = match last_check(&app.db).await? {
        Some(last) => app.clock.now() - last.started_at >= EVERY,
        None => true,
    };
    if due {
        check(app).await?;
    }
    Ok(())
}

/// The last look at the books.
///
/// # Errors
/// Those of the database.
pub async fn last_check(db: &impl ConnectionTrait) -> Result<Option<LedgerCheck>> {
    Ok(ledger_check::Entity::find()
        .order_by_desc(ledger_check::Column::StartedAt)
        .one(db)
        .await?)
}
