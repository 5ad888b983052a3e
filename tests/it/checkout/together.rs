//! Checkouts that come at the same moment become orders together, and nobody is the worse for it.

use std::collections::BTreeSet;

use entity::CartId;
use entity::order::orders;
use futures_util::future::join_all;
use merx::platform::db::Backend;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::support::Shop;

/// Carts with one or two units of a variant each, paid.
async fn paid(shop: &Shop, variant: &str, carts: usize) -> Vec<(Value, Value)> {
    let mut paid = Vec::new();
    for n in 0..carts {
        let cart = shop.ready_cart(variant, 1 + (n % 2) as i32).await;
        let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
        paid.push((cart, payment));
    }
    paid
}

async fn complete_all(shop: &Shop, paid: &[(Value, Value)]) -> Vec<Value> {
    let answers = paid
        .iter()
        .map(|(cart, payment)| shop.complete(cart, payment, cart["total"].clone()));
    join_all(answers).await
}

async fn orders(shop: &Shop) -> u64 {
    orders::Entity::find().count(&shop.app.db).await.expect("orders")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_gets_their_own_order_in_fewer_statements() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(60).await;
    let before = shop.levels(&variant).await;
    let paid = paid(&shop, &variant, 24).await;
    let first = shop.complete(&paid[0].0, &paid[0].1, Value::Null);
    let (alone, first) = shop.statements(first).await;
    assert!(first["order"]["id"].is_string(), "{first:#}");
    let (statements, answers) = shop.statements(complete_all(&shop, &paid[1..])).await;
    let mut numbers = BTreeSet::new();
    for ((cart, payment), answer) in paid[1..].iter().zip(&answers) {
        let order = &answer["order"];
        assert_eq!(answer["errors"], json!([]));
        assert_eq!(
            (&order["total"], &order["lines"][0]["quantity"]),
            (&cart["total"], &cart["quantity"])
        );
        assert_eq!(
            (&order["payments"][0]["id"], &order["paymentStatus"]),
            (payment, &json!("PAID"))
        );
        assert!(
            order["events"]["nodes"]
                .as_array()
                .is_some_and(|events| events.len() == 2)
        );
        numbers.insert(order["number"].as_str().expect("a number").to_owned());
    }
    assert_eq!(numbers.len(), 23, "a number each");
    let levels = shop.levels(&variant).await;
    assert_eq!(levels, (before.0, before.1, before.2 + 36));
    // The first of them goes alone, the others while it is on its way. SQLite writes the rows of each by themselves.
    let least = match Backend::of(&shop.app.db) {
        Backend::Postgres => alone * 23 / 3,
        Backend::Sqlite => alone * 23,
    };
    assert!(statements < least, "{statements} statements, {alone} alone");
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_buy_holds_up_nobody() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(60).await;
    let mut paid = paid(&shop, &variant, 8).await;
    // One is declined, one has bought already, one is not there, one saw another total.
    let declined = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&declined, "tok_declined").await["payment"]["id"].take();
    paid[1] = (declined, payment);
    let bought = shop.complete(&paid[2].0, &paid[2].1, Value::Null).await["order"]["id"].take();
    paid[4].0["token"] = json!("a-token-that-nobody-has");
    paid[6].0["total"] = json!({ "amount": "1.00", "currencyCode": "USD" });
    let answers = complete_all(&shop, &paid).await;
    let codes: Vec<&Value> = answers.iter().map(|answer| &answer["errors"][0]["code"]).collect();
    assert_eq!(answers[2]["order"]["id"], bought);
    for (n, code) in codes.into_iter().enumerate() {
        match n {
            1 => assert_eq!(code, "PAYMENT_DECLINED", "{:#}", answers[n]),
            4 => assert_eq!(code, "NOT_FOUND", "{:#}", answers[n]),
            6 => assert_eq!(code, "TOTAL_MISMATCH", "{:#}", answers[n]),
            _ => assert_eq!((code, answers[n]["order"]["id"].is_string()), (&Value::Null, true)),
        }
    }
    assert_eq!(orders(&shop).await, 5);
}

/// The same cart twice among others, by somebody who expects another total the second time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cart_that_comes_twice_becomes_one_order() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(60).await;
    let mut paid = paid(&shop, &variant, 6).await;
    paid.push(paid[5].clone());
    let answers = complete_all(&shop, &paid).await;
    assert!(
        answers.iter().all(|answer| answer["errors"] == json!([])),
        "{answers:#?}"
    );
    assert_eq!(answers[5]["order"]["id"], answers[6]["order"]["id"]);
    assert_eq!(orders(&shop).await, 6);
}

/// What the database refuses for one is not refused for the others: they go one by one then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_the_database_is_not_everybodys() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(60).await;
    let paid = paid(&shop, &variant, 9).await;
    shop.complete(&paid[0].0, &paid[0].1, Value::Null).await;
    // An order of another shopper names the cart of one: no second order can.
    let cart: CartId = paid[4].0["id"]
        .as_str()
        .and_then(|id| id.parse().ok())
        .expect("a cart id");
    orders::Entity::update_many()
        .col_expr(orders::Column::CartId, Expr::value(cart))
        .exec(&shop.app.db)
        .await
        .expect("it names the other cart");
    let document = "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { order { id } } }";
    let answers = paid[1..].iter().map(|(cart, payment)| {
        let input = json!({ "cartToken": cart["token"], "paymentId": payment });
        shop.send(document, json!({ "input": input }))
    });
    let answers = join_all(answers).await;
    let refused: Vec<usize> = (0..answers.len())
        .filter(|n| !answers[*n]["data"]["checkoutComplete"]["order"]["id"].is_string())
        .collect();
    assert_eq!(refused, [3], "{answers:#?}");
    assert_eq!(answers[3]["errors"][0]["extensions"]["code"], "INTERNAL");
    assert_eq!(orders(&shop).await, 8);
    // Its stock stays reserved until it lapses.
    assert_eq!(
        shop.levels(&variant).await.1,
        paid[4].0["quantity"].as_i64().expect("units")
    );
}
