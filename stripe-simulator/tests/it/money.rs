use crate::support::{Shop, at};

#[tokio::test]
async fn a_payment_is_captured_and_refunded_in_parts() {
    let shop = Shop::open().await;
    let (status, intent) = shop
        .pay("pm_card_visa", "&expand[]=latest_charge.balance_transaction")
        .await;
    assert_eq!((status, at(&intent, "status").as_str()), (200, Some("succeeded")));
    assert_eq!(at(&intent, "latest_charge.balance_transaction.fee"), 59);
    assert_eq!(at(&intent, "metadata.cart"), "7");
    let id = intent["id"].as_str().unwrap();

    let (_, refund) = shop.post("refunds", &format!("payment_intent={id}&amount=400")).await;
    assert_eq!(at(&refund, "status"), "succeeded");
    let (status, error) = shop.post("refunds", &format!("payment_intent={id}&amount=601")).await;
    assert_eq!((status, at(&error, "error.param").as_str()), (400, Some("amount")));
    shop.post("refunds", &format!("payment_intent={id}")).await;
    let (_, error) = shop.post("refunds", &format!("payment_intent={id}")).await;
    assert_eq!(at(&error, "error.code"), "charge_already_refunded");

    let books = shop.stripe.books();
    assert_eq!(
        (
            books.sums["eur"].captured,
            books.sums["eur"].refunded,
            books.sums["eur"].net
        ),
        (1000, 1000, -59)
    );
    assert_eq!(books.double_charges(), 0);
}

#[tokio::test]
async fn a_partial_capture_releases_the_rest() {
    let shop = Shop::open().await;
    let (_, intent) = shop.pay("pm_card_mastercard", "&capture_method=manual").await;
    assert_eq!(
        (&intent["status"], &intent["amount_capturable"]),
        (&"requires_capture".into(), &1000.into())
    );
    let id = intent["id"].as_str().unwrap();
    let (status, _) = shop
        .post(&format!("payment_intents/{id}/capture"), "amount_to_capture=1001")
        .await;
    assert_eq!(status, 400);
    let (_, intent) = shop
        .post(
            &format!("payment_intents/{id}/capture"),
            "amount_to_capture=600&expand[]=latest_charge.refunds",
        )
        .await;
    assert_eq!(
        (&intent["status"], &intent["amount_received"]),
        (&"succeeded".into(), &600.into())
    );
    assert_eq!(at(&intent, "latest_charge.amount_refunded"), 400);
    assert!(at(&intent, "latest_charge.refunds.data.0.balance_transaction").is_null());
    let payment = shop.stripe.books().payments.remove(0);
    assert_eq!((payment.captured, payment.refunded, payment.held), (600, 0, 0));

    let (_, held) = shop.pay("pm_card_visa", "&capture_method=manual").await;
    let path = format!("payment_intents/{}/cancel", held["id"].as_str().unwrap());
    let (_, gone) = shop.post(&path, "cancellation_reason=abandoned").await;
    assert_eq!(gone["status"], "canceled");
    assert!(!shop.stripe.books().payments[1].is_live());
}

