//! R11: Stripe slow, failing, silent. Nobody is charged twice, nobody waits longer than the deadline.

use std::time::{Duration, Instant};

use merx::payment::gateway::{DEADLINE, Gateway, GatewayState};
use merx::platform::clock::Clock;
use serde_json::{Value, json};
use stripe_simulator::{Fault, Options, Simulator};

use super::rig::{Bench, Card, done, handle, lost};
use crate::support::{Shop, noon};

const CREATE: &str = "POST /v1/payment_intents";
/// What a machine with too much to do takes on top.
const SLACK: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_passing_failure_is_repeated_under_the_same_key() {
    for fault in [
        Fault::status(500).times(2),
        Fault::status(500).after().times(2),
        Fault::status(503),
        Fault::status(429).times(2),
        Fault::drop_connection().times(2),
        Fault::drop_connection().after().times(2),
        Fault::delay(300).after(),
    ] {
        let bench = Bench::stripe().await;
        bench.simulator().fault(fault.clone().on(CREATE));
        let request = bench.request(Card::Good, 1000);
        assert_eq!(bench.start(&request).await.state, GatewayState::Succeeded, "{fault:?}");
        let books = bench.simulator().books();
        assert_eq!((books.payments.len(), books.double_charges()), (1, 0), "{fault:?}");
        let seen = bench.simulator().requests();
        let key = format!("merx-start-{}", request.payment);
        assert!(
            seen.iter().all(|seen| seen.key.as_deref() == Some(key.as_str())),
            "{seen:#?}"
        );
    }
}

#[tokio::test]
async fn captures_and_refunds_are_repeated_too() {
    let fault = || Fault::status(500).after();
    let bench = Bench::stripe().await;
    let stripe = bench.simulator();
    let held = bench.held(1000).await;
    stripe.fault(fault().on("POST /v1/payment_intents/*/capture"));
    assert_eq!(
        done(bench.capture(&bench.capture_of(&held, 1000, true)).await).captured,
        1000
    );
    stripe.fault(Fault::drop_connection().after().times(2).on("POST /v1/refunds"));
    done(bench.refund(&bench.refund_of(&held, 400)).await);
    stripe.fault(fault().on("POST /v1/refunds"));
    bench.gateway.cancel(&handle(&held)).await.expect("given back");
    let books = stripe.books();
    assert_eq!((books.payments[0].captured, books.payments[0].refunded), (1000, 1000));
    assert_eq!(stripe.objects("refund").len(), 2);
}

#[tokio::test]
async fn a_failure_that_stripe_keeps_is_seen_through() {
    let bench = Bench::stripe().await;
    bench.simulator().fault(Fault::status(500).kept().on(CREATE));
    let request = bench.request(Card::Good, 1000);
    assert!(
        bench.gateway.start(&request).await.is_err(),
        "the key says 500 for a day"
    );
    let found = bench
        .read(&lost(request.payment))
        .await
        .expect("it happened all the same");
    assert_eq!(found.state, GatewayState::Succeeded);
}

#[tokio::test]
async fn what_is_still_at_work_is_not_called_lost() {
    let bench = Bench::stripe().await;
    bench.simulator().fault(Fault::delay(8000).on(CREATE));
    let request = bench.request(Card::Good, 1000);
    let (gateway, began) = (bench.another(), Instant::now());
    assert!(gateway.start(&request).await.is_err());
    assert!(began.elapsed() < DEADLINE + SLACK);
    // The request is still there: neither found nor given up.
    assert!(bench.gateway.read(&lost(request.payment)).await.is_err());
    let until = async {
        loop {
            tokio::time::sleep(Duration::from_millis(500)).await;
            if let Ok(Some(found)) = bench.gateway.read(&lost(request.payment)).await {
                break found;
            }
        }
    };
    let found = tokio::time::timeout(Duration::from_secs(30), until)
        .await
        .expect("found in the end");
    assert_eq!(found.state, GatewayState::Succeeded);
    assert_eq!(bench.simulator().books().double_charges(), 0);
}

async fn shop(clock: Clock) -> (Shop, Simulator) {
    let stripe = Simulator::start(Options::default()).await.expect("a simulator");
    let url = stripe.url().to_owned();
    let shop = Shop::clocked(clock, |config| {
        config.services.stripe_secret_key = Some("sk_test_1".into());
        config.services.stripe_api_base = Some(url);
    })
    .await;
    (shop, stripe)
}

async fn pay(shop: &Shop, cart: &Value) -> Value {
    let document = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
        payment { id status gateway } errors { code message } } }";
    let input = json!({ "cartToken": cart["token"], "gateway": "stripe", "token": "pm_card_visa",
        "returnUrl": "https://shop.example/back" });
    let keyed = shop.with_key(&format!("pay-{}", cart["id"]));
    let mut payload = keyed.data(document, json!({ "input": input })).await["paymentStart"].take();
    assert_eq!(payload["errors"], json!([]));
    payload["payment"].take()
}

async fn complete(shop: &Shop, cart: &Value, payment: &Value, key: &str) -> Value {
    shop.with_key(key).complete(cart, &payment["id"], Value::Null).await
}

