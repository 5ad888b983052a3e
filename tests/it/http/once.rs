//! What is sent twice happens once.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use entity::platform::idempotency_key;
use futures_util::future::join_all;
use merx::app::Builder;
use merx::http::Endpoint;
use merx::platform::clock::Clock;
use merx::platform::db::Backend;
use merx::platform::id::Ids;
use merx::platform::idempotency::{Effect, Key, Mine, Turn};
use merx::platform::seal::Seal;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Shop, noon};

const ADJUST: &str = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) {
    errors { code } variant { id stock { onHand } } } }";
const KEY: &str = "f2a7c5e0-7d1b-4c9a-9d53-2c1a7a4b1f00";

/// A shop and a variant with ten units, at the default location.
async fn with_ten() -> (Shop, String) {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 10).await;
    (shop, variant)
}

fn by(variant: &str, delta: i64) -> Value {
    json!({ "input": { "variantId": variant, "delta": delta, "reason": "a delivery" } })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_with_one_key_have_one_effect_and_one_answer() {
    let (shop, variant) = with_ten().await;
    let staff = shop.staff().with_key(KEY);
    let answers = join_all((0..50).map(|_| staff.send(ADJUST, by(&variant, 5)))).await;
    for answer in &answers {
        assert_eq!(answer["data"], answers[0]["data"], "{answer:#}");
        assert_eq!(answer["data"]["stockAdjust"]["errors"], json!([]), "{answer:#}");
    }
    assert_eq!(shop.levels(&variant).await.0, 15);
}

#[tokio::test]
async fn a_key_is_for_one_request_of_one_caller() {
    let (shop, variant) = with_ten().await;
    let staff = shop.staff().with_key(KEY);
    staff.data(ADJUST, by(&variant, 5)).await;
    let (code, _) = staff.refused(ADJUST, by(&variant, 6)).await;
    assert_eq!(code, "IDEMPOTENCY_MISMATCH");
    // Another selection would have another answer.
    let other = ADJUST.replace("errors { code }", "errors { code message }");
    assert_eq!(staff.refused(&other, by(&variant, 5)).await.0, "IDEMPOTENCY_MISMATCH");
    assert_eq!(shop.levels(&variant).await.0, 15);
    // Somebody else's keys are its own.
    let create = "mutation { cartCreate(input: {}) { cart { id } } }";
    let cart = shop.with_key(KEY).data(create, json!({})).await;
    assert!(cart["cartCreate"]["cart"]["id"].is_string());
    assert_eq!(shop.with_key(KEY).data(create, json!({})).await, cart);
    assert_ne!(shop.data(create, json!({})).await, cart);
}

/// What moves money or stock needs a key where the configuration says so, as it does in production by itself.
#[tokio::test]
async fn what_must_not_happen_twice_needs_a_key() {
    use merx::config::IdempotencyKeys;
    let required = |config: &mut merx::config::Config| {
        config.payments.idempotency_keys = Some(IdempotencyKeys::Required);
    };
    let shop = Shop::configured(required).await;
    assert!(shop.app.config.idempotency_keys_required());
    assert!(!Shop::demo().await.app.config.idempotency_keys_required());
    let (variant, _) = shop.variant(1).await;
    let staff = shop.staff();
    let usd = json!({ "amount": "5.00", "currencyCode": "USD" });
    let create = "mutation($input: GiftCardCreateInput!) { giftCardCreate(input: $input) { giftCard { id } code
        errors { code } } }";
    let adjust = "mutation($input: GiftCardAdjustInput!) { giftCardAdjust(input: $input) { errors { code } } }";
    let complete = "mutation($input: CheckoutCompleteInput!) { checkoutComplete(input: $input) { errors { code } } }";
    let card = "giftcard_01jd3v9k3hf2x8k3w2v5m0q7zt";
    for (document, input) in [
        (ADJUST, by(&variant, 1)),
        (create, json!({ "input": { "amount": usd } })),
        (adjust, json!({ "input": { "id": card, "delta": usd, "reason": "" } })),
        (complete, json!({ "input": { "cartToken": "nobody" } })),
    ] {
        let (code, message) = staff.refused(document, input.clone()).await;
        assert_eq!(code, "IDEMPOTENCY_KEY_REQUIRED", "{document}");
        assert!(message.contains("Idempotency-Key"), "{message}");
        let answer = staff.with_key(KEY).send(document, input).await;
        assert!(answer.get("errors").is_none(), "{answer:#}");
    }
    // The code of a card is in the answer that is remembered, and only with the key.
    let staff = staff.with_key("another-key-of-staff");
    let first = staff.data(create, json!({ "input": { "amount": usd } })).await;
    assert_eq!(staff.data(create, json!({ "input": { "amount": usd } })).await, first);
    assert!(first["giftCardCreate"]["code"].is_string());
    // Others take one, and need none.
    shop.cart_ok("cartCreate", json!({})).await;
}

