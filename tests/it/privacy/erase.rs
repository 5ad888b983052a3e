//! A person is forgotten: nothing that names them is left in any column of any table.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Shop, home};

const EMAIL: &str = "zoe.quincebottom@example.com";
const STREET: &str = "77 Quincebottom Lane";
/// What is looked for, in lower case: part of the address, the name and the street, and words of each.
const NEEDLES: [&str; 3] = ["quincebottom", "zelpha", "555 0177"];

async fn texts(shop: &Shop, sql: String) -> Vec<Vec<String>> {
    let db = shop.app.db.connection();
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql.clone()))
        .await;
    let rows = rows.unwrap_or_else(|e| panic!("{sql}: {e}"));
    let row = |row: &sea_orm::QueryResult| {
        let names = row.column_names();
        names
            .iter()
            .map(|name| row.try_get::<String>("", name).unwrap_or_default())
            .collect()
    };
    rows.iter().map(row).collect()
}

/// The columns of all tables: table, column, and an expression that shows the column as text.
async fn columns(shop: &Shop) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    if shop.app.db.connection().get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT table_schema::text AS a, table_name::text AS b, column_name::text AS c, data_type::text AS d
            FROM information_schema.columns WHERE table_schema NOT IN ('pg_catalog', 'information_schema')";
        for row in texts(shop, sql.to_owned()).await {
            let [schema, table, column, kind] = row.try_into().expect("four texts");
            let shown = match kind.as_str() {
                "bytea" => format!("encode(\"{column}\", 'escape')"),
                _ => format!("\"{column}\"::text"),
            };
            found.push((format!("\"{schema}\".\"{table}\""), column, shown));
        }
    } else {
        let sql = "SELECT m.name AS a, p.name AS b FROM sqlite_master m JOIN pragma_table_info(m.name) p
            WHERE m.type = 'table'";
        for row in texts(shop, sql.to_owned()).await {
            let [table, column] = row.try_into().expect("two texts");
            let shown = format!("CAST(\"{column}\" AS TEXT)");
            found.push((format!("\"{table}\""), column, shown));
        }
    }
    assert!(found.len() > 150, "{} columns", found.len());
    found
}

/// The places in the database that hold one of the needles.
async fn places(shop: &Shop) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for (table, column, shown) in columns(shop).await {
        let like = NEEDLES
            .map(|needle| format!("lower({shown}) LIKE '%{needle}%'"))
            .join(" OR ");
        let rows = texts(shop, format!("SELECT 'x' AS a FROM {table} WHERE {like} LIMIT 1")).await;
        if !rows.is_empty() {
            places.insert(format!("{table}.{column}"));
        }
    }
    places
}

/// Somebody with all that a customer can have. Gives them signed in, and the orders that they placed.
async fn somebody(shop: &Shop) -> (Shop, Vec<Value>) {
    let buy = async |who: &Shop| {
        let (variant, _) = who.variant(5).await;
        let cart = who.ready_cart(&variant, 1).await;
        let mut address = home(STREET);
        address["firstName"] = json!("Zelpha");
        address["phone"] = json!("+1 555 0177");
        let input = json!({ "cartToken": cart["token"], "email": EMAIL, "shippingAddress": address, "billingAddress": address });
        let cart = who.cart_ok("cartBuyerUpdate", input).await;
        let options = json!({ "cartToken": cart["token"], "deliveryOptionId": cart["deliveryOptions"][0]["id"] });
        who.cart_ok("cartDeliverySelect", options).await
    };
    let order = async |who: &Shop, cart: Value| {
        let payment = who.pay(&cart, "tok_success").await["payment"]["id"].take();
        who.complete(&cart, &payment, Value::Null).await["order"].take()
    };
    let before = order(shop, buy(shop).await).await;
    let input = json!({ "email": EMAIL, "password": PASSWORD, "firstName": "Zelpha", "lastName": "Quincebottom" });
    shop.changed("customerRegister", input, "customer { id }").await;
    shop.verify(EMAIL).await;
    let me = shop.customer_in(EMAIL, PASSWORD).await;
    let signed_in = order(&me, buy(&me).await).await;
    // A guest once more, and carts that were left.
    let after = order(shop, buy(shop).await).await;
    buy(&me).await;
    buy(shop).await;
    let mut address = home(STREET);
    address["lastName"] = json!("Quincebottom");
    me.changed("customerAddressCreate", json!({ "address": address }), "address { id }")
        .await;
    shop.changed("passwordResetRequest", json!({ "email": EMAIL }), "")
        .await;
    let change = json!({ "newEmail": "next.quincebottom@example.com", "password": PASSWORD });
    me.changed("customerEmailChangeRequest", change, "ok").await;
    shop.work().await;
    (me, vec![before, signed_in, after])
}

fn letters_that_name_them(shop: &Shop) -> usize {
    let named = |letter: &String| NEEDLES.iter().any(|needle| letter.to_lowercase().contains(needle));
    shop.letters().iter().filter(|letter| named(letter)).count()
}

