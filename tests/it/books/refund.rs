//! Money that goes back to buyers.

use futures_util::future::join_all;
use merx::order::share_of_units;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Bought, Till, accounts_of, assert_balanced, history, minor, usd};
use crate::support::Shop;

const SHOWN: &str = "refund { id status amount { minorUnits } reason createdAt } refunds { id }
    order { paymentStatus outstanding { amount } }";

async fn refund(shop: &Shop, input: Value) -> Value {
    shop.staff().change("refundCreate", input, SHOWN).await
}

#[tokio::test]
async fn an_amount_goes_back_and_then_the_rest() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_success", 2).await;
    let part = refund(
        &shop,
        json!({ "orderId": bought.id(), "amount": usd(250), "reason": "a scratch" }),
    )
    .await;
    assert_eq!(part["errors"], json!([]));
    assert_eq!(part["refund"]["status"], "SUCCEEDED");
    assert_eq!(part["refund"]["reason"], "a scratch");
    assert_eq!(part["order"]["paymentStatus"], "PARTIALLY_REFUNDED");
    assert_eq!(part["order"]["outstanding"]["amount"], "2.50");

    let too_much = refund(&shop, json!({ "orderId": bought.id(), "amount": usd(bought.total) })).await;
    assert_eq!(too_much["errors"][0]["code"], "AMOUNT_TOO_LARGE");

    let rest = refund(&shop, json!({ "orderId": bought.id() })).await;
    assert_eq!(rest["refund"]["amount"]["minorUnits"], bought.total - 250);
    assert_eq!(rest["order"]["paymentStatus"], "REFUNDED");
    let nothing_left = refund(&shop, json!({ "orderId": bought.id() })).await;
    assert_eq!(nothing_left["errors"][0]["code"], "AMOUNT_TOO_LARGE");

    let order = bought.now(&shop).await;
    assert_eq!(history(&order), ["PLACED", "PAID", "REFUNDED", "REFUNDED"]);
    let accounts = accounts_of(&shop, &bought).await;
    assert_eq!(accounts["Refunds"], bought.total);
    assert_eq!(accounts.get("CashInTransit"), None);
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    assert_balanced(&shop).await;
}

/// Units one by one, then the delivery: to the cent what was paid. Units that come back can be sold again.
#[tokio::test]
async fn units_and_the_delivery_come_to_the_total() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(20).await;
    let before = shop.levels(&variant).await;
    let bought = Bought::with(&shop, "tok_success", 3).await;
    let line = &bought.order["lines"][0]["id"];
    let mut sum = 0;
    for _ in 0..3 {
        let lines = json!([{ "orderLineId": line, "quantity": 1, "restock": true }]);
        let done = refund(&shop, json!({ "orderId": bought.id(), "lines": lines })).await;
        assert_eq!(done["errors"], json!([]));
        sum += done["refund"]["amount"]["minorUnits"].as_i64().expect("an amount");
    }
    assert_eq!(shop.levels(&variant).await, before);
    let lines = json!([{ "orderLineId": line, "quantity": 1 }]);
    let over = refund(&shop, json!({ "orderId": bought.id(), "lines": lines })).await;
    assert_eq!(over["errors"][0]["code"], "INVALID_INPUT");
    assert_eq!(over["errors"][0]["path"], json!(["lines", "0", "quantity"]));
    if sum < bought.total {
        let done = refund(&shop, json!({ "orderId": bought.id(), "shipping": true })).await;
        sum += done["refund"]["amount"]["minorUnits"].as_i64().expect("an amount");
        let again = refund(&shop, json!({ "orderId": bought.id(), "shipping": true })).await;
        assert_eq!(again["errors"][0]["path"], json!(["shipping"]));
    }
    assert_eq!(sum, bought.total);
    assert_eq!(bought.now(&shop).await["paymentStatus"], "REFUNDED");
    assert_balanced(&shop).await;
}