#[tokio::test]
async fn a_field_may_have_a_key_of_its_own() {
    let (shop, variant) = with_ten().await;
    let document = "mutation($input: StockAdjustInput!, $key: String!) {
        first: stockAdjust(input: $input) @idempotent(key: $key) { errors { code } }
        second: stockAdjust(input: $input) @idempotent(key: \"another-key-of-it\") { errors { code } } }";
    let mut variables = by(&variant, 1);
    variables["key"] = json!(KEY);
    for _ in 0..3 {
        shop.staff().data(document, variables.clone()).await;
    }
    assert_eq!(shop.levels(&variant).await.0, 12);
    for key in ["short", "", &"x".repeat(256), "with a blank in it"] {
        variables["key"] = json!(key);
        let (code, message) = shop.staff().refused(document, variables.clone()).await;
        assert_eq!(code, "BAD_USER_INPUT", "{key}: {message}");
    }
}

#[tokio::test]
async fn a_refusal_is_not_remembered() {
    let (shop, variant) = with_ten().await;
    let staff = shop.staff().with_key(KEY);
    let mut variables = by(&variant, 5);
    variables["input"]["expectedOnHand"] = json!(11);
    let refused = staff.data(ADJUST, variables.clone()).await;
    assert_eq!(refused["stockAdjust"]["errors"][0]["code"], "STOCK_MISMATCH");
    shop.stock(&variant, 11).await;
    let done = staff.data(ADJUST, variables.clone()).await;
    assert_eq!(done["stockAdjust"]["errors"], json!([]));
    // What was done is: now it would be refused.
    assert_eq!(staff.data(ADJUST, variables).await, done);
    assert_eq!(shop.levels(&variant).await.0, 16);
}

#[tokio::test]
async fn an_answer_outlives_the_server_and_is_forgotten_after_a_day() {
    let shop = Shop::frozen(noon()).await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 10).await;
    let first = shop.staff().with_key(KEY).data(ADJUST, by(&variant, 5)).await;
    let again = Builder::new(shop.app.config.clone()).clock(shop.app.clock.clone());
    let again = again.build().await.expect("the application opens again");
    let endpoint = Endpoint::new(again.clone()).expect("a schema");
    let headers = shop.staff().with_key(KEY).headers().clone();
    let answer = endpoint.execute(&headers, ADJUST, None, by(&variant, 5)).await;
    assert_eq!(answer.data.into_json().expect("JSON"), first);
    again.db.close().await.expect("it closes");

    shop.app.clock.advance(Duration::from_secs(24 * 3600 - 1));
    let forget = async || merx::platform::idempotency::forget_expired(&shop.app.db, &shop.app.clock).await;
    assert_eq!(forget().await.expect("swept"), 0);
    shop.app.clock.advance(Duration::from_secs(1));
    assert_eq!(forget().await.expect("swept"), 1);
    shop.staff().with_key(KEY).data(ADJUST, by(&variant, 5)).await;
    assert_eq!(shop.levels(&variant).await.0, 20);
}

async fn turn(shop: &Shop, fingerprint: &str) -> Turn {
    let key = Key::new("somebody", KEY, "there");
    let turn = shop.app.turns.take(&key, fingerprint).await;
    turn.expect("the database answers")
}

async fn mine(shop: &Shop) -> Mine {
    match turn(shop, "asked").await {
        Turn::Mine(mine) => mine,
        _ => panic!("it is somebody else's turn"),
    }
}

/// A change that commits something.
async fn commit(shop: &Shop) {
    let tx = shop.app.db.begin().await.expect("a transaction");
    tx.commit().await.expect("it commits");
}