#[tokio::test]
async fn declines_and_challenges_follow_the_documented_cards() {
    let shop = Shop::open().await;
    let (status, declined) = shop.pay("pm_card_visa_chargeDeclinedInsufficientFunds", "").await;
    assert_eq!(
        (status, at(&declined, "error.decline_code").as_str()),
        (402, Some("insufficient_funds"))
    );
    assert_eq!(at(&declined, "error.payment_intent.status"), "requires_payment_method");
    let again = format!(
        "payment_intents/{}/confirm",
        at(&declined, "error.payment_intent.id").as_str().unwrap()
    );
    let (_, paid) = shop.post(&again, "payment_method=pm_card_visa").await;
    assert_eq!(paid["status"], "succeeded");

    let (_, waits) = shop.pay("pm_card_threeDSecure2Required", "").await;
    assert_eq!(at(&waits, "next_action.type"), "redirect_to_url");
    let back = shop
        .stripe
        .challenge(waits["id"].as_str().unwrap(), false)
        .unwrap()
        .unwrap();
    assert!(back.starts_with("https://shop.test/back?payment_intent=pi_") && back.ends_with("redirect_status=failed"));
    let (_, waits) = shop.pay("pm_card_authenticationRequired", "").await;
    shop.stripe.challenge(waits["id"].as_str().unwrap(), true).unwrap();
    let intent = shop
        .get(&format!("payment_intents/{}", waits["id"].as_str().unwrap()))
        .await;
    assert_eq!(intent["status"], "succeeded");
    let (status, absent) = shop.pay("pm_card_authenticationRequired", "&off_session=true").await;
    assert_eq!(
        (status, at(&absent, "error.code").as_str()),
        (402, Some("authentication_required"))
    );

    let found = shop
        .get("payment_intents/search?query=metadata['cart']:'7' AND status:'succeeded'")
        .await;
    assert_eq!(found["data"].as_array().unwrap().len(), 2);
    assert_eq!(shop.stripe.books().double_payments("cart"), 1);
}

#[tokio::test]
async fn disputes_and_slow_refunds_move_money_back_and_forth() {
    let shop = Shop::open().await;
    let (_, intent) = shop.pay("pm_card_createDispute", "").await;
    let dispute = shop
        .get(&format!("disputes?payment_intent={}", intent["id"].as_str().unwrap()))
        .await;
    let id = at(&dispute, "data.0.id").as_str().unwrap();
    assert_eq!(shop.stripe.books().sums["eur"].disputed, 1000);
    let (_, won) = shop
        .post(
            &format!("disputes/{id}"),
            "evidence[uncategorized_text]=winning_evidence",
        )
        .await;
    assert_eq!(won["status"], "won");
    assert_eq!(shop.stripe.books().sums["eur"].disputed, 0);

    for (card, first, later) in [
        ("pm_card_pendingRefund", "pending", "succeeded"),
        ("pm_card_refundFail", "succeeded", "failed"),
    ] {
        let (_, intent) = shop.pay(card, "").await;
        let form = format!("payment_intent={}", intent["id"].as_str().unwrap());
        let (_, refund) = shop.post("refunds", &form).await;
        assert_eq!(refund["status"], first);
        assert_eq!(shop.stripe.settle().unwrap(), 1);
        let refund = shop.get(&format!("refunds/{}", refund["id"].as_str().unwrap())).await;
        assert_eq!(refund["status"], later);
    }
}

#[tokio::test]
async fn a_saved_card_belongs_to_its_customer() {
    let shop = Shop::open().await;
    let (_, customer) = shop.post("customers", "email=a@b.test").await;
    let customer = customer["id"].as_str().unwrap();
    let form = format!("customer={customer}&payment_method_types[]=card&confirm=true");
    let (_, setup) = shop
        .post(
            "setup_intents",
            &format!("{form}&payment_method=pm_card_authenticationRequiredOnSetup"),
        )
        .await;
    assert_eq!(setup["status"], "requires_action");
    shop.stripe.challenge(setup["id"].as_str().unwrap(), true).unwrap();
    let methods = shop.get(&format!("customers/{customer}/payment_methods")).await;
    let method = at(&methods, "data.0.id").as_str().unwrap();

    let (_, paid) = shop
        .pay(method, &format!("&customer={customer}&off_session=true"))
        .await;
    assert_eq!(paid["status"], "succeeded");
    let (status, _) = shop.pay(method, "").await;
    assert_eq!(status, 400);
    shop.post(&format!("payment_methods/{method}/detach"), "").await;
    let (status, _) = shop.pay(method, &format!("&customer={customer}")).await;
    assert_eq!(status, 400);
    let (status, _) = shop
        .post(
            "payment_methods/pm_card_chargeDeclined/attach",
            &format!("customer={customer}"),
        )
        .await;
    assert_eq!(status, 402);
}
