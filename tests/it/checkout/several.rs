//! Several payments an order, none, and amounts that somebody made up.

use serde_json::{Value, json};

use crate::support::Shop;

const START: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
    payment { id status amount { amount minorUnits currencyCode } } errors { code path message } } }";
const COMPLETE: &str = "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) {
    order { id paymentStatus total { minorUnits } outstanding { minorUnits }
      payments { gateway status amount { minorUnits } } }
    errors { __typename code path ... on PaymentInsufficientError { missing { minorUnits } } } } }";
const DUE: &str = "query($t: String!) { cart(token: $t) { total { minorUnits } amountDue { minorUnits }
    payments { id gateway status } } }";

fn usd(minor: i64) -> Value {
    json!({ "amount": format!("{}.{:02}", minor / 100, minor % 100), "currencyCode": "USD" })
}

async fn start(shop: &Shop, cart: &Value, input: Value) -> Value {
    let mut all = json!({ "cartToken": cart["token"], "gateway": "test", "token": "tok_success" });
    for (name, value) in input.as_object().expect("an object") {
        all[name] = value.clone();
    }
    shop.data(START, json!({ "input": all })).await["paymentStart"].take()
}

async fn complete(shop: &Shop, cart: &Value) -> Value {
    let input = json!({ "cartToken": cart["token"] });
    shop.data(COMPLETE, json!({ "input": input })).await["checkoutComplete"].take()
}

/// A gift card with so much on it: its id and its code.
pub async fn gift_card(shop: &Shop, minor: i64) -> (Value, Value) {
    let input = json!({ "amount": usd(minor) });
    let mut made = shop
        .staff()
        .changed("giftCardCreate", input, "code giftCard { id balance { minorUnits } }")
        .await;
    (made["giftCard"]["id"].take(), made["code"].take())
}

pub async fn balance(shop: &Shop, code: &Value) -> Value {
    let document = "query($c: String!) { giftCardBalance(code: $c) { balance { minorUnits } } }";
    shop.data(document, json!({ "c": code })).await["giftCardBalance"]["balance"]["minorUnits"].take()
}

