//! The door for what gateways tell.

use entity::payment::gateway_event;
use entity::payment::gateway_event::EventOutcome;
use merx::payment::inbox::{BODY_MAX, Replay, Which, replay, sweep};
use merx::platform::clock::Clock;
use merx::platform::text::sha256_hex;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::scripted::{HEADER, SIGNATURE, Scripted, event, id_of, tell};
use crate::http::Server;
use crate::support::{Shop, noon};

async fn inbox(shop: &Shop) -> Vec<gateway_event::Model> {
    gateway_event::Entity::find().all(&shop.app.db).await.expect("read")
}

#[tokio::test]
async fn only_the_gateway_is_believed() {
    let shop = Shop::paid_through(Scripted::new()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let id = id_of(&shop.pay(&cart, "tok_3ds").await["payment"]);
    let server = Server::of(shop, merx::http::Patience::default()).await;
    let send = async |path: &str, signature: Option<&str>, body: String| {
        let mut request = server.client.post(server.url(path)).body(body);
        if let Some(signature) = signature {
            request = request.header(HEADER, signature);
        }
        request.send().await.expect("an answer").status().as_u16()
    };
    let told = event("evt_1", "succeeded", id).to_string();
    assert_eq!(send("/webhooks/test", None, told.clone()).await, 400);
    assert_eq!(send("/webhooks/test", Some("wrong"), told.clone()).await, 400);
    assert_eq!(send("/webhooks/test", Some("old"), told.clone()).await, 400);
    assert_eq!(send("/webhooks/test", Some(SIGNATURE), "{".to_owned()).await, 400);
    assert_eq!(send("/webhooks/paypal", Some(SIGNATURE), told.clone()).await, 404);
    assert_eq!(send("/webhooks/gift_card", Some(SIGNATURE), told.clone()).await, 404);
    let large = format!("{told}{}", " ".repeat(BODY_MAX));
    assert_eq!(send("/webhooks/test", Some(SIGNATURE), large).await, 413);
    assert!(inbox(&server.shop).await.is_empty());
    for _ in 0..3 {
        assert_eq!(send("/webhooks/test", Some(SIGNATURE), told.clone()).await, 200);
    }
    let kept = inbox(&server.shop).await;
    assert_eq!(kept.len(), 1, "told three times, kept once");
    assert_eq!(
        kept[0].body_hash,
        sha256_hex(&told),
        "what it says of people is not kept"
    );
    let read = server
        .client
        .get(server.url("/webhooks/test"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(read.status().as_u16(), 405);
}

#[tokio::test]
async fn what_is_told_is_kept_with_what_became_of_it() {
    let gateway = Scripted::new();
    let shop = Shop::clocked_and_paid(Clock::frozen(noon()), gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let id = id_of(&shop.pay(&cart, "tok_3ds").await["payment"]);
    let stranger = shop.app.ids.new_id();
    tell(&shop, &event("evt_ours", "succeeded", id)).await.expect("taken");
    tell(&shop, &event("evt_theirs", "succeeded", stranger))
        .await
        .expect("taken");
    let unknown = json!({ "id": "evt_new", "kind": "something.new", "of": { "the": ["future"] } });
    tell(&shop, &unknown).await.expect("taken");
    shop.work().await;
    let read = "{ gatewayEvents(first: 10) { totalCount nodes { id eventId type outcome failure } } }";
    let staff = shop.staff();
    let outcomes = async || {
        let data = staff.data(read, json!({})).await;
        let nodes = data["gatewayEvents"]["nodes"].as_array().expect("events").clone();
        let of = |name: &str| {
            let found = nodes.iter().find(|node| node["eventId"] == name);
            found.expect("the event")["outcome"].clone()
        };
        [of("evt_ours"), of("evt_theirs"), of("evt_new")]
    };
    assert_eq!(
        outcomes().await,
        [json!("APPLIED"), json!("UNMATCHED"), json!("IGNORED")]
    );
    // Dealt with again: it is read as it is now.
    gateway.succeeds(id);
    let which = Which::Event("evt_ours".to_owned());
    let again = Replay {
        gateway: "test".to_owned(),
        which,
    };
    assert_eq!(replay(&shop.app, again).await.expect("queued"), 1);
    shop.work().await;
    let order = shop.complete(&cart, &json!(id.to_string()), Value::Null).await;
    assert_eq!(order["order"]["paymentStatus"], "PAID");
    let all = Replay {
        gateway: "test".to_owned(),
        which: Which::Since(noon()),
    };
    assert_eq!(
        replay(&shop.app, all).await.expect("queued"),
        2,
        "the one that needs nothing is passed over"
    );
    let node = staff.data(read, json!({})).await["gatewayEvents"]["nodes"][0].take();
    shop.work().await;
    assert_eq!(
        staff
            .change_refused("gatewayEventReplay", json!({ "id": node["id"] }))
            .await
            .0,
        "INVALID_INPUT",
        "the newest one needs nothing"
    );
    // Ninety days later they are gone.
    shop.app.clock.advance(std::time::Duration::from_secs(89 * 24 * 3600));
    sweep(&shop.app).await.expect("swept");
    assert_eq!(inbox(&shop).await.len(), 3);
    shop.app.clock.advance(std::time::Duration::from_secs(2 * 24 * 3600));
    sweep(&shop.app).await.expect("swept");
    assert!(inbox(&shop).await.is_empty());
}

/// The gateway is away when the event is dealt with: it waits, with the reason beside it.
#[tokio::test]
async fn an_event_waits_for_its_gateway() {
    let gateway = Scripted::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let id = id_of(&shop.pay(&cart, "tok_3ds").await["payment"]);
    // What it says cannot be: another currency.
    gateway.happens(id, |snapshot| {
        snapshot.amount = merx::platform::money::Money::new(snapshot.amount.minor, "JPY".parse().expect("a currency"));
    });
    tell(&shop, &event("evt_1", "succeeded", id)).await.expect("taken");
    let noted = async {
        while inbox(&shop).await[0].failure.is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = shop.work() => panic!("it was dealt with"),
        () = noted => {}
    }
    let row = &inbox(&shop).await[0];
    assert_eq!(row.outcome, EventOutcome::Waiting);
    assert!(
        row.failure
            .as_deref()
            .is_some_and(|failure| failure.contains("currency")),
        "{row:?}"
    );
}