#[tokio::test]
async fn who_dies_before_the_commit_is_followed_by_the_next() {
    let shop = Shop::frozen(noon()).await;
    let mut dying = mine(&shop).await;
    let (_, effect) = dying.run(false, async {}).await;
    assert_eq!(effect, Effect::None);
    drop(dying);
    shop.app.clock.advance(Duration::from_secs(61));
    assert!(matches!(turn(&shop, "asked").await, Turn::Mine(_)));
    assert!(matches!(turn(&shop, "something else").await, Turn::Mismatch));
}

#[tokio::test]
async fn who_dies_between_commit_and_answer_is_not_repeated() {
    let shop = Shop::frozen(noon()).await;
    let mut dying = mine(&shop).await;
    let (_, effect) = dying.run(false, commit(&shop)).await;
    assert_eq!(effect, Effect::Committed);
    drop(dying);
    shop.app.clock.advance(Duration::from_secs(61));
    assert!(matches!(turn(&shop, "asked").await, Turn::AnswerLost));
}

/// The change lasts, then its answer fails: the same key must not do it again.
#[tokio::test]
async fn what_lasts_is_not_done_again_because_its_answer_failed() {
    let shop = Shop::frozen(noon()).await;
    let mut failing = mine(&shop).await;
    let (_, effect) = failing.run(false, commit(&shop)).await;
    assert_eq!(effect, Effect::Committed);
    failing.lost().await.expect("noted");
    assert!(matches!(turn(&shop, "asked").await, Turn::AnswerLost));
}

/// A refusal is seen however the client asks for it.
#[tokio::test]
async fn a_refusal_in_a_fragment_or_without_errors_is_not_remembered() {
    for shown in [
        "...on StockAdjustPayload { oh: errors { code } }",
        "...Refused",
        "variant { id }",
    ] {
        let (shop, variant) = with_ten().await;
        let staff = shop.staff().with_key(KEY);
        let fragment = "fragment Refused on StockAdjustPayload { errors { code } }";
        let fragment = if shown == "...Refused" { fragment } else { "" };
        let document =
            format!("mutation($input: StockAdjustInput!) {{ stockAdjust(input: $input) {{ {shown} }} }} {fragment}");
        let mut variables = by(&variant, 5);
        variables["input"]["expectedOnHand"] = json!(11);
        staff.data(&document, variables.clone()).await;
        shop.stock(&variant, 11).await;
        staff.data(&document, variables).await;
        assert_eq!(shop.levels(&variant).await.0, 16, "{shown}");
    }
}

#[tokio::test]
async fn a_change_that_was_taken_back_had_no_effect() {
    let shop = Shop::frozen(noon()).await;
    let mut trying = mine(&shop).await;
    let taken_back = async {
        let tx = shop.app.db.begin().await.expect("a transaction");
        tx.rollback().await.expect("it is taken back");
    };
    let (_, effect) = trying.run(false, taken_back).await;
    assert_eq!(effect, Effect::None);
    trying.refused().await.expect("forgotten");
    assert!(matches!(turn(&shop, "something else").await, Turn::Mine(_)));
}

#[tokio::test]
async fn a_change_that_can_go_on_goes_on() {
    let shop = Shop::frozen(noon()).await;
    let mut dying = mine(&shop).await;
    let (_, effect) = dying.run(true, commit(&shop)).await;
    assert_eq!(effect, Effect::Committed);
    drop(dying);
    shop.app.clock.advance(Duration::from_secs(61));
    let next = mine(&shop).await;
    let answer = json!({ "done": true });
    next.answered(&shop.app.ids, &answer).await.expect("remembered");
    match turn(&shop, "asked").await {
        Turn::Answered(answer) => assert_eq!(answer, json!({ "done": true })),
        _ => panic!("it was answered"),
    }
}

/// Takes the turn of each of `numbers`, and answers with it. Whose turn it was.
async fn run_all(shop: &Shop, numbers: &[usize]) -> Vec<bool> {
    let run = async |n: &usize| {
        let (key, answer) = (
            Key::new("somebody", &format!("key-{n}"), "there"),
            json!({ "number": n }),
        );
        match shop.app.turns.take(&key, "asked").await.expect("a turn") {
            Turn::Mine(mut mine) => {
                mine.run(true, commit(shop)).await;
                mine.answered(&shop.app.ids, &answer).await.expect("remembered");
                true
            }
            Turn::Answered(given) => {
                assert_eq!(given, answer);
                false
            }
            _ => panic!("it is somebody else's turn"),
        }
    };
    join_all(numbers.iter().map(run)).await
}

