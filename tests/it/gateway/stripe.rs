//! What is special to Stripe.

use std::time::Duration;

use chrono::TimeDelta;
use merx::payment::gateway::{Answer, CustomerRequest, Gateway, GatewayState, StartRequest, StripeGateway};
use merx::platform::clock::Clock;
use merx::platform::id::Ids;

use super::rig::{Bench, Card, done, eur, handle, lost};
use crate::support::{config, noon};

fn with_token(bench: &Bench, token: &str, minor: i64) -> StartRequest {
    StartRequest {
        token: Some(token.to_owned()),
        ..bench.request(Card::Good, minor)
    }
}

async fn frozen() -> Bench {
    let bench = Bench::stripe_at(Clock::frozen(noon())).await;
    bench.set_time(noon());
    bench
}

#[tokio::test]
async fn every_request_names_the_version_and_every_change_a_key() {
    let bench = Bench::stripe().await;
    let paid = bench.paid(1000).await;
    done(bench.refund(&bench.refund_of(&paid, 400)).await);
    bench.gateway.cancel(&handle(&paid)).await.expect("given back");
    let held = bench.held(1000).await;
    done(bench.capture(&bench.capture_of(&held, 500, true)).await);
    bench.read(&lost(bench.old_id())).await;
    bench
        .gateway
        .begin_setup(&customer(&bench).await, "one")
        .await
        .expect("a setup");
    let seen = bench.simulator().requests();
    assert!(seen.len() >= 10, "{seen:#?}");
    for request in seen {
        assert_eq!(request.version.as_deref(), Some("2026-09-30.endive"), "{request:?}");
        let keyed = request.key.as_deref().is_some_and(|key| key.starts_with("merx-"));
        assert_eq!(keyed, request.method == "POST", "{request:?}");
    }
}

#[tokio::test]
async fn without_a_token_the_storefront_confirms() {
    let bench = Bench::stripe().await;
    let stripe = bench.simulator();
    let request = StartRequest {
        token: None,
        ..bench.request(Card::Good, 1000)
    };
    let open = bench.start(&request).await;
    let GatewayState::RequiresAction(action) = &open.state else {
        panic!("{open:?}");
    };
    assert_eq!((action.kind.as_str(), &action.url), ("confirm", &None));
    assert!(
        action
            .client_secret
            .as_deref()
            .is_some_and(|secret| secret.contains("_secret_"))
    );
    let confirm = |card: &str| {
        let path = format!("payment_intents/{}/confirm", open.reference);
        stripe.request(
            "POST",
            &path,
            &format!("payment_method={card}&return_url=https://shop.example"),
        )
    };
    assert!(confirm("pm_card_chargeDeclined").is_err());
    let declined = bench.again(&open).await;
    assert!(
        matches!(declined.state, GatewayState::RequiresAction(_)),
        "another card may do: {declined:?}"
    );
    confirm("pm_card_visa").expect("confirmed");
    assert_eq!(bench.again(&open).await.state, GatewayState::Succeeded);
}

#[tokio::test]
async fn three_d_secure_without_a_page_to_return_to_is_for_the_script() {
    let bench = Bench::stripe().await;
    let request = StartRequest {
        return_url: None,
        ..bench.request(Card::Secure, 1000)
    };
    let open = bench.start(&request).await;
    let GatewayState::RequiresAction(action) = &open.state else {
        panic!("{open:?}");
    };
    assert_eq!((action.kind.as_str(), &action.url), ("stripe_sdk", &None));
    assert!(action.client_secret.is_some());
}

/// Others, such as debits, have no final word for days, while stock is kept for minutes.
#[tokio::test]
async fn only_cards_are_taken() {
    let bench = Bench::stripe().await;
    bench.paid(1000).await;
    let open = StartRequest {
        token: None,
        return_url: None,
        ..bench.request(Card::Good, 1000)
    };
    bench.start(&open).await;
    bench
        .gateway
        .begin_setup(&customer(&bench).await, "one")
        .await
        .expect("a setup");
    for kind in ["payment_intent", "setup_intent"] {
        let objects = bench.simulator().objects(kind);
        assert!(!objects.is_empty());
        for object in objects {
            assert_eq!(object["payment_method_types"], serde_json::json!(["card"]), "{kind}");
            assert!(object["automatic_payment_methods"].is_null(), "{kind}");
        }
    }
}

