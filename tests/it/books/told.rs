//! What happens at the gateway without the shop.

use entity::payment::dispute::DisputeStatus;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Bought, Till, accounts, accounts_of, assert_balanced, history, minor};

#[tokio::test]
async fn a_refund_made_there_is_a_refund_here() {
    let till = Till::new().await;
    let bought = Bought::with(&till.shop, "tok_success", 1).await;
    till.gateway.refund_there(bought.payment, 100).await.expect("refunded");
    // However many hear of it, it is booked once.
    join_all((0..20).map(|_| till.refresh(bought.payment))).await;
    let order = bought.now(&till.shop).await;
    assert_eq!(order["paymentStatus"], "PARTIALLY_REFUNDED");
    assert_eq!(order["refunds"].as_array().map(Vec::len), Some(1));
    assert_eq!(order["refunds"][0]["requestedBy"], "gateway");
    assert_eq!(history(&order), ["PLACED", "PAID", "REFUNDED"]);
    assert_eq!(accounts_of(&till.shop, &bought).await["Refunds"], 100);
    assert_balanced(&till.shop).await;

    // It does not arrive: the order is paid again.
    till.gateway.bounce(bought.payment).await.expect("bounced");
    till.refresh(bought.payment).await;
    let order = bought.now(&till.shop).await;
    assert_eq!(order["paymentStatus"], "PAID");
    assert_eq!(order["refunds"][0]["status"], "FAILED");
    assert_eq!(accounts_of(&till.shop, &bought).await.get("Refunds"), None);
    assert_balanced(&till.shop).await;
}

#[tokio::test]
async fn a_dispute_takes_money_and_gives_it_again() {
    let till = Till::new().await;
    let bought = Bought::with(&till.shop, "tok_success", 1).await;
    till.gateway.charge_fee(bought.payment, 59).await.expect("charged");
    till.gateway
        .dispute(bought.payment, bought.total, 1500)
        .await
        .expect("disputed");
    till.refresh(bought.payment).await;
    till.refresh(bought.payment).await;
    let order = bought.now(&till.shop).await;
    assert_eq!(order["paymentStatus"], "PAID", "who is right is not decided");
    assert_eq!(order["payments"][0]["disputedAmount"]["minorUnits"], bought.total);
    assert_eq!(order["payments"][0]["feeAmount"]["minorUnits"], 59);
    assert_eq!(history(&order).last(), Some(&"DISPUTE_OPENED"));
    let books = accounts_of(&till.shop, &bought).await;
    assert_eq!((books["Disputes"], books["Fees"]), (bought.total, 1559));
    assert_eq!(books["CashInTransit"], -1559);
    assert_balanced(&till.shop).await;

    // What a bank holds cannot be given back a second time.
    let refused = till
        .shop
        .staff()
        .change("refundCreate", json!({ "orderId": bought.id() }), "")
        .await;
    assert_eq!(refused["errors"][0]["code"], "AMOUNT_TOO_LARGE");

    let listed = "query($where: DisputeWhere) { disputes(where: $where) { totalCount nodes { status orderId
        amount { minorUnits } feeAmount { minorUnits } reason } } }";
    let open = json!({ "where": { "status": "NEEDS_RESPONSE" } });
    let found = till.shop.staff().data(listed, open.clone()).await;
    assert_eq!(found["disputes"]["totalCount"], 1);
    assert_eq!(found["disputes"]["nodes"][0]["orderId"], *bought.id());

    let won = till.gateway.close_disputes(bought.payment, DisputeStatus::Won).await;
    won.expect("won");
    till.refresh(bought.payment).await;
    let books = accounts_of(&till.shop, &bought).await;
    assert_eq!(books.get("Disputes"), None);
    assert_eq!(books["CashInTransit"], bought.total - 1559);
    assert_eq!(history(&bought.now(&till.shop).await).last(), Some(&"DISPUTE_WON"));
    assert_eq!(till.shop.staff().data(listed, open).await["disputes"]["totalCount"], 0);
    assert_balanced(&till.shop).await;
}

#[tokio::test]
async fn a_lost_dispute_stays_in_the_books() {
    let till = Till::new().await;
    let bought = Bought::with(&till.shop, "tok_success", 1).await;
    till.gateway.dispute(bought.payment, 700, 1500).await.expect("disputed");
    let lost = till.gateway.close_disputes(bought.payment, DisputeStatus::Lost).await;
    lost.expect("lost");
    till.refresh(bought.payment).await;
    let order = bought.now(&till.shop).await;
    assert_eq!(order["payments"][0]["disputes"][0]["status"], "LOST");
    assert_eq!(history(&order)[2..], ["DISPUTE_OPENED", "DISPUTE_LOST"]);
    assert_eq!(accounts_of(&till.shop, &bought).await["Disputes"], 700);
    assert_balanced(&till.shop).await;
}

/// The first payment of a cart succeeds and is called off by the second, because there is less in the cart then: the
/// gateway took the money and gave it back, and the books say both.
#[tokio::test]
async fn money_that_paid_nothing_went_back_in_the_books_too() {
    let till = Till::new().await;
    let (variant, _) = till.shop.variant(5).await;
    let cart = till.shop.ready_cart(&variant, 2).await;
    let first = till.shop.pay(&cart, "tok_success").await;
    let fewer = serde_json::json!({ "cartToken": cart["token"],
        "lines": [{ "id": cart["lines"][0]["id"], "quantity": 1 }] });
    till.shop.cart_ok("cartLinesUpdate", fewer).await;
    let second = till.shop.pay(&cart, "tok_success").await;
    till.shop.work().await;
    let done = till.shop.complete(&cart, &second["payment"]["id"], Value::Null).await;
    assert_eq!(done["order"]["paymentStatus"], "PAID");
    let total = minor(&first["payment"]["amount"]["amount"]);
    let id = first["payment"]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("a payment id");
    till.refresh(id).await;
    let payment = merx::payment::payment_by_id(&till.shop.app.db, id)
        .await
        .expect("read")
        .expect("a payment");
    assert_eq!((payment.captured_amount, payment.refunded_amount), (total, total));
    let of_payment = merx::ledger::LedgerFilter {
        payment: Some(id),
        ..merx::ledger::LedgerFilter::default()
    };
    assert!(accounts(&till.shop, of_payment.clone()).await.is_empty());
    assert_eq!(
        merx::ledger::count(&till.shop.app.db, &of_payment)
            .await
            .expect("counted"),
        4
    );
    assert_eq!(till.shop.dead_jobs().await, 0);
    assert_balanced(&till.shop).await;
}

/// A bank thinks again: what was lost comes back. Late news of the loss changes nothing.
#[tokio::test]
async fn a_lost_dispute_may_be_won_in_the_end() {
    let till = Till::new().await;
    let bought = Bought::with(&till.shop, "tok_success", 1).await;
    till.gateway.dispute(bought.payment, 700, 1500).await.expect("disputed");
    for status in [DisputeStatus::Lost, DisputeStatus::Won, DisputeStatus::Lost] {
        let closed = till.gateway.close_disputes(bought.payment, status).await;
        closed.expect("closed");
        till.refresh(bought.payment).await;
    }
    let order = bought.now(&till.shop).await;
    assert_eq!(order["payments"][0]["disputes"][0]["status"], "WON");
    assert_eq!(order["payments"][0]["disputedAmount"]["minorUnits"], 0);
    assert_eq!(history(&order)[2..], ["DISPUTE_OPENED", "DISPUTE_LOST", "DISPUTE_WON"]);
    assert_eq!(accounts_of(&till.shop, &bought).await.get("Disputes"), None);
    assert_balanced(&till.shop).await;
}
