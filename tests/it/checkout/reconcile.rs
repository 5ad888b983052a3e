//! Our books and those of a gateway.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use entity::PaymentId;
use entity::order::orders;
use entity::payment::dispute::DisputeStatus;
use entity::payment::payment;
use entity::payment::payment::PaymentStatus;
use entity::payment::refund::RefundStatus;
use merx::payment::GatewayState;
use merx::payment::gateway::DisputeSnapshot;
use merx::payment::reconcile::{reconcile, reconcile_when_due};
use merx::platform::clock::Clock;
use merx::platform::jobs::{forget_all, queue_depths};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::scripted::{Scripted, id_of};
use crate::support::{Shop, noon};

async fn orders_of(shop: &Shop) -> usize {
    let bought = orders::Entity::find().filter(orders::Column::Email.eq("ada@example.com"));
    bought.all(&shop.app.db).await.expect("read").len()
}

async fn open_differences(shop: &Shop) -> Vec<String> {
    let read = "{ reconciliationDifferences(where: { open: true }) { nodes { type gatewayReference ours { minorUnits }
        theirs { minorUnits } } } }";
    let data = shop.staff().data(read, json!({})).await;
    let nodes = data["reconciliationDifferences"]["nodes"]
        .as_array()
        .expect("differences")
        .iter();
    let mut kinds: Vec<String> = nodes
        .map(|node| node["type"].as_str().expect("a type").to_owned())
        .collect();
    kinds.sort();
    kinds
}

/// No webhook ever arrives: twenty payments that succeed after the shopper has gone become orders within two intervals.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_webhooks_lose_no_money() {
    let gateway = Scripted::new();
    let shop = Shop::clocked_and_paid(Clock::frozen(noon()), gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 100).await;
    let mut ids = Vec::new();
    for n in 0..20 {
        let cart = shop.ready_cart(&variant, 1).await;
        let token = if n % 2 == 0 { "tok_3ds" } else { "tok_lost" };
        ids.push(id_of(&shop.pay(&cart, token).await["payment"]));
    }
    reconcile_when_due(&shop.app).await.expect("compared");
    shop.work().await;
    assert_eq!(orders_of(&shop).await, 0);
    for id in &ids {
        gateway.succeeds(*id);
    }
    let interval = shop.app.config.payments.reconcile_every();
    reconcile_when_due(&shop.app).await.expect("compared");
    assert_eq!(orders_of(&shop).await, 0, "not due");
    for _ in 0..2 {
        shop.app.clock.advance(interval);
        reconcile_when_due(&shop.app).await.expect("compared");
        shop.work().await;
    }
    assert_eq!(orders_of(&shop).await, 20);
    assert_eq!(open_differences(&shop).await, Vec::<String>::new());
    assert_eq!(shop.dead_jobs().await, 0);
    // A refund that was made there, and told in vain, is in our books too.
    gateway.refunds(ids[0], "re_1", 250);
    shop.app.clock.advance(interval);
    reconcile_when_due(&shop.app).await.expect("compared");
    let row = payment::Entity::find_by_id(ids[0]).one(&shop.app.db).await;
    assert_eq!(row.expect("read").expect("the payment").refunded_amount, 250);
}

#[tokio::test]
async fn what_cannot_be_settled_is_told_once_until_it_is_gone() {
    let gateway = Scripted::new();
    let shop = Shop::with_clock_gateway_and(Clock::frozen(noon()), gateway.clone(), |config| {
        config.payments.finance_email = Some("books@example.com".to_owned());
    })
    .await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"].take();
    let id = id_of(&payment);
    assert_eq!(
        shop.complete(&cart, &payment["id"], Value::Null).await["errors"],
        json!([])
    );
    shop.work().await;
    let round = reconcile(&shop.app).await.expect("compared");
    assert_eq!((round[0].checked, round[0].differences), (1, 0));
    // Somebody else takes money through the same account.
    let stranger = shop.app.ids.new_id();
    let mut foreign = gateway.get(id);
    foreign.payment = None;
    foreign.reference = "ref_foreign".to_owned();
    gateway.put(stranger, foreign);
    // The gateway says that it took less than we know of.
    gateway.happens(id, |snapshot| snapshot.captured -= 1);
    for _ in 0..3 {
        let round = reconcile(&shop.app).await.expect("compared");
        assert_eq!(round[0].differences, 2);
        assert_eq!(open_differences(&shop).await, ["captured_amount", "unknown_payment"]);
        shop.work().await;
    }
    let mail = || {
        let letters = std::fs::read_dir(shop.folder().join("mail")).expect("mail");
        let texts = letters.map(|letter| std::fs::read_to_string(letter.expect("a letter").path()).expect("text"));
        texts.filter(|text| text.contains("To: books@example.com")).count()
    };
    assert_eq!(mail(), 1, "told once");
    gateway.happens(id, |snapshot| snapshot.captured += 1);
    reconcile(&shop.app).await.expect("compared");
    assert_eq!(open_differences(&shop).await, ["unknown_payment"]);
}

