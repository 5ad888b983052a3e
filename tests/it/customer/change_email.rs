//! A customer takes another address.

use serde_json::{Value, json};

use crate::support::{PASSWORD, Shop};

async fn ask(me: &Shop, email: &str, password: &str) -> Value {
    let input = json!({ "newEmail": email, "password": password });
    me.change("customerEmailChangeRequest", input, "ok").await
}

async fn email_of(me: &Shop) -> Value {
    me.data("{ me { email } }", json!({})).await["me"]["email"].take()
}

#[tokio::test]
async fn the_new_address_counts_when_it_is_confirmed() {
    let shop = Shop::demo().await;
    let guest = shop.bought_by("new@example.com").await;
    let me = shop.customer("old@example.com").await;
    let elsewhere = shop.customer_in("old@example.com", PASSWORD).await;
    let wrong = ask(&me, "new@example.com", "not my password").await;
    assert_eq!(
        (&wrong["errors"][0]["code"], &wrong["errors"][0]["path"]),
        (&json!("INVALID_CREDENTIALS"), &json!(["password"]))
    );
    assert_eq!(
        ask(&me, "nonsense", PASSWORD).await["errors"][0]["path"],
        json!(["newEmail"])
    );
    assert_eq!(ask(&me, "New@example.com", PASSWORD).await["ok"], true);
    assert_eq!(email_of(&me).await, "old@example.com");
    let token = shop
        .code_for("new@example.com", "Confirm your new e-mail address")
        .await;
    let notice = shop.letters_to("old@example.com").pop().expect("a notice");
    assert!(
        notice.contains("Subject: Your e-mail address is to be changed") && notice.contains("n***@example.com"),
        "{notice}"
    );
    assert!(
        !notice.contains(&token) && !notice.contains("new@example.com"),
        "the old address gets no secret"
    );

    me.changed("customerEmailChangeConfirm", json!({ "token": token }), "ok")
        .await;
    shop.work().await;
    assert_eq!(email_of(&me).await, "new@example.com");
    assert_eq!(
        me.my_orders().await,
        [guest["number"].as_str().expect("a number")],
        "the address is proven"
    );
    let (code, _) = elsewhere.refused("{ me { email } }", json!({})).await;
    assert_eq!(code, "UNAUTHENTICATED", "other sessions end");
    let old = json!({ "email": "old@example.com", "password": PASSWORD });
    assert_eq!(shop.change_refused("sessionCreate", old).await.0, "INVALID_CREDENTIALS");
    shop.customer_in("new@example.com", PASSWORD).await;
    let again = shop
        .change_refused("customerEmailChangeConfirm", json!({ "token": token }))
        .await;
    assert_eq!(again.0, "INVALID_TOKEN");
    assert_eq!(shop.dead_jobs().await, 0);
}

#[tokio::test]
async fn a_taken_address_is_told_to_its_owner_alone() {
    let shop = Shop::demo().await;
    let me = shop.customer("me@example.com").await;
    shop.customer("theirs@example.com").await;
    let taken = ask(&me, "theirs@example.com", PASSWORD).await;
    let free = ask(&me, "free@example.com", PASSWORD).await;
    assert_eq!(taken, free);
    shop.work().await;
    let letter = shop.letters_to("theirs@example.com").pop().expect("a letter");
    assert!(letter.contains("Subject: You already have an account"), "{letter}");
    // Taken meanwhile: who holds the letter holds the address, and may know.
    let token = shop
        .code_for("free@example.com", "Confirm your new e-mail address")
        .await;
    shop.customer("free@example.com").await;
    let refused = me
        .change_refused("customerEmailChangeConfirm", json!({ "token": token }))
        .await;
    assert_eq!(refused.0, "ALREADY_EXISTS");
    assert_eq!(email_of(&me).await, "me@example.com");
}

#[tokio::test]
async fn no_address_can_be_asked_for_by_nobody() {
    let shop = Shop::demo().await;
    let document =
        "mutation($input: CustomerEmailChangeRequestInput!) { customerEmailChangeRequest(input: $input) { ok } }";
    let input = json!({ "input": { "newEmail": "x@example.com", "password": PASSWORD } });
    for seen in [shop.bearing("nonsense"), shop.staff()] {
        assert_eq!(seen.refused(document, input.clone()).await.0, "UNAUTHENTICATED");
    }
    assert_eq!(shop.refused(document, input).await.0, "UNAUTHENTICATED");
}

/// Somebody who knew the password asks for another address; the owner chooses a new password, and that is the end of it.
#[tokio::test]
async fn a_new_password_ends_a_change_that_was_asked_for() {
    let shop = Shop::demo().await;
    let thief = shop.customer("owner@example.com").await;
    assert_eq!(ask(&thief, "thief@example.com", PASSWORD).await["ok"], true);
    let token = shop
        .code_for("thief@example.com", "Confirm your new e-mail address")
        .await;
    shop.changed("passwordResetRequest", json!({ "email": "owner@example.com" }), "ok")
        .await;
    let secret = shop.code_for("owner@example.com", "Choose a new password").await;
    let reset = json!({ "token": secret, "newPassword": "another walk by the sea" });
    shop.changed("passwordReset", reset, "ok").await;
    let refused = shop
        .change_refused("customerEmailChangeConfirm", json!({ "token": token }))
        .await;
    assert_eq!(refused.0, "INVALID_TOKEN");
}

/// A letter that lies in the old mailbox opens nothing once the account has moved.
#[tokio::test]
async fn a_change_ends_the_letters_of_the_old_address() {
    let shop = Shop::demo().await;
    let me = shop.customer("old@example.com").await;
    shop.changed("passwordResetRequest", json!({ "email": "old@example.com" }), "ok")
        .await;
    let secret = shop.code_for("old@example.com", "Choose a new password").await;
    assert_eq!(ask(&me, "new@example.com", PASSWORD).await["ok"], true);
    let token = shop
        .code_for("new@example.com", "Confirm your new e-mail address")
        .await;
    me.changed("customerEmailChangeConfirm", json!({ "token": token }), "ok")
        .await;
    let reset = json!({ "token": secret, "newPassword": "another walk by the sea" });
    assert_eq!(shop.change_refused("passwordReset", reset).await.0, "INVALID_TOKEN");
}
