//! The same rows by hand: what the database can do at most when everybody sends the statements of an order one by one,
//! in one transaction, without reading, checking or answering anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::CLIENTS;
use crate::carts::Ready;

/// Tables that an order adds rows to, parents first, and how their rows are found.
const WRITTEN: [(&str, &str); 8] = [
    ("orders", "r.id = o.id"),
    ("order_line", "r.order_id = o.id"),
    ("order_event", "r.order_id = o.id"),
    ("ledger_entry", "r.order_id = o.id"),
    ("payment_event", "r.payment_id = p.id AND r.kind = 'paid_order'"),
    ("stock_movement", "r.reference = $1"),
    (
        "allocation",
        "r.order_line_id IN (SELECT id FROM order_line WHERE order_id = o.id)",
    ),
    ("apalis.jobs", "position(convert_to($1, 'UTF8') IN r.job) > 0"),
];

/// The rows of an order that the server made.
struct Model {
    /// Statements with their rows, as JSON.
    inserts: Vec<(String, String)>,
    /// Keys in those rows that are other ones in every order.
    keys: Vec<String>,
    order: String,
    /// The order as the API names it.
    name: String,
    number: String,
    cart: String,
    payment: String,
}

impl Model {
    async fn of(database: &mut PgConnection, cart: &Ready) -> Self {
        let sql = "SELECT id::text, number FROM orders WHERE cart_id = $1::uuid";
        let row = sqlx::query(sql).bind(&cart.cart).fetch_one(&mut *database).await;
        let row = row.expect("the order of a cart");
        let (order, number): (String, String) = (row.get(0), row.get(1));
        let id: entity::OrderId = entity::TypedId::from_uuid(order.parse().expect("a UUID"));
        let (mut inserts, mut keys) = (Vec::new(), Vec::new());
        for (table, of) in WRITTEN {
            let mark = if of.contains("$1") {
                ""
            } else {
                " AND $1::text IS NOT NULL"
            };
            let sql = format!(
                "SELECT (to_jsonb(r) - 'metadata')::text, to_jsonb(r) ->> 'id' FROM {table} r, orders o, payment p
                 WHERE o.id = '{order}' AND p.order_id = o.id AND ({of}){mark}"
            );
            let rows = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string());
            let rows = rows.fetch_all(&mut *database).await.expect("its rows");
            assert!(!rows.is_empty(), "an order writes {table}");
            let texts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            keys.extend(rows.iter().filter_map(|row| row.get::<Option<String>, _>(1)));
            let sql =
                format!("INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1::text::jsonb)");
            inserts.push((sql, format!("[{}]", texts.join(","))));
        }
        Self {
            inserts,
            keys,
            order,
            name: id.to_string(),
            number,
            cart: cart.cart.clone(),
            payment: cart.payment.clone(),
        }
    }

    /// The rows of another order, for `cart`.
    fn rows(&self, cart: &Ready, number: usize) -> (String, Vec<String>) {
        let order = another(&self.order, number);
        let secret = format!("\"access_token\": \"bare-{number}\"");
        let rows = self.inserts.iter().map(|(_, rows)| {
            let mut rows = rows
                .replace(&self.order, &order)
                .replace(&self.name, &format!("bare-{number}"))
                .replace(&self.cart, &cart.cart)
                .replace(&self.payment, &cart.payment)
                .replace(
                    &format!("\"number\": \"{}\"", self.number),
                    &format!("\"number\": \"B{number}\""),
                );
            if let Some(at) = rows.find("\"access_token\": \"") {
                let end = rows[at + 17..].find('"').map_or(rows.len(), |end| at + 17 + end + 1);
                rows.replace_range(at..end, &secret);
            }
            for key in self.keys.iter().filter(|key| **key != self.order) {
                rows = rows.replace(key, &another(key, number));
            }
            // A unique key of a job names the order in its own way.
            rows.replace("\"idempotency_key\": \"", &format!("\"idempotency_key\": \"{number}-"))
        });
        (order.clone(), rows.collect())
    }
}

/// A key like `key` that no other number gets. Keys of one moment differ in their ends, so that the beginning counts.
fn another(key: &str, number: usize) -> String {
    format!("{number:08}{}", &key[8..])
}

/// Orders a second with bare SQL over `carts`, by as many connections as there are shoppers; and the statements of one.
pub async fn measure(url: &str, made: &Ready, carts: Vec<Ready>) -> (f64, usize) {
    let mut database = PgConnection::connect(url).await.expect("a connection");
    let model = Arc::new(Model::of(&mut database, made).await);
    // Close the cart, give the payment, take the reservations, move the stock of two lines.
    let statements = model.inserts.len() + 5;
    let (carts, next) = (Arc::new(carts), Arc::new(AtomicUsize::new(0)));
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(PgConnection::connect(url).await.expect("a connection"));
    }
    let start = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|connection| {
            let (model, carts, next) = (Arc::clone(&model), Arc::clone(&carts), Arc::clone(&next));
            tokio::spawn(place_all(connection, model, carts, next))
        })
        .collect();
    for task in tasks {
        task.await.expect("they placed orders");
    }
    let took: Duration = start.elapsed();
    (carts.len() as f64 / took.as_secs_f64(), statements)
}

async fn place_all(mut connection: PgConnection, model: Arc<Model>, carts: Arc<Vec<Ready>>, next: Arc<AtomicUsize>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(cart) = carts.get(number) else { return };
        place(&mut connection, &model, cart, number).await.expect("an order");
    }
}

async fn place(database: &mut PgConnection, model: &Model, cart: &Ready, number: usize) -> sqlx::Result<()> {
    let (order, rows) = model.rows(cart, number);
    let mut tx = database.begin().await?;
    let close =
        "UPDATE cart SET status = 'completed', version = version + 1 WHERE id = $1::text::uuid AND status = 'open'";
    let closed = sqlx::query(close).bind(&cart.cart).execute(&mut *tx).await?;
    assert_eq!(closed.rows_affected(), 1, "a cart is open");
    for ((sql, _), rows) in model.inserts.iter().zip(rows) {
        sqlx::query(AssertSqlSafe(sql.clone()))
            .bind(rows)
            .execute(&mut *tx)
            .await?;
    }
    let attach = "UPDATE payment SET order_id = $2::text::uuid WHERE id = $1::text::uuid AND order_id IS NULL";
    sqlx::query(attach)
        .bind(&cart.payment)
        .bind(order)
        .execute(&mut *tx)
        .await?;
    let held = "DELETE FROM reservation WHERE cart_id = $1::text::uuid RETURNING variant_id::text, location_id::text, quantity";
    let held = sqlx::query(held).bind(&cart.cart).fetch_all(&mut *tx).await?;
    let mut held: Vec<(String, String, i64)> = held.iter().map(|r| (r.get(0), r.get(1), r.get(2))).collect();
    held.sort_unstable();
    for (variant, location, quantity) in held {
        let take = "UPDATE stock_level SET reserved = reserved - $3, allocated = allocated + $3
            WHERE variant_id = $1::text::uuid AND location_id = $2::text::uuid AND reserved >= $3";
        let query = sqlx::query(take).bind(variant).bind(location);
        query.bind(quantity).execute(&mut *tx).await?;
    }
    tx.commit().await
}
