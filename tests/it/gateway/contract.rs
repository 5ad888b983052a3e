//! What every gateway does.

use chrono::TimeDelta;
use merx::payment::gateway::{Answer, GatewayState, Handle, StartRequest};

use super::rig::{Bench, Card, done, eur, handle, lost};

/// Each test runs on each gateway.
macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod on_the_test_gateway {
            $(#[tokio::test] async fn $name() { super::$name(&super::Bench::test().await).await; })*
        }
        mod on_stripe {
            $(#[tokio::test] async fn $name() { super::$name(&super::Bench::stripe().await).await; })*
        }
    };
}

contract! {
    a_payment_succeeds_and_is_found,
    the_same_payment_is_opened_once,
    a_declined_card_fails_the_payment,
    an_action_is_answered,
    authorised_money_is_taken_once,
    no_more_is_taken_than_authorised,
    money_goes_back_in_parts_and_once,
    no_more_goes_back_than_came,
    an_open_payment_is_called_off,
    a_held_payment_is_let_go,
    a_taken_payment_is_given_back,
    what_was_given_back_in_part_is_given_back_in_full,
    what_nobody_heard_of_is_said_to_be,
    what_nobody_heard_of_can_be_called_off,
    a_part_is_taken_and_called_off,
    all_payments_are_listed,
    a_lost_answer_is_found_again,
    a_lost_payment_is_called_off,
}

async fn a_payment_succeeds_and_is_found(bench: &Bench) {
    let request = bench.request(Card::Good, 1250);
    let snapshot = bench.start(&request).await;
    assert_eq!(snapshot.state, GatewayState::Succeeded);
    assert_eq!(snapshot.payment, Some(request.payment));
    assert_eq!(
        (snapshot.amount, snapshot.captured, snapshot.authorized),
        (eur(1250), 1250, 0)
    );
    assert_eq!((snapshot.refunds.len(), snapshot.disputes.len()), (0, 0));
    assert!(snapshot.method.is_some());
    assert_eq!(bench.again(&snapshot).await, snapshot);
}

async fn the_same_payment_is_opened_once(bench: &Bench) {
    let request = bench.request(Card::Good, 1250);
    let first = bench.start(&request).await;
    let second = bench.start(&request).await;
    assert_eq!(first.reference, second.reference);
    let since = bench.clock.now() - TimeDelta::hours(1);
    let page = bench.gateway.payments(since, None).await.expect("a page");
    assert_eq!(page.payments.len(), 1);
}

async fn a_declined_card_fails_the_payment(bench: &Bench) {
    let snapshot = bench.start(&bench.request(Card::Declined, 1250)).await;
    assert_eq!(snapshot.state, GatewayState::Failed("card_declined".to_owned()));
    assert_eq!((snapshot.captured, snapshot.authorized), (0, 0));
    assert_eq!(bench.again(&snapshot).await.state, snapshot.state);
}

async fn an_action_is_answered(bench: &Bench) {
    for (success, end) in [
        (true, GatewayState::Succeeded),
        (false, GatewayState::Failed("authentication_failed".to_owned())),
    ] {
        let snapshot = bench.start(&bench.request(Card::Secure, 1250)).await;
        let GatewayState::RequiresAction(action) = &snapshot.state else {
            panic!("{snapshot:?}");
        };
        assert_eq!(action.kind, "redirect");
        assert!(action.url.is_some() && action.client_secret.is_some(), "{action:?}");
        bench.answer(&snapshot, success).await;
        assert_eq!(bench.again(&snapshot).await.state, end);
    }
}

async fn authorised_money_is_taken_once(bench: &Bench) {
    let held = bench.held(1000).await;
    let request = bench.capture_of(&held, 1000, true);
    for _ in 0..2 {
        let taken = done(bench.capture(&request).await);
        assert_eq!((taken.captured, taken.authorized), (1000, 0));
        assert_eq!(taken.state, GatewayState::Succeeded);
    }
    let held = bench.held(1000).await;
    let taken = done(bench.capture(&bench.capture_of(&held, 400, true)).await);
    assert_eq!((taken.captured, taken.authorized, taken.refunds.len()), (400, 0, 0));
    let again = bench.again(&held).await;
    assert_eq!((again.captured, again.authorized, again.refunds.len()), (400, 0, 0));
    // One that is not the last takes all the same, when nothing is left behind it.
    let held = bench.held(1000).await;
    let request = bench.capture_of(&held, 1000, false);
    for _ in 0..2 {
        assert_eq!(done(bench.capture(&request).await).captured, 1000);
    }
}

async fn no_more_is_taken_than_authorised(bench: &Bench) {
    let held = bench.held(1000).await;
    let answer = bench.capture(&bench.capture_of(&held, 1001, true)).await;
    assert_eq!(answer, Answer::Refused("amount_too_large".to_owned()));
    let again = bench.again(&held).await;
    assert_eq!((again.captured, again.authorized), (0, 1000));
}

