//! Sessions are listed and ended by whose they are, and by nobody else.

use merx::account::sweep;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use super::{PASSWORD, customer, customer_with, is_believed, refresh, sign_in};
use crate::support::{Shop, noon};

async fn sessions(shop: &Shop) -> Vec<Value> {
    let document = "{ sessions { id createdAt lastUsedAt expiresAt userAgent address current } }";
    let data = shop.data(document, json!({})).await;
    data["sessions"].as_array().expect("sessions").clone()
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    let (one, two, three) = (
        sign_in(&shop, "a@example.com").await,
        sign_in(&shop, "a@example.com").await,
        sign_in(&shop, "a@example.com").await,
    );
    let here = shop.bearing(&one.access);
    let listed = sessions(&here).await;
    assert_eq!(listed.len(), 3);
    assert_eq!(listed.iter().filter(|session| session["current"] == true).count(), 1);
    assert_eq!(listed[0]["address"], "127.0.0.1");
    let me = here
        .data("{ me { sessions { id createdAt lastUsedAt current } } }", json!({}))
        .await;
    assert_eq!(me["me"]["sessions"].as_array().map(Vec::len), Some(3));

    let other = sessions(&shop.bearing(&two.access)).await;
    let id = other.iter().find(|session| session["current"] == true).expect("it")["id"].clone();
    let ended = here
        .changed("sessionRevoke", json!({ "sessionId": id }), "revoked count")
        .await;
    assert_eq!((&ended["revoked"], &ended["count"]), (&json!(true), &json!(1)));
    assert!(!is_believed(&shop, &two.access).await, "at once");
    assert!(refresh(&shop, &two.refresh).await.is_err());
    assert!(is_believed(&shop, &three.access).await);
    let again = here
        .changed("sessionRevoke", json!({ "sessionId": id }), "revoked count")
        .await;
    assert_eq!(
        (&again["revoked"], &again["count"]),
        (&json!(true), &json!(0)),
        "over is over"
    );

    // With nothing named, the one that asks.
    here.changed("sessionRevoke", json!({}), "revoked").await;
    assert!(!is_believed(&shop, &one.access).await);
    let all = shop
        .bearing(&three.access)
        .changed("sessionRevoke", json!({ "all": true }), "count")
        .await;
    assert_eq!(all["count"], 1);
    assert!(!is_believed(&shop, &three.access).await);
    let (code, _) = shop.refused("{ sessions { id } }", json!({})).await;
    assert_eq!(code, "UNAUTHENTICATED");
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    customer(&shop, "b@example.com").await;
    let (a, b) = (
        sign_in(&shop, "a@example.com").await,
        sign_in(&shop, "b@example.com").await,
    );
    let id = sessions(&shop.bearing(&a.access)).await[0]["id"].clone();
    let refused = shop
        .bearing(&b.access)
        .change_refused("sessionRevoke", json!({ "sessionId": id }))
        .await;
    assert_eq!(refused, ("NOT_FOUND".to_owned(), json!(["sessionId"])));
    let nobody = "session_01jd3v9k3hf2x8k3w2v5m0q7zt";
    let unknown = shop
        .bearing(&b.access)
        .change_refused("sessionRevoke", json!({ "sessionId": nobody }))
        .await;
    assert_eq!(unknown, refused, "what is not theirs does not exist for them");
    assert!(is_believed(&shop, &a.access).await);
    assert_eq!(sessions(&shop.bearing(&b.access)).await.len(), 1);
    // Without an access token, the refresh token is what shows whose it is.
    shop.changed("sessionRevoke", json!({ "refreshToken": a.refresh }), "revoked")
        .await;
    assert!(!is_believed(&shop, &a.access).await);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    let (here, there) = (
        sign_in(&shop, "a@example.com").await,
        sign_in(&shop, "a@example.com").await,
    );
    let signed = shop.bearing(&here.access);
    let change = |new: &str| json!({ "currentPassword": PASSWORD, "newPassword": new });
    let weak = signed.change_refused("passwordChange", change("password1")).await;
    assert_eq!(weak, ("WEAK_PASSWORD".to_owned(), json!(["newPassword"])));
    let like = signed.change_refused("passwordChange", change("a@example.com")).await;
    assert_eq!(like.0, "WEAK_PASSWORD");
    signed
        .changed("passwordChange", change("twelve geese in a blue barn"), "ok")
        .await;
    assert!(is_believed(&shop, &here.access).await);
    assert!(!is_believed(&shop, &there.access).await);
    assert!(refresh(&shop, &here.refresh).await.is_ok());
    let old = shop
        .change_refused(
            "sessionCreate",
            json!({ "email": "a@example.com", "password": PASSWORD }),
        )
        .await;
    assert_eq!(old.0, "INVALID_CREDENTIALS");
    shop.work().await;
    assert!(
        shop.letters().iter().any(|letter| letter.contains("To: a@example.com")),
        "told by mail"
    );
}

#[tokio::test]
async fn a_closed_account_has_no_sessions() {
    let shop = Shop::demo().await;
    let id = customer(&shop, "a@example.com").await;
    let tokens = sign_in(&shop, "a@example.com").await;
    use sea_orm::{ActiveModelTrait, Set};
    let closed = entity::account::account::ActiveModel {
        id: Set(id),
        blocked_at: Set(Some(shop.app.clock.now())),
        ..Default::default()
    };
    closed.update(&shop.app.db).await.expect("a change");
    assert!(!is_believed(&shop, &tokens.access).await);
    assert!(refresh(&shop, &tokens.refresh).await.is_err());
}

#[tokio::test]
async fn what_is_past_is_deleted() {
    use entity::account::{one_time_token, refresh_token, session};
    let shop = Shop::frozen(noon()).await;
    customer_with(&shop, "a@example.com", |_| {}).await;
    let tokens = sign_in(&shop, "a@example.com").await;
    refresh(&shop, &tokens.refresh).await.expect("it goes on");
    shop.changed("passwordResetRequest", json!({ "email": "a@example.com" }), "ok")
        .await;
    shop.work().await;
    let count = async || {
        let db = &shop.app.db;
        (
            session::Entity::find().count(db).await.expect("a count"),
            refresh_token::Entity::find().count(db).await.expect("a count"),
            one_time_token::Entity::find().count(db).await.expect("a count"),
        )
    };
    assert_eq!(count().await, (1, 2, 1));
    sweep(&shop.app).await.expect("a sweep");
    assert_eq!(count().await, (1, 2, 1), "nothing is past");
    let day = std::time::Duration::from_secs(24 * 60 * 60);
    shop.app.clock.advance(8 * day);
    sweep(&shop.app).await.expect("a sweep");
    assert_eq!(count().await, (1, 1, 0));
    shop.app.clock.advance(210 * day);
    sweep(&shop.app).await.expect("a sweep");
    assert_eq!(count().await, (0, 0, 0));
}