#[tokio::test]
async fn two_cards_share_a_total() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 2).await;
    let total = shop.data(DUE, json!({ "t": cart["token"] })).await["cart"]["total"]["minorUnits"]
        .as_i64()
        .expect("a total");
    let first = start(&shop, &cart, json!({ "amount": usd(100) })).await;
    assert_eq!(
        (&first["errors"], &first["payment"]["status"]),
        (&json!([]), &json!("SUCCEEDED"))
    );
    let early = complete(&shop, &cart).await;
    assert_eq!(early["errors"][0]["code"], "PAYMENT_INSUFFICIENT");
    assert_eq!(early["errors"][0]["missing"]["minorUnits"], total - 100);
    let due = shop.data(DUE, json!({ "t": cart["token"] })).await["cart"].take();
    assert_eq!(due["amountDue"]["minorUnits"], total - 100);
    assert_eq!(due["payments"].as_array().map(Vec::len), Some(1));
    // One by one up to the total, and nothing beyond it.
    let second = start(&shop, &cart, json!({ "amount": usd(total - 100) })).await;
    assert_eq!(second["errors"], json!([]));
    let third = start(&shop, &cart, json!({ "amount": usd(1) })).await;
    assert_eq!(third["errors"][0]["code"], "NOTHING_DUE");
    let done = complete(&shop, &cart).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(done["order"]["paymentStatus"], "PAID");
    assert_eq!(done["order"]["outstanding"]["minorUnits"], 0);
    assert_eq!(done["order"]["payments"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_gift_card_and_a_card_share_a_total() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let total = shop.data(DUE, json!({ "t": cart["token"] })).await["cart"]["total"]["minorUnits"]
        .as_i64()
        .expect("a total");
    let (_, code) = gift_card(&shop, 300).await;
    let typed = code.as_str().expect("a code").to_lowercase().replace('-', " ");
    let by_card = start(&shop, &cart, json!({ "gateway": "gift_card", "token": typed })).await;
    assert_eq!(by_card["errors"], json!([]));
    assert_eq!(by_card["payment"]["status"], "SUCCEEDED");
    assert_eq!(by_card["payment"]["amount"]["minorUnits"], 300, "as much as it holds");
    assert_eq!(balance(&shop, &code).await, 0);
    let rest = start(&shop, &cart, json!({})).await;
    assert_eq!(rest["payment"]["amount"]["minorUnits"], total - 300);
    // Another card instead of the first: the gift card stays.
    let rest = start(&shop, &cart, json!({})).await;
    assert_eq!(rest["payment"]["amount"]["minorUnits"], total - 300);
    let done = complete(&shop, &cart).await;
    assert_eq!(done["errors"], json!([]));
    let payments = done["order"]["payments"].as_array().expect("payments");
    let gateways: Vec<_> = payments.iter().map(|payment| payment["gateway"].as_str()).collect();
    assert_eq!(gateways, [Some("gift_card"), Some("test")]);
    shop.work().await;
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test]
async fn a_gift_card_gets_back_what_bought_nothing() {
    let shop = Shop::frozen(crate::support::noon()).await;
    let (variant, _) = shop.variant(5).await;
    let (_, code) = gift_card(&shop, 300).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let pays = json!({ "gateway": "gift_card", "token": code });
    assert_eq!(start(&shop, &cart, pays).await["errors"], json!([]));
    assert_eq!(balance(&shop, &code).await, 0);
    // Nobody pays the rest.
    shop.app.clock.advance(std::time::Duration::from_secs(61 * 60));
    merx::checkout::settle(&shop.app).await.expect("settled");
    assert_eq!(balance(&shop, &code).await, 300);
    shop.work().await;
    let wrong = json!({ "gateway": "gift_card", "token": "0000-0000-0000-0000-0000" });
    assert_eq!(
        start(&shop, &cart, wrong).await["errors"][0]["code"],
        "GIFT_CARD_INVALID"
    );
}

/// Amounts come from the shop. What a client says is compared, and refused when it is not possible.
#[tokio::test]
async fn amounts_that_somebody_made_up_are_refused() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(5).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let at = |amount: &str, currency: &str| json!({ "amount": { "amount": amount, "currencyCode": currency } });
    for (amount, currency) in [
        ("0.00", "USD"),
        ("-1.00", "USD"),
        ("1.00", "EUR"),
        ("99999999.00", "USD"),
        ("92233720368547758.07", "USD"),
        ("92233720368547758.08", "USD"),
        ("-92233720368547758.07", "USD"),
        ("0.001", "USD"),
        ("1e2", "USD"),
        ("", "USD"),
    ] {
        let refused = start(&shop, &cart, at(amount, currency)).await;
        assert_eq!(refused["errors"][0]["code"], "INVALID_INPUT", "{amount} {currency}");
        assert_eq!(refused["errors"][0]["path"][0], "amount");
        assert_eq!(refused["payment"], Value::Null);
    }
    assert_eq!(shop.levels(&variant).await.1, 0, "nothing was reserved");
    assert_eq!(
        complete(&shop, &cart).await["errors"][0]["code"],
        "PAYMENT_INSUFFICIENT"
    );
    // A cart that costs less than what was paid for it is not sold either, until the payment is made anew.
    let two = shop.ready_cart(&variant, 2).await;
    start(&shop, &two, json!({})).await;
    let fewer = json!({ "cartToken": two["token"], "lines": [{ "id": two["lines"][0]["id"], "quantity": 1 }] });
    shop.cart_ok("cartLinesUpdate", fewer).await;
    assert_eq!(complete(&shop, &two).await["errors"][0]["code"], "TOTAL_MISMATCH");
    assert_eq!(start(&shop, &two, json!({})).await["errors"], json!([]));
    assert_eq!(complete(&shop, &two).await["errors"], json!([]));
}

#[tokio::test]
async fn what_costs_nothing_needs_no_payment() {
    let shop = Shop::demo().await;
    let variants = json!([{ "sku": "FREE-1", "price": usd(0), "stock": [{ "onHand": 3 }] }]);
    let input = json!({ "name": "Free leaflet", "status": "ACTIVE", "variants": variants });
    let made = shop
        .staff()
        .changed("productCreate", input, "product { variants { id } }")
        .await;
    let variant = made["product"]["variants"][0]["id"].as_str().expect("an id").to_owned();
    let id: entity::VariantId = variant.parse().expect("a variant id");
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    entity::catalog::variant::Entity::update_many()
        .col_expr(
            entity::catalog::variant::Column::RequiresShipping,
            sea_orm::sea_query::Expr::value(false),
        )
        .filter(entity::catalog::variant::Column::Id.eq(id))
        .exec(&shop.app.db)
        .await
        .expect("nothing to send");
    let lines = json!([{ "variantId": variant, "quantity": 1 }]);
    let cart = shop
        .cart_ok("cartCreate", json!({ "lines": lines, "email": "a@example.com" }))
        .await;
    assert_eq!(cart["total"]["amount"], "0.00");
    assert_eq!(start(&shop, &cart, json!({})).await["errors"][0]["code"], "NOTHING_DUE");
    let done = complete(&shop, &cart).await;
    assert_eq!(done["errors"], json!([]));
    assert_eq!(done["order"]["paymentStatus"], "PAID");
    assert_eq!(done["order"]["payments"], json!([]));
    assert_eq!(shop.levels(&variant).await, (3, 0, 1));
}