async fn money_goes_back_in_parts_and_once(bench: &Bench) {
    let paid = bench.paid(1000).await;
    let request = bench.refund_of(&paid, 300);
    let first = done(bench.refund(&request).await);
    assert_eq!((first.refund, first.amount), (Some(request.refund), 300));
    assert_eq!(done(bench.refund(&request).await).reference, first.reference);
    let second = done(bench.refund(&bench.refund_of(&paid, 700)).await);
    assert_ne!(first.reference, second.reference);
    let again = bench.again(&paid).await;
    assert_eq!((again.captured, again.refunded(), again.refunds.len()), (1000, 1000, 2));
    assert_eq!(again.state, GatewayState::Succeeded);
}

async fn no_more_goes_back_than_came(bench: &Bench) {
    let paid = bench.paid(1000).await;
    done(bench.refund(&bench.refund_of(&paid, 600)).await);
    let answer = bench.refund(&bench.refund_of(&paid, 401)).await;
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    assert_eq!(bench.again(&paid).await.refunded(), 600);
}

async fn an_open_payment_is_called_off(bench: &Bench) {
    let open = bench.start(&bench.request(Card::Secure, 1250)).await;
    for _ in 0..2 {
        bench.gateway.cancel(&handle(&open)).await.expect("called off");
        assert_eq!(bench.again(&open).await.state, GatewayState::Cancelled);
    }
}

async fn a_held_payment_is_let_go(bench: &Bench) {
    let held = bench.held(1250).await;
    for _ in 0..2 {
        bench.gateway.cancel(&handle(&held)).await.expect("called off");
    }
    let again = bench.again(&held).await;
    assert_eq!(again.state, GatewayState::Cancelled);
    assert_eq!((again.captured, again.authorized, again.refunds.len()), (0, 0, 0));
}

async fn a_taken_payment_is_given_back(bench: &Bench) {
    let paid = bench.paid(1250).await;
    for _ in 0..2 {
        bench.gateway.cancel(&handle(&paid)).await.expect("given back");
    }
    let again = bench.again(&paid).await;
    assert_eq!(again.state, GatewayState::Cancelled);
    assert_eq!((again.captured, again.refunded()), (1250, 1250));
}

async fn what_was_given_back_in_part_is_given_back_in_full(bench: &Bench) {
    let paid = bench.paid(1000).await;
    done(bench.refund(&bench.refund_of(&paid, 300)).await);
    bench.gateway.cancel(&handle(&paid)).await.expect("given back");
    let again = bench.again(&paid).await;
    assert_eq!((again.captured, again.refunded()), (1000, 1000));
}

async fn what_nobody_heard_of_is_said_to_be(bench: &Bench) {
    assert_eq!(bench.read(&lost(bench.old_id())).await, None);
    let reference = if bench.stripe.is_some() {
        "pi_nobody"
    } else {
        "test_nobody"
    };
    let handle = Handle {
        reference: Some(reference.to_owned()),
        ..lost(bench.ids.new_id())
    };
    assert_eq!(bench.read(&handle).await, None);
}

async fn what_nobody_heard_of_can_be_called_off(bench: &Bench) {
    let handle = lost(bench.old_id());
    for _ in 0..2 {
        bench.gateway.cancel(&handle).await.expect("nothing to call off");
    }
    assert_eq!(bench.read(&handle).await, None);
}

async fn a_part_is_taken_and_called_off(bench: &Bench) {
    let held = bench.held(1000).await;
    done(bench.capture(&bench.capture_of(&held, 400, true)).await);
    bench.gateway.cancel(&handle(&held)).await.expect("given back");
    let again = bench.again(&held).await;
    assert_eq!((again.captured, again.refunded(), again.authorized), (400, 400, 0));
}

async fn all_payments_are_listed(bench: &Bench) {
    let since = bench.clock.now() - TimeDelta::seconds(2);
    let mut opened = Vec::new();
    for n in 0..3 {
        opened.push(bench.paid(1000 + n).await.payment);
    }
    // What was never opened is no payment.
    bench.gateway.cancel(&lost(bench.ids.new_id())).await.expect("nothing");
    let mut listed: Vec<_> = bench
        .gateway
        .payments(since, None)
        .await
        .expect("a page")
        .payments
        .into_iter()
        .map(|snapshot| snapshot.payment)
        .collect();
    listed.sort_unstable();
    assert_eq!(listed, opened);
    let later = bench.clock.now() + TimeDelta::hours(1);
    let page = bench.gateway.payments(later, None).await.expect("a page");
    assert_eq!((page.payments.len(), page.next), (0, None));
}

async fn a_lost_answer_is_found_again(bench: &Bench) {
    for card in [Card::Good, Card::Declined, Card::Secure] {
        let request: StartRequest = bench.request(card, 1250);
        let told = bench.start(&request).await;
        let found = bench.read(&lost(request.payment)).await.expect("it was opened");
        assert_eq!((found.reference, found.state), (told.reference, told.state));
    }
}

async fn a_lost_payment_is_called_off(bench: &Bench) {
    let request = bench.request(Card::Good, 1250);
    bench.start(&request).await;
    bench.gateway.cancel(&lost(request.payment)).await.expect("given back");
    let again = bench.read(&lost(request.payment)).await.expect("it was opened");
    assert_eq!((&again.state, again.refunded()), (&GatewayState::Cancelled, 1250));
}
