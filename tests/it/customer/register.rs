//! Somebody opens an account; nobody learns who has one.

use entity::account::account;
use std::time::{Duration, Instant};

use merx::account::AccountKind;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Shop};

async fn account_of(shop: &Shop, email: &str) -> Option<account::Model> {
    account::Entity::find()
        .filter(account::Column::Kind.eq(AccountKind::Customer))
        .filter(account::Column::Email.eq(email))
        .one(&shop.app.db)
        .await
        .expect("accounts")
}

async fn sign_in_code(shop: &Shop, email: &str, password: &str) -> Value {
    let input = json!({ "email": email, "password": password });
    let payload = shop.change("sessionCreate", input, "accessToken").await;
    payload.pointer("/errors/0/code").cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_new_customer_confirms_the_address_and_signs_in() {
    let shop = Shop::demo().await;
    let payload = shop.register("  New@Example.com ", PASSWORD).await;
    assert_eq!(payload["errors"], json!([]));
    let customer = &payload["customer"];
    assert_eq!(customer["email"], "new@example.com");
    assert_eq!(customer["emailVerified"], false);
    assert_ne!(
        sign_in_code(&shop, "new@example.com", PASSWORD).await,
        Value::Null,
        "not confirmed"
    );

    shop.verify("new@example.com").await;
    let me = shop.customer_in("new@example.com", PASSWORD).await;
    let data = me
        .data("{ me { id email firstName lastName emailVerified } }", json!({}))
        .await;
    assert_eq!(
        data["me"],
        json!({ "id": customer["id"], "email": "new@example.com", "firstName": "Ada", "lastName": "Byron",
            "emailVerified": true })
    );
    let letters = shop.letters_to("new@example.com");
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0].contains("http://localhost:3000/account/verify-email#token="),
        "{}",
        letters[0]
    );
    assert_eq!(shop.data("{ me { id } }", json!({})).await["me"], Value::Null);
    assert_eq!(shop.staff().data("{ me { id } }", json!({})).await["me"], Value::Null);
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test]
async fn a_code_works_once_and_only_for_what_it_is() {
    let shop = Shop::demo().await;
    shop.register("once@example.com", PASSWORD).await;
    let token = shop.code_for("once@example.com", "Confirm your e-mail address").await;
    let reset = json!({ "token": token, "newPassword": "another walk by the sea" });
    assert_eq!(shop.change_refused("passwordReset", reset).await.0, "INVALID_TOKEN");
    let change = shop
        .change_refused("customerEmailChangeConfirm", json!({ "token": token }))
        .await;
    assert_eq!(change, ("INVALID_TOKEN".to_owned(), json!(["token"])));
    shop.changed("customerEmailVerify", json!({ "token": token }), "ok")
        .await;
    for wrong in [token.as_str(), "guessed", ""] {
        let refused = shop
            .change_refused("customerEmailVerify", json!({ "token": wrong }))
            .await;
        assert_eq!(refused, ("INVALID_TOKEN".to_owned(), json!(["token"])));
    }
    // A newer letter ends the older one.
    shop.register("two@example.com", PASSWORD).await;
    let first = shop.code_for("two@example.com", "Confirm your e-mail address").await;
    shop.changed(
        "customerVerificationResend",
        json!({ "email": "two@example.com" }),
        "ok",
    )
    .await;
    let second = shop.code_for("two@example.com", "Confirm your e-mail address").await;
    assert_ne!(first, second);
    assert_eq!(
        shop.change_refused("customerEmailVerify", json!({ "token": first }))
            .await
            .0,
        "INVALID_TOKEN"
    );
    shop.changed("customerEmailVerify", json!({ "token": second }), "ok")
        .await;
}

#[tokio::test]
async fn a_taken_address_gets_the_same_answer() {
    let shop = Shop::demo().await;
    let taken = shop.customer("taken@example.com").await;
    let anonymous = |mut payload: Value, email: &str| {
        let id = payload["customer"]["id"].take();
        assert!(id.as_str().is_some_and(|id| id.starts_with("customer_")), "{payload}");
        assert_eq!(payload["customer"]["email"].take(), email);
        (payload, id)
    };
    let other = "quite another walk by the sea";
    let (fresh, _) = anonymous(shop.register("fresh@example.com", other).await, "fresh@example.com");
    let (again, id) = anonymous(shop.register("Taken@example.com", other).await, "taken@example.com");
    assert_eq!(fresh, again, "the answers differ");
    let mine = taken.data("{ me { id } }", json!({})).await["me"]["id"].take();
    assert_ne!(mine, id, "the id tells that it is taken");
    // Nothing has changed, but for a letter.
    shop.work().await;
    assert_eq!(
        taken.data("{ me { firstName } }", json!({})).await["me"]["firstName"],
        "Ada"
    );
    assert_eq!(
        sign_in_code(&shop, "taken@example.com", other).await,
        "INVALID_CREDENTIALS"
    );
    assert_eq!(sign_in_code(&shop, "taken@example.com", PASSWORD).await, Value::Null);
    let letters = shop.letters_to("taken@example.com");
    let said = letters
        .iter()
        .filter(|l| l.contains("Subject: You already have an account"))
        .count();
    assert_eq!((letters.len(), said), (2, 1));
}