#[tokio::test]
async fn many_keys_at_once_are_written_together_and_each_has_its_own_answer() {
    let shop = Shop::demo().await;
    let numbers: Vec<usize> = (0..30).collect();
    let (statements, whose) = shop.statements(run_all(&shop, &numbers)).await;
    assert!(whose.iter().all(|mine| *mine));
    if Backend::of(&shop.app.db) == Backend::Postgres {
        assert!(statements < 30, "{statements} statements for 30 claims and 30 answers");
    }
    assert!(run_all(&shop, &numbers).await.iter().all(|mine| !mine));
    // The first goes alone; the others wait for it, and two of them have one key.
    let whose = run_all(&shop, &[50, 51, 51, 52]).await;
    match Backend::of(&shop.app.db) {
        Backend::Postgres => assert_eq!(whose, [true, true, false, true]),
        // There each goes by itself, in any order.
        Backend::Sqlite => assert!(whose[0] && whose[3] && whose[1] != whose[2], "{whose:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_sealed_with_its_key() {
    let shop = Shop::demo().await;
    let create = "mutation { cartCreate(input: {}) { cart { token } } }";
    let cart = shop.with_key(KEY).data(create, json!({})).await;
    let token = cart["cartCreate"]["cart"]["token"].as_str().expect("a token");
    let rows = idempotency_key::Entity::find().all(&shop.app.db).await.expect("rows");
    let answers: Vec<&str> = rows.iter().filter_map(|row| row.answer.as_deref()).collect();
    assert_eq!(answers.len(), 1);
    let bytes = STANDARD.decode(answers[0]).expect("base64");
    for secret in [token, KEY] {
        assert!(!answers[0].contains(secret) && !rows[0].id.contains(secret));
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}

#[test]
fn what_was_sealed_is_opened_by_the_same_secret_alone() {
    let ids = Ids::seeded(Clock::frozen(noon()), 7);
    let seal = Seal::new("test", &["a", "bc"]);
    let sealed = seal.seal(&ids, b"plain").expect("sealed");
    assert_eq!(seal.open(&sealed).as_deref(), Some(&b"plain"[..]));
    assert_ne!(seal.seal(&ids, b"plain"), Some(sealed.clone()));
    for other in [Seal::new("test", &["ab", "c"]), Seal::new("other", &["a", "bc"])] {
        assert_eq!(other.open(&sealed), None);
    }
    let changed: String = sealed.chars().rev().collect();
    assert_eq!(seal.open(&changed), None);
    assert_eq!(seal.open("short"), None);
}

#[tokio::test]
async fn sign_ins_are_never_remembered() {
    let shop = Shop::demo().await;
    shop.customer("somebody@example.com").await;
    let document = "mutation($input: SessionCreateInput!) { sessionCreate(input: $input) { refreshToken } }";
    let input = json!({ "input": { "email": "somebody@example.com", "password": PASSWORD } });
    let keyed = shop.with_key(KEY);
    let (first, second) = (
        keyed.data(document, input.clone()).await,
        keyed.data(document, input).await,
    );
    assert!(first["sessionCreate"]["refreshToken"].is_string());
    assert_ne!(first, second);
    let rows = idempotency_key::Entity::find().all(&shop.app.db).await.expect("rows");
    assert_eq!(rows.len(), 0);
}

#[tokio::test]
async fn a_key_counts_in_one_channel_and_for_one_cart() {
    let (shop, variant) = with_ten().await;
    let staff = shop.staff().with_key(KEY);
    staff.data(ADJUST, by(&variant, 5)).await;
    let (code, _) = staff.channel("eu").refused(ADJUST, by(&variant, 5)).await;
    assert_eq!(code, "IDEMPOTENCY_MISMATCH");
    let (code, _) = staff.with_cart("another").refused(ADJUST, by(&variant, 5)).await;
    assert_eq!(code, "IDEMPOTENCY_MISMATCH");
}

#[test]
fn nobody_tries_a_password_on_a_fingerprint_without_the_key() {
    let of = |key: &str| Key::new("anonymous", key, "customerRegister").fingerprint("hunter2");
    assert_eq!(of(KEY), of(KEY));
    assert_ne!(of(KEY), of("another-key-of-it"));
}