#[tokio::test]
async fn a_checkout_through_stripe() {
    let (shop, stripe) = shop(Clock::system()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = pay(&shop, &cart).await;
    assert_eq!(
        (&payment["status"], &payment["gateway"]),
        (&json!("SUCCEEDED"), &json!("stripe"))
    );
    let done = complete(&shop, &cart, &payment, "complete-1").await;
    assert_eq!(done["order"]["paymentStatus"], "PAID");
    assert_eq!(stripe.books().double_charges(), 0);
}

#[tokio::test]
async fn a_silent_stripe_holds_no_checkout_up_and_its_money_is_found() {
    let lost = Fault::drop_connection();
    for faults in [
        vec![Fault::delay(6_000)],
        vec![Fault::delay(6_000).after()],
        vec![lost.clone().after(), lost.times(3)],
        vec![Fault::status(500).kept()],
    ] {
        let (shop, stripe) = shop(Clock::system()).await;
        let (variant, _) = shop.variant(1).await;
        let cart = shop.ready_cart(&variant, 1).await;
        for fault in &faults {
            stripe.fault(fault.clone().on(CREATE));
        }
        let began = Instant::now();
        let payment = pay(&shop, &cart).await;
        assert!(began.elapsed() < DEADLINE + SLACK, "{:?}", began.elapsed());
        assert_eq!(payment["status"], "PENDING", "{faults:?}");
        assert_eq!(shop.levels(&variant).await.1, 1, "the stock stays reserved meanwhile");
        let until = async {
            let mut n = 0;
            loop {
                n += 1;
                let done = complete(&shop, &cart, &payment, &format!("complete-{n}")).await;
                if done["order"].is_object() {
                    break done;
                }
                assert_eq!(done["errors"][0]["code"], "PAYMENT_PENDING", "{done:#}");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        };
        let done = tokio::time::timeout(Duration::from_secs(40), until)
            .await
            .expect("found in the end");
        assert_eq!(done["order"]["paymentStatus"], "PAID", "{faults:?}");
        let books = stripe.books();
        assert_eq!(
            books.double_charges() + books.double_payments("merx_payment"),
            0,
            "{books:?}"
        );
        assert_eq!(books.payments.iter().filter(|payment| payment.is_live()).count(), 1);
    }
}

#[tokio::test]
async fn what_never_reached_stripe_leaves_nothing_behind() {
    let (shop, stripe) = shop(Clock::system()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    stripe.fault(Fault::status(500).on(CREATE).times(4));
    let payment = pay(&shop, &cart).await;
    assert_eq!(payment["status"], "PENDING");
    stripe.heal();
    let mut tries = 0;
    let done = loop {
        tries += 1;
        let done = complete(&shop, &cart, &payment, &format!("complete-{tries}")).await;
        if done["errors"][0]["code"] != "PAYMENT_PENDING" || tries == 60 {
            break done;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    assert_eq!(done["errors"][0]["code"], "PAYMENT_DECLINED", "{done:#}");
    assert_eq!(shop.levels(&variant).await.1, 0, "the stock is free again");
    assert!(stripe.books().payments.iter().all(|payment| !payment.is_live()));
    // Another try works.
    let again = shop.with_key("another-try");
    let input = json!({ "cartToken": cart["token"], "gateway": "stripe", "token": "pm_card_visa" });
    let document = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) { payment { id status } } }";
    let second = again.data(document, json!({ "input": input })).await["paymentStart"]["payment"].take();
    let done = complete(&shop, &cart, &second, "complete-last").await;
    assert_eq!(done["order"]["paymentStatus"], "PAID", "{done:#}");
}

#[tokio::test]
async fn a_stripe_that_is_down_is_left_alone_and_comes_back() {
    let (shop, stripe) = shop(Clock::frozen(noon())).await;
    stripe.set_time(Some(noon().timestamp()));
    let (variant, _) = shop.variant(10).await;
    stripe.fault(Fault::drop_connection().always());
    for _ in 0..5 {
        let cart = shop.ready_cart(&variant, 1).await;
        assert_eq!(pay(&shop, &cart).await["status"], "PENDING");
    }
    let tried = stripe.requests().len();
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = pay(&shop, &cart).await;
    assert_eq!(payment["status"], "PENDING", "without a wait");
    assert_eq!(stripe.requests().len(), tried, "Stripe is not asked");
    stripe.heal();
    let early = complete(&shop, &cart, &payment, "complete-1").await;
    assert_eq!(early["errors"][0]["code"], "PAYMENT_PENDING", "{early:#}");
    assert_eq!(stripe.requests().len(), tried);
    shop.app.clock.advance(Duration::from_secs(10));
    let cart = shop.ready_cart(&variant, 1).await;
    let payment = pay(&shop, &cart).await;
    assert_eq!(payment["status"], "SUCCEEDED");
    let done = complete(&shop, &cart, &payment, "complete-2").await;
    assert_eq!(done["order"]["paymentStatus"], "PAID");
    assert_eq!(stripe.books().double_charges(), 0);
}
