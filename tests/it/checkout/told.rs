//! What gateways tell: in any order, any number of times, before and after there is an order, or never.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::PaymentId;
use entity::order::orders;
use entity::payment::dispute::DisputeStatus;
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use futures_util::future::join_all;
use merx::payment::gateway::DisputeSnapshot;
use merx::platform::clock::Clock;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::scripted::{Scripted, event, id_of, tell};
use crate::support::{Shop, noon};

const MINUTE: Duration = Duration::from_secs(60);

/// All orders of `items`.
fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    let Some((first, rest)) = items.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for shorter in permutations(rest) {
        for at in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(at, *first);
            all.push(longer);
        }
    }
    all
}

async fn row(shop: &Shop, id: PaymentId) -> payment::Model {
    let found = payment::Entity::find_by_id(id).one(&shop.app.db).await;
    found.expect("read").expect("the payment")
}

async fn orders_of(shop: &Shop, payment: &payment::Model) -> Vec<orders::Model> {
    let of_cart = orders::Entity::find().filter(orders::Column::CartId.eq(payment.cart_id));
    of_cart.all(&shop.app.db).await.expect("read")
}

fn disputed(at: DateTime<Utc>) -> DisputeSnapshot {
    DisputeSnapshot {
        reference: "dp_1".to_owned(),
        amount: 300,
        withdrawn: 300,
        fee: 15,
        reason: "fraudulent".to_owned(),
        status: DisputeStatus::NeedsResponse,
        due_by: Some(at),
    }
}

/// What happens at the gateway, in this order; what is told of it comes in any.
const KINDS: [&str; 5] = ["requires_action", "succeeded", "refunded", "refunded_again", "disputed"];

fn happen(gateway: &Scripted, id: PaymentId, step: usize) {
    match KINDS[step] {
        "requires_action" => {}
        "succeeded" => gateway.succeeds(id),
        "refunded" => gateway.refunds(id, &format!("re_1_{id}"), 100),
        "refunded_again" => gateway.refunds(id, &format!("re_2_{id}"), 200),
        _ => gateway.happens(id, |snapshot| {
            let dispute = DisputeSnapshot {
                reference: format!("dp_{id}"),
                ..disputed(noon())
            };
            snapshot.disputes.push(dispute);
        }),
    }
}

/// Every order in which five things can be told, each of them twice. What is told has happened, and all before it: so
/// refunds and disputes are heard of before there is an order, and before it is known that anything was paid.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_order_the_end_is_the_same() {
    let gateway = Scripted::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 500).await;
    let orders = permutations(&[0, 1, 2, 3, 4]);
    assert_eq!(orders.len(), 120);
    let mut runs = Vec::new();
    for order in orders {
        let cart = shop.ready_cart(&variant, 1).await;
        let payment = shop.pay(&cart, "tok_3ds").await["payment"].take();
        runs.push((order, id_of(&payment), 0));
    }
    for at in 0..KINDS.len() {
        for (order, id, happened) in &mut runs {
            let step = order[at];
            while *happened <= step {
                happen(&gateway, *id, *happened);
                *happened += 1;
            }
            let told = event(&format!("evt_{}_{id}", KINDS[step]), KINDS[step], *id);
            tell(&shop, &told).await.expect("taken");
            tell(&shop, &told).await.expect("taken again");
        }
        shop.work().await;
    }
    // And once more, all of it.
    for (order, id, _) in &runs {
        for step in order {
            let told = event(&format!("evt_late_{step}_{id}"), KINDS[*step], *id);
            tell(&shop, &told).await.expect("taken");
        }
    }
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    for (order, id, _) in &runs {
        let payment = row(&shop, *id).await;
        let orders = orders_of(&shop, &payment).await;
        assert_eq!(orders.len(), 1, "{order:?}");
        let order_row = &orders[0];
        assert_eq!(payment.order_id, Some(order_row.id), "{order:?}");
        assert_eq!(payment.status, PaymentStatus::Succeeded, "{order:?}");
        let figures = (
            payment.captured_amount,
            payment.refunded_amount,
            payment.refunding_amount,
            payment.disputed_amount,
        );
        assert_eq!(figures, (payment.amount, 300, 0, 300), "{order:?}");
        assert_eq!(
            (order_row.paid_total, order_row.refunded_total),
            (payment.amount, 300),
            "{order:?}"
        );
    }
    assert_eq!(shop.levels(&variant).await, (500, 0, 120));
}