#[tokio::test]
async fn each_decline_says_why_and_no_thief_learns_more() {
    let bench = Bench::stripe().await;
    for (card, why) in [
        ("pm_card_chargeDeclined", "card_declined"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error"),
        ("pm_card_chargeDeclinedLostCard", "card_declined"),
        ("pm_card_chargeDeclinedStolenCard", "card_declined"),
        ("pm_card_radarBlock", "card_declined"),
        ("pm_card_nobody", "unknown_token"),
    ] {
        let snapshot = bench.start(&with_token(&bench, card, 1000)).await;
        assert_eq!(snapshot.state, GatewayState::Failed(why.to_owned()), "{card}");
    }
}

#[tokio::test]
async fn old_tokens_are_taken_too() {
    let bench = Bench::stripe().await;
    let snapshot = bench.start(&with_token(&bench, "tok_visa", 1000)).await;
    assert_eq!(snapshot.state, GatewayState::Succeeded);
    let method = snapshot.method.expect("a method");
    assert_eq!((method.kind.as_str(), method.brand.as_deref()), ("card", Some("visa")));
    assert_eq!(method.last4.as_deref(), Some("4242"));
}

#[tokio::test]
async fn who_made_a_refund_elsewhere_is_not_taken_for_us() {
    let bench = Bench::stripe().await;
    let paid = bench.paid(1000).await;
    let body = format!("payment_intent={}&amount=250", paid.reference);
    bench.simulator().request("POST", "refunds", &body).expect("refunded");
    let again = bench.again(&paid).await;
    assert_eq!((again.refunded(), again.refunds[0].refund), (250, None));
    let body = "amount=500&currency=eur";
    bench
        .simulator()
        .request("POST", "payment_intents", body)
        .expect("opened");
    let since = bench.clock.now() - TimeDelta::hours(1);
    let page = bench.gateway.payments(since, None).await.expect("a page");
    let strangers = page.payments.iter().filter(|payment| payment.payment.is_none()).count();
    assert_eq!((page.payments.len(), strangers), (2, 1));
}

#[tokio::test]
async fn who_asks_does_not_stop_a_start_that_is_under_way() {
    let bench = Bench::stripe().await;
    let request = bench.request(Card::Good, 1000);
    assert!(
        bench.gateway.read(&lost(request.payment)).await.is_err(),
        "it may come any moment"
    );
    let paid = bench.start(&request).await;
    assert_eq!(bench.read(&lost(request.payment)).await, Some(paid));
}

#[tokio::test]
async fn a_start_that_comes_after_it_was_given_up_charges_nobody() {
    let bench = Bench::stripe().await;
    let payment = bench.old_id();
    let request = StartRequest {
        payment,
        ..bench.request(Card::Good, 1000)
    };
    assert_eq!(bench.read(&lost(request.payment)).await, None);
    assert!(bench.gateway.start(&request).await.is_err(), "its key is used up");
    assert_eq!(bench.read(&lost(request.payment)).await, None);
    let books = bench.simulator().books();
    assert!(books.payments.iter().all(|payment| payment.charges == 0), "{books:?}");
    assert!(
        books.payments.iter().all(|payment| payment.status == "canceled"),
        "{books:?}"
    );
}

#[tokio::test]
async fn what_is_repeated_after_the_life_of_a_key_happens_once() {
    let bench = frozen().await;
    let request = bench.request(Card::Good, 1000);
    let paid = bench.start(&request).await;
    let refund = bench.refund_of(&paid, 300);
    let first = done(bench.refund(&refund).await);
    let held = bench.held(1000).await;
    let capture = bench.capture_of(&held, 400, true);
    done(bench.capture(&capture).await);
    let never = bench.ids.new_id();
    bench.set_time(noon() + Duration::from_secs(25 * 3600));
    assert_eq!(done(bench.refund(&refund).await).reference, first.reference);
    assert_eq!(done(bench.capture(&capture).await).captured, 400);
    assert_eq!(bench.again(&paid).await.refunded(), 300);
    let found = bench.read(&lost(request.payment)).await.expect("it was opened");
    assert_eq!(found.reference, paid.reference);
    let before = bench.simulator().books().payments.len();
    assert_eq!(bench.read(&lost(never)).await, None);
    assert_eq!(
        bench.simulator().books().payments.len(),
        before,
        "a key that is forgotten is not used up"
    );
}

#[tokio::test]
async fn many_payments_come_in_pages_and_a_lost_one_is_found_among_them() {
    let bench = Bench::stripe().await;
    let mut opened = vec![bench.paid(1000).await.payment.expect("ours")];
    for n in 0..204 {
        let body = format!(
            "amount={}&currency=eur&metadata[merx_payment]={}",
            500 + n,
            bench.ids.new_id::<entity::PaymentId>()
        );
        bench
            .simulator()
            .request("POST", "payment_intents", &body)
            .expect("opened");
    }
    let found = bench.read(&lost(opened[0])).await.expect("it was opened");
    assert_eq!(found.captured, 1000);
    opened.clear();
    let since = bench.clock.now() - TimeDelta::hours(1);
    let (mut after, mut pages) = (None, 0);
    loop {
        let page = bench.gateway.payments(since, after.as_deref()).await.expect("a page");
        opened.extend(page.payments.iter().filter_map(|payment| payment.payment));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    opened.sort_unstable();
    opened.dedup();
    assert_eq!((pages, opened.len()), (3, 205));
}

async fn customer(bench: &Bench) -> String {
    let request = CustomerRequest {
        customer: bench.ids.new_id(),
        email: Some("ada@example.com".to_owned()),
        instead_of: None,
    };
    let customer = bench.gateway.customer(&request).await.expect("a customer");
    assert_eq!(bench.gateway.customer(&request).await.expect("the same"), customer);
    customer
}

#[tokio::test]
async fn a_card_is_kept_used_and_forgotten() {
    let bench = Bench::stripe().await;
    let customer = customer(&bench).await;
    let setup = bench.gateway.begin_setup(&customer, "one").await.expect("a setup");
    assert!(matches!(setup.state, GatewayState::RequiresAction(_)));
    assert!(setup.client_secret.is_some() && setup.method.is_none());
    let path = format!("setup_intents/{}/confirm", setup.reference);
    let body = "payment_method=pm_card_mastercard&return_url=https://shop.example";
    bench.simulator().request("POST", &path, body).expect("confirmed");
    let setup = bench
        .gateway
        .read_setup(&setup.reference)
        .await
        .expect("an answer")
        .expect("it is known");
    assert_eq!(setup.state, GatewayState::Succeeded);
    let kept = setup.method.expect("a method");
    assert_eq!(kept.details.brand.as_deref(), Some("mastercard"));
    assert_eq!(
        bench.gateway.methods(&customer).await.expect("methods"),
        std::slice::from_ref(&kept)
    );
    let request = StartRequest {
        token: None,
        customer: Some(customer.clone()),
        saved_method: Some(kept.reference.clone()),
        ..bench.request(Card::Good, 1000)
    };
    assert_eq!(bench.start(&request).await.state, GatewayState::Succeeded);
    for _ in 0..2 {
        bench.gateway.forget_method(&kept.reference).await.expect("forgotten");
    }
    assert_eq!(bench.gateway.methods(&customer).await.expect("methods"), []);
    assert_eq!(bench.gateway.read_setup("seti_nobody").await.expect("an answer"), None);
}

#[tokio::test]
async fn a_card_is_kept_with_a_payment() {
    let bench = Bench::stripe().await;
    let customer = customer(&bench).await;
    let request = StartRequest {
        customer: Some(customer.clone()),
        save_method: true,
        ..bench.request(Card::Good, 1000)
    };
    let paid = bench.start(&request).await;
    let reference = paid.method_reference.expect("it is kept");
    let kept = bench.gateway.methods(&customer).await.expect("methods");
    assert_eq!((kept.len(), &kept[0].reference), (1, &reference));
    let request = StartRequest {
        customer: Some(customer),
        ..bench.request(Card::Good, 1000)
    };
    assert_eq!(bench.start(&request).await.method_reference, None);
}

#[tokio::test]
async fn a_wrong_key_is_no_word_about_a_payment() {
    let stripe = stripe_simulator::Simulator::start(stripe_simulator::Options {
        secret_key: Some("sk_test_right".to_owned()),
        ..stripe_simulator::Options::default()
    })
    .await
    .expect("a simulator");
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = config(folder.path(), None);
    config.services.stripe_secret_key = Some("sk_test_hush".into());
    config.services.stripe_api_base = Some(stripe.url().to_owned());
    let clock = Clock::system();
    let ids = Ids::from_os(clock.clone()).expect("ids");
    let gateway = StripeGateway::from_config(&config, &clock, &ids)
        .expect("a gateway")
        .expect("configured");
    let request = StartRequest {
        amount: eur(1000),
        ..Bench::stripe().await.request(Card::Good, 1000)
    };
    let error = gateway.start(&request).await.expect_err("nobody knows us");
    let capture = gateway.check().await.expect_err("nobody knows us");
    for said in [error.to_string(), capture.to_string(), format!("{error:?} {config:?}")] {
        assert!(!said.contains("hush"), "{said}");
        assert!(said.contains("401"), "{said}");
    }
}

#[tokio::test]
async fn who_asks_for_several_captures_without_leave_is_refused() {
    let bench = Bench::stripe().await;
    let held = bench.held(1000).await;
    let answer = bench.capture(&bench.capture_of(&held, 400, false)).await;
    assert_eq!(answer, Answer::Refused("multicapture_unavailable".to_owned()));
    assert_eq!(bench.again(&held).await.captured, 0, "nothing is let go");
}

#[test]
fn production_speaks_to_stripe_by_https() {
    let folder = tempfile::tempdir().expect("a folder");
    for (production, base, good) in [
        (true, "https://api.stripe.com", true),
        (true, "http://api.stripe.com", false),
        (false, "http://127.0.0.1:12111", true),
        (false, "ftp://127.0.0.1", false),
    ] {
        let mut config = config(folder.path(), None);
        if production {
            config.server.environment = merx::config::Environment::Production;
        }
        config.services.stripe_api_base = Some(base.to_owned());
        assert_eq!(config.check().is_ok(), good, "{base}");
    }
}
