//! Gift cards: nobody spends one twice, and every movement is in its history.

use entity::payment::{gift_card, gift_card_entry};
use futures_util::future::join_all;
use merx::payment::gift_card::Code;
use merx::platform::clock::Clock;
use merx::platform::id::Ids;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::several::{balance, gift_card};
use crate::support::Shop;

fn usd(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "USD" })
}

async fn card(shop: &Shop, id: &Value) -> (gift_card::Model, i64) {
    let id: entity::GiftCardId = id.as_str().expect("an id").parse().expect("a gift card id");
    let card = gift_card::Entity::find_by_id(id).one(&shop.app.db).await;
    let entries = gift_card_entry::Entity::find().filter(gift_card_entry::Column::GiftCardId.eq(id));
    let entries = entries.all(&shop.app.db).await.expect("read");
    let sum = entries.iter().map(|entry| entry.amount).sum();
    (card.expect("read").expect("the card"), sum)
}

#[test]
fn codes_are_read_as_people_type_them() {
    let ids = Ids::seeded(Clock::system(), 7);
    for _ in 0..200 {
        let code = Code::new(&ids);
        let shown = code.shown();
        assert_eq!(shown.len(), 24, "{shown}");
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            shown.replace('-', " ").replace('0', "o").replace('1', "l"),
        ] {
            assert!(Code::parse(&typed).is_some_and(|read| read == code), "{typed}");
        }
        assert!(shown.ends_with(code.ending()));
    }
    let first = Code::new(&ids);
    assert_ne!(first.hash(), Code::new(&ids).hash());
    for nonsense in [
        "",
        "0",
        "ABCD-EFGH",
        &"0".repeat(21),
        &"0".repeat(1000),
        "U000-0000-0000-0000-0000",
        "ÄÖ",
    ] {
        assert!(Code::parse(nonsense).is_none(), "{nonsense}");
    }
}

/// Two hundred carts spend one card at once. It holds enough for ten of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once_never_spend_more_than_there_is() {
    // The limit of guesses is another test.
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 500).await;
    let (id, code) = gift_card(&shop, 1000).await;
    let mut carts = Vec::new();
    for _ in 0..200 {
        carts.push(shop.ready_cart(&variant, 1).await);
    }
    let spend = |cart: &Value| {
        let command = merx::checkout::StartPayment {
            cart_token: cart["token"].as_str().expect("a token").to_owned(),
            gateway: "gift_card".to_owned(),
            token: code.as_str().map(str::to_owned),
            return_url: None,
            customer: None,
            amount: Some(merx::platform::money::Money::new(
                100,
                "USD".parse().expect("a currency"),
            )),
            expected_total: None,
            payment_method: None,
            save_method: false,
        };
        merx::checkout::start_payment(&shop.app, command)
    };
    let answers = join_all(carts.iter().map(spend)).await;
    let spent = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(spent, 10);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert!(
            matches!(refused, merx::checkout::StartError::GiftCard(_)),
            "{refused:?}"
        );
    }
    let (card, sum) = card(&shop, &id).await;
    assert_eq!((card.balance, sum), (0, 0));
}

#[tokio::test]
async fn a_card_is_issued_adjusted_and_disabled() {
    let shop = Shop::demo().await;
    let (id, code) = gift_card(&shop, 2500).await;
    let kept = card(&shop, &id).await.0;
    let plain = code.as_str().expect("a code").replace('-', "");
    assert!(!kept.code_hash.contains(&plain) && plain.ends_with(&kept.ending));
    let staff = shop.staff();
    let adjust = |amount: &str| json!({ "id": id, "delta": usd(amount), "reason": "a complaint" });
    staff.changed("giftCardAdjust", adjust("5.00"), "giftCard { id }").await;
    staff
        .changed("giftCardAdjust", adjust("-10.00"), "giftCard { id }")
        .await;
    assert_eq!(balance(&shop, &code).await, 2000);
    assert_eq!(
        staff.change_refused("giftCardAdjust", adjust("-20.01")).await.0,
        "GIFT_CARD_INVALID"
    );
    assert_eq!(
        staff.change_refused("giftCardAdjust", adjust("0")).await.0,
        "INVALID_INPUT"
    );
    let (row, sum) = card(&shop, &id).await;
    assert_eq!((row.balance, sum), (2000, 2000));
    let list = "{ giftCards(first: 5) { totalCount nodes { ending entries { nodes { type amount { amount } } } } } }";
    let listed = staff.data(list, json!({})).await["giftCards"].take();
    assert_eq!(listed["nodes"][0]["entries"]["nodes"].as_array().map(Vec::len), Some(3));
    staff
        .changed("giftCardDisable", json!({ "id": id }), "giftCard { disabledAt }")
        .await;
    assert_eq!(
        balance(&shop, &code).await,
        Value::Null,
        "nobody is told of it any more"
    );
    for input in [
        json!({ "amount": usd("0") }),
        json!({ "amount": usd("-1.00") }),
        json!({ "amount": usd("5.00"), "expiresAt": "2020-01-01T00:00:00Z" }),
    ] {
        assert_eq!(staff.change_refused("giftCardCreate", input).await.0, "INVALID_INPUT");
    }
}

/// Codes are counted, right or wrong, however the requests are cut.
#[tokio::test]
async fn codes_cannot_be_tried_out() {
    let shop = Shop::demo().await;
    let field = |n: usize| format!("c{n}: giftCardBalance(code: \"0000-0000-0000-0000-{n:04}\") {{ ending }} ");
    let tries: String = (0..30).map(field).collect();
    let answer = shop.send(&format!("{{ {tries} }}"), json!({})).await;
    let refused = answer["errors"].as_array().expect("some are refused");
    assert_eq!(refused.len(), 10, "{answer:#}");
    assert!(
        refused
            .iter()
            .all(|error| error["extensions"]["code"] == "RATE_LIMITED")
    );
}
