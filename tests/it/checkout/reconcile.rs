//! Our books and those of a gateway.

use entity::order::orders;
use entity::payment::payment;
use merx::payment::reconcile::{reconcile, reconcile_when_due};
use merx::platform::clock::Clock;
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