async fn shop() -> (Shop, Arc<Scripted>) {
    let gateway = Scripted::new();
    let shop = Shop::clocked_and_paid(Clock::frozen(noon()), gateway.clone()).await;
    (shop, gateway)
}

/// An order that is paid, and its payment.
async fn paid(shop: &Shop) -> (Value, PaymentId) {
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = shop.pay(&cart, "tok_success").await["payment"].take();
    let mut done = shop.complete(&cart, &payment["id"], Value::Null).await;
    assert_eq!(done["errors"], json!([]));
    shop.work().await;
    (done["order"]["id"].take(), id_of(&payment))
}

async fn row(shop: &Shop, id: PaymentId) -> payment::Model {
    let row = payment::Entity::find_by_id(id).one(&shop.app.db).await;
    row.expect("read").expect("the payment")
}

fn is_held(snapshot: &mut merx::payment::gateway::Snapshot) {
    snapshot.state = GatewayState::Authorized;
    snapshot.authorized = snapshot.amount.minor;
}

/// What is called off here goes back again however often it comes to life there.
#[tokio::test]
async fn a_hold_on_a_payment_that_was_called_off_is_let_go() {
    let (shop, gateway) = shop().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let first = id_of(&shop.pay(&cart, "tok_3ds").await["payment"]);
    shop.pay(&cart, "tok_3ds").await;
    shop.work().await;
    assert_eq!(row(&shop, first).await.status, PaymentStatus::Cancelled);
    gateway.happens(first, is_held);
    shop.app.clock.advance(Duration::from_secs(2 * 3600));
    reconcile(&shop.app).await.expect("compared");
    assert_eq!(open_differences(&shop).await, ["authorized_amount"]);
    shop.work().await;
    assert_eq!(gateway.get(first).state, GatewayState::Cancelled);
    // Money comes as well.
    gateway.succeeds(first);
    reconcile(&shop.app).await.expect("compared");
    shop.work().await;
    let there = gateway.get(first);
    assert_eq!(there.refunded(), there.captured);
    reconcile(&shop.app).await.expect("compared");
    let payment = row(&shop, first).await;
    assert_eq!(payment.refunded_amount, payment.captured_amount);
    assert_eq!(open_differences(&shop).await, Vec::<String>::new());
    assert_eq!(shop.dead_jobs().await, 0);
}

/// A shopper was refused, tried again there, and no webhook came.
#[tokio::test]
async fn what_failed_here_and_is_promised_there_makes_the_order() {
    let (shop, gateway) = shop().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let id = id_of(&shop.pay(&cart, "tok_3ds").await["payment"]);
    gateway.happens(id, |snapshot| {
        snapshot.state = GatewayState::Failed("declined".to_owned())
    });
    reconcile(&shop.app).await.expect("compared");
    assert_eq!(row(&shop, id).await.status, PaymentStatus::Failed);
    gateway.happens(id, is_held);
    reconcile(&shop.app).await.expect("compared");
    shop.work().await;
    assert_eq!(orders_of(&shop).await, 1);
    assert_eq!(row(&shop, id).await.status, PaymentStatus::Authorized);
    reconcile(&shop.app).await.expect("compared");
    assert_eq!(open_differences(&shop).await, Vec::<String>::new());
}