/// The shopper, the gateway and the worker at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_first_there_is_one_order() {
    let gateway = Scripted::new();
    let shop = Shop::clocked_and_paid(Clock::frozen(noon()), gateway.clone()).await;
    let (variant, _) = shop.variant(20).await;
    let before = shop.levels(&variant).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_3ds").await["payment"].take();
    let id = id_of(&payment);
    gateway.succeeds(id);
    shop.app.clock.advance(11 * MINUTE);
    for n in 0..5 {
        let told = event(&format!("evt_{n}"), "succeeded", id);
        tell(&shop, &told).await.expect("taken");
    }
    let buyers = join_all((0..50).map(|_| shop.complete(&cart, &payment["id"], Value::Null)));
    let worker = async {
        merx::checkout::settle(&shop.app).await.expect("settled");
        shop.work().await;
    };
    let (answers, ()) = tokio::join!(buyers, worker);
    let first = &answers[0]["order"]["id"];
    assert!(first.is_string(), "{:#}", answers[0]);
    assert!(answers.iter().all(|answer| answer["order"]["id"] == *first));
    let paid = row(&shop, id).await;
    assert_eq!(orders_of(&shop, &paid).await.len(), 1);
    assert_eq!(paid.status, PaymentStatus::Succeeded);
    assert_eq!(shop.levels(&variant).await, (before.0, before.1, before.2 + 1));
}

/// The shopper is gone: what the gateway tells makes the order, once the payments cover the cart, and not before.
#[tokio::test]
async fn what_a_gateway_tells_makes_the_order() {
    let gateway = Scripted::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_lost").await["payment"].take();
    assert_eq!(payment["status"], "PENDING");
    let id = id_of(&payment);
    tell(&shop, &event("evt_1", "requires_action", id))
        .await
        .expect("taken");
    shop.work().await;
    assert_eq!(row(&shop, id).await.status, PaymentStatus::RequiresAction);
    gateway.succeeds(id);
    tell(&shop, &event("evt_2", "succeeded", id)).await.expect("taken");
    shop.work().await;
    assert_eq!(orders_of(&shop, &row(&shop, id).await).await.len(), 1);
    let order = shop.complete(&cart, &payment["id"], Value::Null).await["order"].take();
    assert_eq!(order["paymentStatus"], "PAID", "the shopper finds it");

    // A cart that was changed meanwhile is not sold for what was paid.
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_3ds").await["payment"].take();
    let more = json!({ "cartToken": cart["token"], "lines": [{ "id": cart["lines"][0]["id"], "quantity": 2 }] });
    shop.cart_ok("cartLinesUpdate", more).await;
    let id = id_of(&payment);
    gateway.succeeds(id);
    tell(&shop, &event("evt_3", "succeeded", id)).await.expect("taken");
    shop.work().await;
    let paid = row(&shop, id).await;
    assert_eq!(
        (paid.status, orders_of(&shop, &paid).await.len()),
        (PaymentStatus::Succeeded, 0)
    );
}

/// The reservation has lapsed and the goods are gone: the money goes back by itself, and the buyer is told.
#[tokio::test]
async fn money_that_comes_after_the_goods_are_gone_goes_back() {
    let gateway = Scripted::new();
    let shop = Shop::clocked_and_paid(Clock::frozen(noon()), gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 1).await;
    let late = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&late, "tok_3ds").await["payment"].take();
    let id = id_of(&payment);
    shop.app.clock.advance(16 * MINUTE);
    merx::checkout::sweep(&shop.app).await.expect("swept");
    let other = shop.ready_cart(&variant, 1).await;
    let theirs = shop.pay(&other, "tok_success").await["payment"]["id"].take();
    assert_eq!(shop.complete(&other, &theirs, Value::Null).await["errors"], json!([]));
    gateway.succeeds(id);
    tell(&shop, &event("evt_1", "succeeded", id)).await.expect("taken");
    shop.work().await;
    let paid = row(&shop, id).await;
    assert_eq!(paid.status, PaymentStatus::Cancelled);
    assert_eq!(paid.refunded_amount, paid.amount, "the money is back, and booked so");
    assert_eq!(gateway.get(id).refunded(), paid.amount);
    let letters = std::fs::read_dir(shop.folder().join("mail")).expect("mail").count();
    assert_eq!(letters, 2, "a confirmation, and word of the money");
    assert_eq!(shop.dead_jobs().await, 0);
}

/// The same, where there are goods: stock is taken again.
#[tokio::test]
async fn money_that_comes_late_takes_stock_again() {
    let gateway = Scripted::new();
    let shop = Shop::clocked_and_paid(Clock::frozen(noon()), gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let id = id_of(&shop.pay(&cart, "tok_3ds").await["payment"]);
    shop.app.clock.advance(16 * MINUTE);
    merx::checkout::sweep(&shop.app).await.expect("swept");
    assert_eq!(shop.levels(&variant).await, (1, 0, 0));
    gateway.succeeds(id);
    tell(&shop, &event("evt_1", "succeeded", id)).await.expect("taken");
    shop.work().await;
    assert_eq!(shop.levels(&variant).await, (1, 0, 1));
    assert_eq!(orders_of(&shop, &row(&shop, id).await).await.len(), 1);
}