/// What an order keeps: all that the books need.
async fn ledger(shop: &Shop, order: &Value) -> Value {
    let document = "query($id: ID!) { order(id: $id) { number total { amount currencyCode } taxTotal { amount }
        lines { sku name quantity total { amount } } payments { id amount { amount } status } paymentStatus placedAt
        shippingAddress { countryCode } } }";
    shop.staff().data(document, json!({ "id": order["id"] })).await["order"].take()
}

#[tokio::test]
async fn who_asks_is_forgotten_everywhere() {
    let shop = Shop::demo().await;
    let (me, orders) = somebody(&shop).await;
    let held = places(&shop).await;
    for table in ["account", "customer", "customer_address", "orders", "cart"] {
        assert!(
            held.iter().any(|place| place.contains(&format!("\"{table}\"."))),
            "{table} is not among {held:?}"
        );
    }
    assert!(letters_that_name_them(&shop) > 3);
    let mut books = Vec::new();
    for order in &orders {
        books.push(ledger(&shop, order).await);
    }

    let wrong = me
        .change_refused("customerErase", json!({ "password": "not my password" }))
        .await;
    assert_eq!(wrong, ("INVALID_CREDENTIALS".to_owned(), json!(["password"])));
    assert_eq!(
        me.change_refused("customerErase", json!({})).await.0,
        "INVALID_CREDENTIALS"
    );
    assert_eq!(places(&shop).await, held, "a refusal forgets nothing");

    me.changed("customerErase", json!({ "password": PASSWORD }), "ok").await;
    assert_eq!(places(&shop).await, BTreeSet::new());
    assert_eq!(me.refused("{ me { id } }", json!({})).await.0, "UNAUTHENTICATED");
    for (order, book) in orders.iter().zip(&books) {
        assert_eq!(ledger(&shop, order).await, *book, "the books have changed");
    }
    let read = "query($id: ID!) { order(id: $id) { email shippingAddress { lastName line1 city } } }";
    let order = shop.staff().data(read, json!({ "id": orders[0]["id"] })).await["order"].take();
    assert_eq!(
        order,
        json!({ "email": null, "shippingAddress": { "lastName": "", "line1": "", "city": "" } })
    );
    // Of the letters the last one is left, which has the address of whom it went to.
    let letters = shop.letters();
    assert!(
        letters
            .iter()
            .all(|letter| !letter.contains(STREET) && !letter.contains("Zelpha"))
    );
    let to = shop.letters_to(EMAIL);
    assert_eq!(to.len(), 1, "{to:?}");
    assert!(to[0].contains("Subject: Your account was erased"));
    shop.work().await;
    assert_eq!(places(&shop).await, BTreeSet::new(), "a job has brought them back");
    assert_eq!(shop.dead_jobs().await, 0);
    // Whoever comes with the address now is somebody new.
    let again = shop.customer(EMAIL).await;
    assert!(again.my_orders().await.is_empty());
}

#[tokio::test]
async fn staff_forgets_somebody_without_an_account() {
    let shop = Shop::demo().await;
    let head = "Name,Email,Financial Status,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Source\n";
    let row = format!("#1,{EMAIL},paid,fulfilled,USD,12.00,0,0,12.00,2020-03-02 10:00:00 +0000,2,Bowl,6.00,,web\n");
    crate::import::import_orders(&shop, format!("{head}{row}"))
        .await
        .expect("imported");
    shop.bought_by(EMAIL).await;
    shop.work().await;
    let document = "query($w: CustomerWhere) { customers(where: $w) { nodes { id } } }";
    let found = shop.staff().data(document, json!({ "w": { "email": EMAIL } })).await;
    let id = &found["customers"]["nodes"][0]["id"];
    let weak = shop.program(&["customers.read", "customers.write"], None).await;
    let erase = "mutation($input: CustomerEraseAsStaffInput!) { customerEraseAsStaff(input: $input) { ok } }";
    let refused = weak.send(erase, json!({ "input": { "id": id } })).await;
    assert!(refused["errors"].is_array() && !places(&shop).await.is_empty());
    let staff = shop.program(&["customers.read", "customers.erase"], None).await;
    staff.changed("customerEraseAsStaff", json!({ "id": id }), "ok").await;
    assert_eq!(places(&shop).await, BTreeSet::new());
    let again = staff.change_refused("customerEraseAsStaff", json!({ "id": id })).await;
    assert_eq!(again.0, "NOT_FOUND");
    assert_eq!(shop.letters_to(EMAIL).len(), 1);
}

#[tokio::test]
async fn who_is_not_proven_forgets_nobody_else() {
    let shop = Shop::demo().await;
    let guest = shop.bought_by("guest@example.com").await;
    let me = shop.customer("me@example.com").await;
    let mine = me.bought_by("guest@example.com").await;
    me.changed("customerErase", json!({ "password": PASSWORD }), "ok").await;
    let read = "query($id: ID!) { order(id: $id) { email } }";
    let staff = shop.staff();
    let mine = staff.data(read, json!({ "id": mine["id"] })).await;
    assert_eq!(mine["order"]["email"], Value::Null, "an order of theirs");
    let guest = staff.data(read, json!({ "id": guest["id"] })).await;
    assert_eq!(
        guest["order"]["email"], "guest@example.com",
        "an order of somebody else"
    );
}
