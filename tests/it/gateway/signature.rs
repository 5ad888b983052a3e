//! Who is believed.

use std::time::Duration;

use merx::payment::gateway::{EventSubject, NotBelieved};
use merx::platform::clock::Clock;
use proptest::prelude::*;
use stripe_simulator::signature;

use super::rig::{Bench, Card, WEBHOOK_SECRET};
use crate::support::noon;

const BODY: &str =
    r#"{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"object":"payment_intent","id":"pi_1"}}}"#;

async fn bench() -> (Bench, i64) {
    let now = noon();
    (Bench::stripe_at(Clock::frozen(now)).await, now.timestamp())
}

#[tokio::test]
async fn a_signed_event_is_believed_under_each_secret() {
    let (bench, now) = bench().await;
    for secret in [WEBHOOK_SECRET, "whsec_old"] {
        let event = bench.gateway.event(&signature(secret, BODY, now), BODY.as_bytes());
        let event = event.expect("believed");
        assert_eq!(
            (event.id.as_str(), event.kind.as_str()),
            ("evt_1", "payment_intent.succeeded")
        );
        let reference = "pi_1".to_owned();
        assert_eq!(
            event.subject,
            EventSubject::Payment {
                payment: None,
                reference
            }
        );
    }
    assert_eq!(bench.gateway.signature_header(), Some("stripe-signature"));
}

#[tokio::test]
async fn nobody_else_is() {
    let (bench, now) = bench().await;
    let right = signature(WEBHOOK_SECRET, BODY, now);
    let event = |header: &str, body: &str| bench.gateway.event(header, body.as_bytes());
    let reserialised = BODY.replace("\":\"", "\": \"");
    assert_eq!(event(&right, &reserialised), Err(NotBelieved::Signature));
    let other = signature("whsec_other", BODY, now);
    for header in [
        "",
        "t=,v1=",
        "v1=00",
        &format!("t={now}"),
        &format!("t={now},v1=zz"),
        &other,
        &right.replace("v1=", "v0="),
        &right.replace(&format!("t={now}"), &format!("t={}", now + 1)),
        &right.replace(&format!("t={now},"), ""),
        &right[..right.len() - 1],
        &format!("{right}0"),
    ] {
        assert_eq!(event(header, BODY), Err(NotBelieved::Signature), "{header}");
    }
    // One right signature among wrong ones is enough: Stripe sends one for each secret.
    let both = format!("{other},{}", right.split_once(',').expect("two fields").1);
    assert!(event(&both, BODY).is_ok());
    let signed = |body: &str| event(&signature(WEBHOOK_SECRET, body, now), body);
    for body in ["", "[]", "null", "{", r#"{"id":"evt_1"}"#, r#"{"id":7,"type":"x"}"#] {
        assert_eq!(signed(body), Err(NotBelieved::Malformed), "{body}");
    }
    assert_eq!(
        signed(r#"{"id":"evt_1","type":"x"}"#).map(|event| event.subject),
        Ok(EventSubject::Other)
    );
}

#[tokio::test]
async fn what_was_signed_at_another_time_is_not() {
    let (bench, now) = bench().await;
    let header = signature(WEBHOOK_SECRET, BODY, now);
    for (seconds, verdict) in [(300, None), (301, Some(NotBelieved::Age))] {
        bench.clock.set(noon() + Duration::from_secs(seconds));
        assert_eq!(
            bench.gateway.event(&header, BODY.as_bytes()).err(),
            verdict,
            "{seconds} later"
        );
        bench.clock.set(noon() - Duration::from_secs(seconds));
        assert_eq!(
            bench.gateway.event(&header, BODY.as_bytes()).err(),
            verdict,
            "{seconds} before"
        );
    }
    let header = signature(WEBHOOK_SECRET, BODY, i64::MAX);
    assert_eq!(
        bench.gateway.event(&header, BODY.as_bytes()),
        Err(NotBelieved::Malformed)
    );
}

#[tokio::test]
async fn every_event_of_a_payment_names_it() {
    let bench = Bench::stripe().await;
    let stripe = bench.simulator();
    let request = bench.request(Card::Good, 1000);
    let paid = bench.start(&request).await;
    bench.refund(&bench.refund_of(&paid, 400)).await;
    let charge = stripe.objects("charge")[0]["id"].as_str().expect("an id").to_owned();
    stripe.dispute(&charge, "fraudulent").expect("a dispute");
    let events = stripe.objects("event");
    assert!(events.len() >= 5, "{events:?}");
    for event in events {
        let id = event["id"].as_str().expect("an id");
        let (body, header) = stripe.signed(id, WEBHOOK_SECRET).expect("signed");
        let told = bench.gateway.event(&header, body.as_bytes()).expect("believed");
        let EventSubject::Payment { reference, payment } = told.subject else {
            panic!("{} is about nothing", told.kind);
        };
        assert_eq!(reference, paid.reference, "{}", told.kind);
        assert!(payment.is_none() || payment == Some(request.payment), "{}", told.kind);
    }
}

#[tokio::test]
async fn garbage_is_refused_and_nothing_else_happens() {
    let (bench, now) = bench().await;
    let gateway = bench.gateway;
    proptest!(|(header in ".{0,200}", body in proptest::collection::vec(any::<u8>(), 0..200))| {
        prop_assert!(gateway.event(&header, &body).is_err());
        let header = signature(WEBHOOK_SECRET, &String::from_utf8_lossy(&body), now);
        let _ = gateway.event(&header, &body);
    });
}
