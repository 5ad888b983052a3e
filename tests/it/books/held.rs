//! Money that is authorised: captured, captured in part, let go.

use serde_json::{Value, json};

use super::{Bought, accounts_of, assert_balanced, history, usd};
use crate::support::Shop;

const SHOWN: &str = "payment { status authorizedAmount { minorUnits } capturedAmount { minorUnits } }";

async fn capture(shop: &Shop, bought: &Bought, amount: Value, last: bool) -> Value {
    let input = json!({ "paymentId": bought.payment.to_string(), "amount": amount, "final": last });
    shop.staff().change("paymentCapture", input, SHOWN).await
}

#[tokio::test]
async fn an_authorised_order_is_captured() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_authorize", 1).await;
    assert_eq!(bought.order["paymentStatus"], "AUTHORIZED");
    assert_eq!(bought.order["outstanding"]["amount"], bought.order["total"]["amount"]);
    assert_eq!(history(&bought.order), ["PLACED", "PAYMENT_AUTHORIZED"]);
    assert_eq!(accounts_of(&shop, &bought).await["Receivable"], bought.total);

    let input = json!({ "paymentId": bought.payment.to_string(), "amount": usd(bought.total + 1) });
    let shown = "errors { ... on AmountTooLargeError { available { minorUnits } } }";
    let refused = shop.staff().change("paymentCapture", input, shown).await;
    assert_eq!(refused["errors"][0]["code"], "AMOUNT_TOO_LARGE");
    assert_eq!(refused["errors"][0]["available"]["minorUnits"], bought.total);

    let done = capture(&shop, &bought, Value::Null, true).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(done["payment"]["status"], "SUCCEEDED");
    assert_eq!(done["payment"]["capturedAmount"]["minorUnits"], bought.total);
    let order = bought.now(&shop).await;
    assert_eq!(order["paymentStatus"], "PAID");
    assert_eq!(order["outstanding"]["amount"], "0.00");
    assert_eq!(history(&order).last(), Some(&"PAYMENT_CAPTURED"));
    let accounts = accounts_of(&shop, &bought).await;
    assert_eq!(accounts["CashInTransit"], bought.total);
    assert_eq!(accounts.get("Receivable"), None);

    let again = capture(&shop, &bought, Value::Null, true).await;
    assert_eq!(again["errors"][0]["code"], "NOT_AUTHORIZED");
    // The job of the capture finds it done.
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    assert_eq!(accounts_of(&shop, &bought).await["CashInTransit"], bought.total);
    assert_balanced(&shop).await;
}

#[tokio::test]
async fn parts_are_captured() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_authorize", 2).await;
    let first = capture(&shop, &bought, usd(300), false).await;
    assert_eq!(first["payment"]["authorizedAmount"]["minorUnits"], bought.total - 300);
    let order = bought.now(&shop).await;
    assert_eq!(order["paymentStatus"], "PARTIALLY_PAID");
    let last = capture(&shop, &bought, usd(200), true).await;
    assert_eq!(last["payment"]["capturedAmount"]["minorUnits"], 500);
    assert_eq!(
        last["payment"]["authorizedAmount"]["minorUnits"], 0,
        "the rest is let go"
    );
    assert_eq!(
        capture(&shop, &bought, usd(1), true).await["errors"][0]["code"],
        "NOT_AUTHORIZED"
    );
    let accounts = accounts_of(&shop, &bought).await;
    assert_eq!(
        (accounts["CashInTransit"], accounts["Receivable"]),
        (500, bought.total - 500)
    );
    assert_balanced(&shop).await;
}

#[tokio::test]
async fn what_is_let_go_is_not_captured() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_authorize", 1).await;
    let input = json!({ "paymentId": bought.payment.to_string() });
    let done = shop.staff().changed("paymentVoid", input.clone(), SHOWN).await;
    assert_eq!(done["payment"]["status"], "CANCELLED");
    assert_eq!(done["payment"]["authorizedAmount"]["minorUnits"], 0);
    let order = bought.now(&shop).await;
    assert_eq!(order["paymentStatus"], "PENDING");
    assert_eq!(history(&order).last(), Some(&"PAYMENT_VOIDED"));
    let state = shop.gateway_state(bought.payment).await;
    assert_eq!(state, Some(merx::payment::GatewayState::Cancelled));
    assert_eq!(
        capture(&shop, &bought, Value::Null, true).await["errors"][0]["code"],
        "NOT_AUTHORIZED"
    );
    let (code, _) = shop.staff().change_refused("paymentVoid", input).await;
    assert_eq!(code, "NOT_AUTHORIZED");
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
    assert_balanced(&shop).await;
}

/// The shop that captures by hand needs no special token.
#[tokio::test]
async fn a_shop_may_capture_by_hand() {
    let shop = Shop::configured(|config| config.payments.capture = merx::config::Capture::Manual).await;
    let bought = Bought::with(&shop, "tok_success", 1).await;
    assert_eq!(bought.order["paymentStatus"], "AUTHORIZED");
    capture(&shop, &bought, Value::Null, true).await;
    assert_eq!(bought.now(&shop).await["paymentStatus"], "PAID");
}

#[tokio::test]
async fn it_takes_the_permission() {
    let shop = Shop::demo().await;
    let bought = Bought::with(&shop, "tok_authorize", 1).await;
    let document = "mutation($input: PaymentCaptureInput!) { paymentCapture(input: $input) { errors { code } } }";
    let input = json!({ "input": { "paymentId": bought.payment.to_string() } });
    let refund = shop.program(&["payments.refund"], None).await;
    assert!(refund.send(document, input.clone()).await["errors"].is_array());
    // With the permission for another channel the payment is none of theirs.
    let elsewhere = shop.program(&["payments.capture"], Some("eu")).await.channel("eu");
    let answer = elsewhere.data(document, input).await;
    assert_eq!(answer["paymentCapture"]["errors"][0]["code"], "NOT_FOUND");
}
