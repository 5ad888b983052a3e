//! A version of Stripe's API that nobody has seen: payments go on.

use merx::payment::gateway::{GatewayState, Setup};
use stripe_simulator::Drift;

use super::rig::{Bench, Card, done, handle, lost};

#[tokio::test]
async fn new_fields_and_new_words_fail_no_payment() {
    let bench = Bench::stripe().await;
    bench.simulator().drift(Drift {
        fields: true,
        enums: true,
        errors: true,
        ..Drift::default()
    });
    let paid = bench.paid(1000).await;
    assert_eq!(paid.captured, 1000);
    done(bench.refund(&bench.refund_of(&paid, 400)).await);
    assert_eq!(bench.again(&paid).await.refunded(), 400);
    let held = bench.held(700).await;
    assert_eq!(
        done(bench.capture(&bench.capture_of(&held, 700, true)).await).captured,
        700
    );
    let open = bench.start(&bench.request(Card::Secure, 900)).await;
    assert!(matches!(open.state, GatewayState::RequiresAction(_)), "{open:?}");
    bench.gateway.cancel(&handle(&open)).await.expect("called off");
    let declined = bench.start(&bench.request(Card::Declined, 900)).await;
    assert!(matches!(declined.state, GatewayState::Failed(_)), "{declined:?}");
    let setup: Setup = bench
        .gateway
        .begin_setup(&customer(&bench).await, "one")
        .await
        .expect("a setup");
    assert!(setup.client_secret.is_some());
}

#[tokio::test]
async fn fields_that_are_not_said_read_as_nothing() {
    let bench = Bench::stripe().await;
    bench.simulator().drift(Drift {
        missing: true,
        ..Drift::default()
    });
    let paid = bench.paid(1000).await;
    done(bench.refund(&bench.refund_of(&paid, 400)).await);
    let again = bench.again(&paid).await;
    assert_eq!((again.captured, again.refunded()), (1000, 400));
    let declined = bench.start(&bench.request(Card::Declined, 900)).await;
    assert_eq!(declined.state, GatewayState::Failed("card_declined".to_owned()));
}

async fn customer(bench: &Bench) -> String {
    let request = merx::payment::gateway::CustomerRequest {
        customer: bench.ids.new_id(),
        email: None,
        instead_of: None,
    };
    bench.gateway.customer(&request).await.expect("a customer")
}

#[tokio::test]
async fn a_new_state_is_no_final_word() {
    let bench = Bench::stripe().await;
    bench.simulator().drift(Drift {
        status: Some("awaiting_stars".to_owned()),
        ..Drift::default()
    });
    let request = bench.request(Card::Good, 1000);
    let snapshot = bench.start(&request).await;
    assert_eq!(snapshot.state, GatewayState::Pending);
    bench.simulator().drift(Drift::default());
    let again = bench.again(&snapshot).await;
    assert_eq!(again.state, GatewayState::Succeeded);
    assert_eq!(bench.read(&lost(request.payment)).await, Some(again));
}