#[tokio::test]
async fn one_that_cannot_be_written_down_holds_up_no_other() {
    let (shop, gateway) = shop().await;
    let ((_, older), (_, newer)) = (paid(&shop).await, paid(&shop).await);
    // Our rows refuse a refund of nothing.
    gateway.refunds(newer, "re_0", 0);
    gateway.refunds(older, "re_1", 100);
    let round = reconcile(&shop.app).await.expect("compared");
    assert_eq!((round[0].checked, &round[0].failure), (2, &None));
    assert_eq!(row(&shop, older).await.refunded_amount, 100);
    assert_eq!(open_differences(&shop).await, ["not_applicable"]);
    gateway.happens(newer, |snapshot| snapshot.refunds.clear());
    reconcile(&shop.app).await.expect("compared");
    assert_eq!(open_differences(&shop).await, Vec::<String>::new());
}

/// A month later nobody lists the payment any more, and the bank decides.
#[tokio::test]
async fn an_open_dispute_is_looked_at_whatever_its_age() {
    let (shop, gateway) = shop().await;
    let (_, id) = paid(&shop).await;
    let dispute = DisputeSnapshot {
        reference: "dp_1".to_owned(),
        amount: 300,
        withdrawn: 300,
        fee: 0,
        reason: "fraudulent".to_owned(),
        status: DisputeStatus::NeedsResponse,
        due_by: None,
    };
    gateway.happens(id, |snapshot| snapshot.disputes.push(dispute));
    merx::payment::refresh(&shop.app, id).await.expect("asked");
    assert_eq!(row(&shop, id).await.disputed_amount, 300);
    shop.app.clock.advance(Duration::from_secs(30 * 24 * 3600));
    gateway.lists_none.store(true, Ordering::SeqCst);
    gateway.happens(id, |snapshot| {
        snapshot.disputes[0].status = DisputeStatus::Won;
        snapshot.disputes[0].withdrawn = 0;
    });
    assert_eq!(reconcile(&shop.app).await.expect("compared")[0].checked, 1);
    assert_eq!(row(&shop, id).await.disputed_amount, 0);
    // It is over: there is nothing left to look at.
    assert_eq!(reconcile(&shop.app).await.expect("compared")[0].checked, 0);
}

const REFUNDED: &str = "refund { status }";

#[tokio::test]
async fn a_refund_whose_job_is_dead_is_asked_for_again() {
    let (shop, gateway) = shop().await;
    let (order, id) = paid(&shop).await;
    gateway.is_away.store(true, Ordering::SeqCst);
    let staff = shop.staff();
    let done = staff
        .changed("refundCreate", json!({ "orderId": order }), REFUNDED)
        .await;
    assert_eq!(done["refund"]["status"], "PENDING");
    forget_all(&shop.app.db).await.expect("forgotten");
    let open = async || {
        let depths = queue_depths(&shop.app.db).await.expect("the job table answers");
        depths.iter().map(|queue| queue.open).sum::<i64>()
    };
    reconcile(&shop.app).await.expect("compared");
    assert_eq!(open().await, 0, "it has an hour to get an answer");
    shop.app.clock.advance(Duration::from_secs(3601));
    gateway.lists_none.store(true, Ordering::SeqCst);
    for _ in 0..3 {
        reconcile(&shop.app).await.expect("compared");
        assert_eq!(open().await, 1, "one job is enough");
    }
    gateway.is_away.store(false, Ordering::SeqCst);
    shop.work().await;
    let payment = row(&shop, id).await;
    assert_eq!((payment.refunded_amount, payment.refunding_amount), (payment.amount, 0));
    assert_eq!(gateway.get(id).refunded(), payment.amount);
}

#[tokio::test]
async fn a_refund_that_takes_its_time_is_read_and_not_asked_for_again() {
    let (shop, gateway) = shop().await;
    let (order, id) = paid(&shop).await;
    gateway.is_slow.store(true, Ordering::SeqCst);
    let staff = shop.staff();
    let done = staff
        .changed("refundCreate", json!({ "orderId": order }), REFUNDED)
        .await;
    assert_eq!(done["refund"]["status"], "PENDING");
    gateway.happens(id, |snapshot| snapshot.refunds[0].status = RefundStatus::Succeeded);
    shop.work().await;
    let payment = row(&shop, id).await;
    assert_eq!((payment.refunded_amount, payment.refunding_amount), (payment.amount, 0));
    assert_eq!(gateway.get(id).refunds.len(), 1);
}
