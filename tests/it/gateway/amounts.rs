//! Money as Stripe counts it: currencies, fees, disputes, refunds that take time.

use entity::payment::dispute::DisputeStatus;
use entity::payment::refund::RefundStatus;
use merx::payment::gateway::{GatewayState, RefundRequest, Snapshot, StartRequest};
use merx::platform::money::Money;

use super::rig::{Bench, Card, done, handle, lost};

fn with_token(bench: &Bench, token: &str, minor: i64) -> StartRequest {
    StartRequest {
        token: Some(token.to_owned()),
        ..bench.request(Card::Good, minor)
    }
}

#[tokio::test]
async fn an_amount_that_stripe_does_not_take_is_refused_for_good() {
    let bench = Bench::stripe().await;
    for (minor, code, why) in [
        (1, "EUR", "amount_too_small"),
        (1_000_000_000_000, "EUR", "amount_too_large"),
        (1234, "KWD", "amount_not_supported"),
        (1250, "MGA", "amount_not_supported"),
        (i64::MAX, "ISK", "amount_not_supported"),
    ] {
        let request = StartRequest {
            payment: bench.old_id(),
            amount: Money::new(minor, code.parse().expect("a currency")),
            ..bench.request(Card::Good, 1)
        };
        let snapshot = bench.start(&request).await;
        assert_eq!(snapshot.state, GatewayState::Failed(why.to_owned()), "{minor} {code}");
        assert_eq!(bench.read(&handle(&snapshot)).await, None, "there is nothing of it");
        assert_eq!(bench.read(&lost(request.payment)).await, None);
    }
}

#[tokio::test]
async fn each_currency_is_counted_as_stripe_counts_it() {
    let bench = Bench::stripe().await;
    for (minor, code, theirs) in [
        (1250, "EUR", 1250),
        (1250, "JPY", 1250),
        (1250, "ISK", 125_000),
        (12_500, "UGX", 1_250_000),
        (12_500, "KWD", 12_500),
        (1_250_000, "MGA", 12_500),
    ] {
        let amount = Money::new(minor, code.parse().expect("a currency"));
        let request = StartRequest {
            amount,
            ..bench.request(Card::Good, 1)
        };
        let paid = bench.start(&request).await;
        assert_eq!((paid.amount, paid.captured), (amount, minor), "{code}");
        let intent = bench.simulator().object(&paid.reference).expect("an intent");
        assert_eq!(intent["amount"], theirs, "{code}");
        let refund = RefundRequest {
            amount,
            ..bench.refund_of(&paid, 1)
        };
        assert_eq!(done(bench.refund(&refund).await).amount, minor, "{code}");
    }
}

#[tokio::test]
async fn fees_and_disputes_are_told() {
    let bench = Bench::stripe().await;
    let stripe = bench.simulator();
    let paid = bench.paid(10_000).await;
    assert!(paid.fee > 0 && paid.fee < 1000, "{}", paid.fee);
    let charge = stripe.objects("charge")[0]["id"].as_str().expect("an id").to_owned();
    let dispute = stripe.dispute(&charge, "fraudulent").expect("a dispute");
    let told = |snapshot: Snapshot| snapshot.disputes[0].clone();
    let open = told(bench.again(&paid).await);
    assert_eq!(open.reference, dispute["id"].as_str().expect("an id"));
    assert_eq!((open.amount, open.withdrawn), (10_000, 10_000));
    assert_eq!(
        (open.status, open.reason.as_str()),
        (DisputeStatus::NeedsResponse, "fraudulent")
    );
    assert!(open.fee > 0 && open.due_by.is_some());
    stripe.decide(&open.reference, true).expect("decided");
    let won = told(bench.again(&paid).await);
    assert_eq!((won.status, won.withdrawn), (DisputeStatus::Won, 0));
}

#[tokio::test]
async fn refunds_that_wait_or_fail_later_are_told() {
    let bench = Bench::stripe().await;
    for (card, at_first, later) in [
        ("pm_card_pendingRefund", RefundStatus::Pending, RefundStatus::Succeeded),
        ("pm_card_refundFail", RefundStatus::Succeeded, RefundStatus::Failed),
    ] {
        let paid = bench.start(&with_token(&bench, card, 1000)).await;
        let refund = done(bench.refund(&bench.refund_of(&paid, 1000)).await);
        assert_eq!(refund.status, at_first, "{card}");
        bench.simulator().settle().expect("settled");
        let again = bench.again(&paid).await;
        assert_eq!(again.refunds[0].status, later, "{card}");
        assert_eq!(
            again.refunds[0].failure.is_some(),
            later == RefundStatus::Failed,
            "{card}"
        );
    }
}

#[tokio::test]
async fn a_refund_that_failed_is_tried_again_when_the_payment_is_called_off() {
    let bench = Bench::stripe().await;
    let paid = bench.start(&with_token(&bench, "pm_card_refundFail", 1000)).await;
    bench.gateway.cancel(&handle(&paid)).await.expect("given back");
    bench.simulator().settle().expect("settled");
    bench
        .gateway
        .cancel(&handle(&paid))
        .await
        .expect("given back once more");
    assert_eq!(bench.again(&paid).await.refunds.len(), 2);
}