/// Units are in stock again with the refund that was accepted: not with one that was refused, and not a second time with
/// one that follows a refund which did not arrive.
#[tokio::test]
async fn units_come_back_once() {
    let till = Till::new().await;
    let (variant, _) = till.shop.variant(20).await;
    let before = till.shop.levels(&variant).await;
    let bought = Bought::with(&till.shop, "tok_success", 2).await;
    let sold = till.shop.levels(&variant).await;
    let lines = json!([{ "orderLineId": bought.order["lines"][0]["id"], "quantity": 2, "restock": true }]);
    let input = json!({ "orderId": bought.id(), "lines": lines });
    // The gateway gave everything back before, and refuses.
    till.gateway
        .refund_there(bought.payment, bought.total)
        .await
        .expect("refunded");
    for _ in 0..2 {
        let refused = refund(&till.shop, input.clone()).await;
        assert_eq!(refused["errors"][0]["code"], "GATEWAY_REFUSED");
        assert_eq!(till.shop.levels(&variant).await, sold);
    }
    for _ in 0..3 {
        till.gateway.bounce(bought.payment).await.expect("bounced");
        till.refresh(bought.payment).await;
        let done = refund(&till.shop, input.clone()).await;
        assert_eq!(done["refund"]["status"], "SUCCEEDED", "{done:#}");
        till.shop.work().await;
        assert_eq!(till.shop.levels(&variant).await, before);
    }
    assert_eq!(till.shop.dead_jobs().await, 0);
    assert_balanced(&till.shop).await;
}

#[tokio::test]
async fn what_was_not_captured_does_not_go_back() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_authorize", 1).await;
    let refused = refund(&shop, json!({ "orderId": bought.id() })).await;
    assert_eq!(refused["errors"][0]["code"], "NOT_CAPTURED");
    let wrong =
        json!({ "orderId": bought.id(), "paymentId": Bought::with(&shop, "tok_success", 1).await.payment.to_string() });
    assert_eq!(refund(&shop, wrong).await["errors"][0]["code"], "NOT_FOUND");
    let nothing = json!({ "orderId": bought.id(), "amount": usd(0) });
    assert_eq!(refund(&shop, nothing).await["errors"][0]["code"], "NOT_CAPTURED");
}

#[tokio::test]
async fn staff_of_another_channel_finds_no_order() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_success", 1).await;
    let elsewhere = shop.program(&["payments.refund"], Some("eu")).await.channel("eu");
    let (code, path) = elsewhere
        .change_refused("refundCreate", json!({ "orderId": bought.id() }))
        .await;
    assert_eq!((code.as_str(), path), ("NOT_FOUND", json!(["orderId"])));
}

/// A hundred at once, each a tenth: ten go through, and the gateway gives back exactly that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_once_never_give_back_more_than_was_paid() {
    let till = Till::new().await;
    let bought = Bought::with(&till.shop, "tok_success", 1).await;
    let tenth = bought.total / 10;
    let input = || json!({ "orderId": bought.id(), "amount": usd(tenth) });
    let answers = join_all((0..100).map(|_| refund(&till.shop, input()))).await;
    let done = answers.iter().filter(|answer| answer["refund"].is_object()).count();
    assert_eq!(done, 10, "{:#}", answers[0]);
    let others = answers.iter().filter(|answer| answer["refund"].is_null());
    for answer in others {
        assert_eq!(answer["errors"][0]["code"], "AMOUNT_TOO_LARGE", "{answer:#}");
    }
    let order = bought.now(&till.shop).await;
    assert_eq!(minor(&order["refundedTotal"]["amount"]), tenth * 10);
    till.refresh(bought.payment).await;
    till.shop.work().await;
    let order = bought.now(&till.shop).await;
    assert_eq!(minor(&order["refundedTotal"]["amount"]), tenth * 10);
    assert_eq!(order["payments"][0]["refundingAmount"]["minorUnits"], 0);
    assert_eq!(till.shop.dead_jobs().await, 0);
    assert_balanced(&till.shop).await;
}

proptest! {
    /// Whatever the parts, all units come to what the line cost, and none costs a cent more than another.
    #[test]
    fn units_add_up(share in 0i64..1_000_000_000, parts in prop::collection::vec(1i32..50, 1..20)) {
        let quantity = parts.iter().sum::<i32>();
        let (mut before, mut sum) = (0, 0);
        for units in parts {
            sum += share_of_units(share, quantity, before, units);
            before += units;
        }
        prop_assert_eq!(sum, share);
        let each: Vec<i64> = (0..quantity).map(|n| share_of_units(share, quantity, n, 1)).collect();
        let (least, most) = (each.iter().min(), each.iter().max());
        prop_assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1));
    }
}
