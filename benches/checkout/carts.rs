//! Carts that are paid and wait for their order. Some are made as shoppers make them, through the API; the others are
//! copies of their rows, each with a token, ids, a payment and reserved stock of its own.

use std::net::SocketAddr;

use entity::{PaymentId, TypedId};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::client::Shopper;

/// Carts made through the API.
const TEMPLATES: usize = 100;
/// Units of everything: nothing runs out.
const STOCK: i64 = 1_000_000;

/// A cart to complete.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Its token.
    pub token: String,
    /// Key of the cart.
    pub cart: String,
    /// Key of the payment.
    pub payment: String,
}

impl Ready {
    /// The payment as the API names it.
    pub fn payment_id(&self) -> String {
        let id: PaymentId = TypedId::from_uuid(self.payment.parse().expect("a UUID"));
        id.to_string()
    }
}

const CART: &str = "cart { token deliveryOptions { id } } errors { code message }";

/// `count` carts of two lines, which between them name every variant of the shop.
pub async fn prepare(database: &mut PgConnection, address: SocketAddr, count: usize) -> Vec<Ready> {
    execute(
        database,
        &format!("UPDATE stock_level SET on_hand = {STOCK} WHERE on_hand > 0"),
    )
    .await;
    let mut shopper = Shopper::connect(address).await;
    let variants = variants(&mut shopper).await;
    execute(
        database,
        "CREATE TABLE bench_template (number INT, cart UUID, payment UUID)",
    )
    .await;
    for number in 0..TEMPLATES {
        let of = |step: usize| variants[(number * 2 + step) % variants.len()].clone();
        let payment = paid(&mut shopper, [of(0), of(1)]).await;
        let sql = "INSERT INTO bench_template SELECT $1, cart_id, id FROM payment WHERE id = $2::uuid";
        let payment: PaymentId = payment.parse().expect("an id of a payment");
        sqlx::query(sql)
            .bind(i32::try_from(number).expect("few"))
            .bind(payment.uuid().to_string())
            .execute(&mut *database)
            .await
            .expect("noted");
    }
    copy(database, count).await
}

async fn variants(shopper: &mut Shopper) -> Vec<Value> {
    let document =
        "{ products(first: 100) { nodes { variants(first: 25) { id quantityAvailable availableForSale } } } }";
    let answer = shopper.data(document, json!({})).await;
    let products = answer["nodes"].as_array().expect("products").iter();
    let variants = products.flat_map(|p| p["variants"].as_array().expect("variants").clone());
    let stocked = variants.filter(|v| v["quantityAvailable"].as_i64().is_some_and(|n| n >= STOCK));
    stocked.map(|mut v| v["id"].take()).collect()
}

/// A cart that is paid; the id of the payment.
async fn paid(shopper: &mut Shopper, variants: [Value; 2]) -> String {
    let lines: Vec<Value> = (1..)
        .zip(variants)
        .map(|(n, id)| json!({ "variantId": id, "quantity": n }))
        .collect();
    let create = format!("mutation($input: CartCreateInput!) {{ cartCreate(input: $input) {{ {CART} }} }}");
    let made = shopper.data(&create, json!({ "input": { "lines": lines } })).await;
    let token = &made["cart"]["token"];
    let address = json!({ "firstName": "Ada", "lastName": "Byron", "line1": "1 Main St", "city": "Springfield",
        "postalCode": "62701", "countryCode": "US" });
    let buyer = format!("mutation($input: CartBuyerUpdateInput!) {{ cartBuyerUpdate(input: $input) {{ {CART} }} }}");
    let input = json!({ "cartToken": token, "email": "ada@example.com", "shippingAddress": address });
    let filled = shopper.data(&buyer, json!({ "input": input })).await;
    let select =
        format!("mutation($input: CartDeliverySelectInput!) {{ cartDeliverySelect(input: $input) {{ {CART} }} }}");
    let option = &filled["cart"]["deliveryOptions"][0]["id"];
    let input = json!({ "cartToken": token, "deliveryOptionId": option });
    shopper.data(&select, json!({ "input": input })).await;
    let start = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
        payment { id status } errors { code message } } }";
    let input = json!({ "cartToken": token, "gateway": "test", "token": "tok_success" });
    let payment = shopper.data(start, json!({ "input": input })).await["payment"].take();
    assert_eq!(payment["status"], "SUCCEEDED");
    payment["id"].as_str().expect("an id").to_owned()
}

/// Ids that grow with the time, as those of the server do.
const NEW_ID: &str = "CREATE FUNCTION bench_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
        || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid $$";

async fn copy(database: &mut PgConnection, count: usize) -> Vec<Ready> {
    execute(database, NEW_ID).await;
    execute(
        database,
        &format!(
            "CREATE TABLE bench_cart AS SELECT n, t.cart AS of_cart, t.payment AS of_payment, bench_id() AS cart,
                bench_id() AS payment, 'bench-' || md5(random()::text) AS token
             FROM generate_series(1, {count}) AS n JOIN bench_template t ON t.number = n % {TEMPLATES}"
        ),
    )
    .await;
    // Whatever columns the tables have: a row is copied as it is, but for what makes it another one.
    for (table, other, of) in [
        (
            "cart",
            "'id', b.cart, 'token_hash', encode(sha256(convert_to(b.token, 'UTF8')), 'hex')",
            "r.id = b.of_cart",
        ),
        (
            "cart_line",
            "'id', bench_id(), 'cart_id', b.cart",
            "r.cart_id = b.of_cart",
        ),
        (
            "reservation",
            "'id', bench_id(), 'cart_id', b.cart",
            "r.cart_id = b.of_cart",
        ),
        (
            "payment",
            "'id', b.payment, 'cart_id', b.cart, 'gateway_reference', 'bench_' || b.payment",
            "r.id = b.of_payment",
        ),
        (
            "payment_event",
            "'id', bench_id(), 'payment_id', b.payment",
            "r.payment_id = b.of_payment",
        ),
    ] {
        let sql = format!(
            "INSERT INTO {table} SELECT (jsonb_populate_record(r, jsonb_build_object({other}))).*
             FROM {table} r JOIN bench_cart b ON {of}"
        );
        execute(database, &sql).await;
    }
    execute(
        database,
        "UPDATE stock_level s SET reserved = r.quantity FROM (SELECT variant_id, location_id,
            SUM(quantity) AS quantity FROM reservation GROUP BY variant_id, location_id) r
         WHERE s.variant_id = r.variant_id AND s.location_id = r.location_id",
    )
    .await;
    // They are there for longer than the bench runs.
    execute(
        database,
        "UPDATE reservation SET expires_at = expires_at + interval '1 day'",
    )
    .await;
    for sql in ["VACUUM ANALYZE", "CHECKPOINT"] {
        execute(database, sql).await;
    }
    let rows = sqlx::query("SELECT token, cart::text, payment::text FROM bench_cart ORDER BY n")
        .fetch_all(&mut *database)
        .await
        .expect("the carts");
    rows.iter()
        .map(|row| Ready {
            token: row.get(0),
            cart: row.get(1),
            payment: row.get(2),
        })
        .collect()
}

/// Runs a statement.
pub async fn execute(database: &mut PgConnection, sql: &str) {
    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(database).await {
        panic!("{sql}: {error}");
    }
}