#[tokio::test]
async fn a_taken_address_takes_as_long() {
    let shop = Shop::demo().await;
    shop.register("taken@example.com", PASSWORD).await;
    let (mut fresh, mut taken) = (Duration::MAX, Duration::MAX);
    let work = async |email: &str, best: &mut Duration| {
        let (hashes, start) = (shop.app.passwords.asked(), Instant::now());
        shop.register(email, "quite another walk").await;
        *best = start.elapsed().min(*best);
        shop.app.passwords.asked() - hashes
    };
    for i in 0..8 {
        let for_fresh = work(&format!("fresh{i}@example.com"), &mut fresh).await;
        let for_taken = work("taken@example.com", &mut taken).await;
        // Next to a hash, nothing else that is done here takes any time.
        assert!(for_fresh > 0);
        assert_eq!(for_fresh, for_taken);
    }
    // The fastest of each: whatever else the machine does only makes some slower. Without a hash it is a tenth.
    let ratio = taken.as_secs_f64() / fresh.as_secs_f64();
    assert!(
        (0.25..4.0).contains(&ratio),
        "{taken:?} for a taken address, {fresh:?} for a new one"
    );
}

#[tokio::test]
async fn asking_for_a_letter_tells_nothing() {
    let shop = Shop::demo().await;
    shop.customer("proven@example.com").await;
    shop.register("waiting@example.com", PASSWORD).await;
    shop.work().await;
    let before =
        ["proven@example.com", "waiting@example.com", "nobody@example.com"].map(|to| shop.letters_to(to).len());
    let mut answers = Vec::new();
    for email in ["proven@example.com", "waiting@example.com", "nobody@example.com"] {
        let input = json!({ "email": email });
        shop.know_channels().await;
        let (statements, answer) = shop
            .statements(shop.change("customerVerificationResend", input, "ok warnings { code }"))
            .await;
        answers.push((answer, statements));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    shop.work().await;
    let after = ["proven@example.com", "waiting@example.com", "nobody@example.com"].map(|to| shop.letters_to(to).len());
    assert_eq!(
        [after[0] - before[0], after[1] - before[1], after[2] - before[2]],
        [0, 1, 0]
    );
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test]
async fn nobody_keeps_a_password_for_an_address_that_another_registers_too() {
    let shop = Shop::demo().await;
    let (theirs, mine) = ("the password of a stranger", "my own and secret password");
    shop.register("victim@example.com", theirs).await;
    // The letters go out one after the other: the newest has the code that works.
    shop.work().await;
    shop.register("victim@example.com", mine).await;
    shop.verify("victim@example.com").await;
    for password in [theirs, mine] {
        assert_eq!(
            sign_in_code(&shop, "victim@example.com", password).await,
            "INVALID_CREDENTIALS"
        );
    }
    shop.changed("passwordResetRequest", json!({ "email": "victim@example.com" }), "")
        .await;
    let token = shop.code_for("victim@example.com", "Choose a new password").await;
    shop.changed("passwordReset", json!({ "token": token, "newPassword": mine }), "")
        .await;
    shop.customer_in("victim@example.com", mine).await;

    // Who sends the form twice is one and the same.
    shop.register("twice@example.com", mine).await;
    shop.work().await;
    shop.register("twice@example.com", mine).await;
    shop.verify("twice@example.com").await;
    shop.customer_in("twice@example.com", mine).await;
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused() {
    let shop = Shop::demo().await;
    let register = async |email: &str, password: &str, first: &str| {
        let input = json!({ "email": email, "password": password, "firstName": first });
        shop.change_refused("customerRegister", input).await
    };
    let at = |code: &str, field: &str| (code.to_owned(), json!([field]));
    assert_eq!(
        register("no address", PASSWORD, "Ada").await,
        at("INVALID_INPUT", "email")
    );
    assert_eq!(
        register("a@example.com", "short", "Ada").await,
        at("WEAK_PASSWORD", "password")
    );
    assert_eq!(
        register("a@example.com", "password123", "Ada").await,
        at("WEAK_PASSWORD", "password")
    );
    assert_eq!(
        register("quincebottom@example.com", "quincebottom1", "Ada").await,
        at("WEAK_PASSWORD", "password")
    );
    let long = "x".repeat(101);
    assert_eq!(
        register("a@example.com", PASSWORD, &long).await,
        at("INVALID_INPUT", "firstName")
    );
    let html = "<a href=x>";
    assert_eq!(
        register("a@example.com", PASSWORD, html).await,
        at("INVALID_INPUT", "firstName")
    );
    assert!(account_of(&shop, "a@example.com").await.is_none());
    shop.work().await;
    assert!(shop.letters().is_empty());
}

#[tokio::test]
async fn registering_is_slow_for_who_does_nothing_else() {
    let shop = Shop::frozen(crate::support::noon()).await;
    let mut answers = Vec::new();
    for i in 0..22 {
        // Refused for its password, so that nothing is hashed: counted before it is looked at or not, see below.
        let input = json!({ "email": format!("many{}@example.com", i), "password": PASSWORD });
        let document =
            "mutation($input: CustomerRegisterInput!) { customerRegister(input: $input) { errors { code } } }";
        let answer = shop.send(document, json!({ "input": input })).await;
        answers.push(answer["errors"][0]["extensions"]["code"].clone());
    }
    let refused = answers.iter().filter(|code| **code == "RATE_LIMITED").count();
    assert!((1..=3).contains(&refused), "{answers:?}");
}
