//! What others read: what somebody looked at lately, and all of it for training.

use std::time::Duration;

use merx::analytics::{Span, Visitor, interactions, recent_products, seen_in_visit, sweep, visit};
use merx::platform::clock::Clock;
use serde_json::{Value, json};

use super::{kept, products, tell};
use crate::support::{Shop, noon};

fn ids(products: &[entity::ProductId]) -> Vec<Value> {
    products.iter().map(|id| json!(id)).collect()
}

#[tokio::test]
async fn recent_products_come_latest_first_and_once() {
    let clock = Clock::frozen(noon());
    let shop = Shop::clocked(clock.clone(), |_| {}).await;
    let all = products(&shop, 4).await;
    let view = async |shop: &Shop, session: &str, id: &str, product: &Value| {
        clock.advance(Duration::from_secs(1));
        tell(
            shop,
            session,
            json!([{ "id": id, "kind": "VIEW", "productId": product }]),
        )
        .await;
    };
    view(&shop, "s", "a", &all[0]).await;
    view(&shop, "s", "b", &all[1]).await;
    view(&shop, "s", "c", &all[0]).await;
    view(&shop, "other", "d", &all[2]).await;
    let channel = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel")
        .id;
    let of_visit = Visitor {
        visit: Some(visit(&shop.app, "s").await.expect("a visit")),
        customer: None,
    };
    let recent = async |visitor, limit| {
        recent_products(&shop.app.db, channel, visitor, limit)
            .await
            .expect("read")
    };
    assert_eq!(ids(&recent(of_visit, 10).await), [all[0].clone(), all[1].clone()]);
    assert_eq!(ids(&recent(of_visit, 1).await), [all[0].clone()]);
    assert!(recent(Visitor::default(), 10).await.is_empty());
    let seen = seen_in_visit(&shop.app.db, channel, of_visit.visit.expect("a visit"), 10)
        .await
        .expect("read");
    assert_eq!(seen.len(), 3);
    assert!(seen.is_sorted_by(|a, b| a.at >= b.at));
    // Signed in, what the customer did elsewhere comes along.
    let ada = shop.customer("ada@example.com").await;
    view(&ada, "phone", "e", &all[3]).await;
    let id = ada.data("{ me { id } }", json!({})).await["me"]["id"].clone();
    let both = Visitor {
        customer: Some(id.as_str().expect("an id").parse().expect("an id")),
        ..of_visit
    };
    assert_eq!(
        ids(&recent(both, 10).await),
        [all[3].clone(), all[0].clone(), all[1].clone()]
    );
    // Another channel knows nothing of it.
    let eu = shop
        .app
        .channels
        .by_slug(&shop.app.db, "eu")
        .await
        .expect("read")
        .expect("a channel")
        .id;
    assert!(
        recent_products(&shop.app.db, eu, both, 10)
            .await
            .expect("read")
            .is_empty()
    );
}

#[tokio::test]
async fn training_reads_everything_in_pages() {
    let shop = Shop::demo().await;
    let all = products(&shop, 5).await;
    for (n, product) in all.iter().enumerate() {
        tell(
            &shop,
            "s",
            json!([{ "id": format!("e{n}"), "kind": "CLICK", "productId": product }]),
        )
        .await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let span = Span {
            after,
            channel: None,
            limit: 2,
        };
        let page = interactions(&shop.app.db, span).await.expect("read");
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|row| json!(row.product_id)));
    }
    assert_eq!(seen, all);
    let since = merx::platform::id::first_id_at(shop.app.clock.now() + chrono::TimeDelta::minutes(1));
    let span = Span {
        after: Some(since),
        channel: None,
        limit: 10,
    };
    assert!(interactions(&shop.app.db, span).await.expect("read").is_empty());
}

#[tokio::test]
async fn after_thirteen_months_they_go() {
    let clock = Clock::frozen(noon());
    let shop = Shop::clocked(clock.clone(), |_| {}).await;
    let product = &products(&shop, 1).await[0];
    let event = |id: &str| json!([{ "id": id, "kind": "VIEW", "productId": product }]);
    tell(&shop, "s", event("old")).await;
    clock.advance(Duration::from_secs(86_400 * 395));
    tell(&shop, "s", event("new")).await;
    sweep(&shop.app).await.expect("swept");
    assert_eq!(kept(&shop).await.len(), 2);
    clock.advance(Duration::from_secs(86_400 * 2));
    sweep(&shop.app).await.expect("swept");
    let left = kept(&shop).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].event_id, "new");
}
