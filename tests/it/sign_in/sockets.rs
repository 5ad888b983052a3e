//! A socket is believed for as long as its token and its session.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use entity::account::signing_key;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use merx::http::Patience;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{customer, sign_in};
use crate::http::Server;
use crate::http::socket::Client;
use crate::support::Shop;

async fn server() -> Server {
    server_that_looks(Duration::from_millis(50)).await
}

/// A server that looks every `session` whether the sessions of its sockets have ended.
async fn server_that_looks(session: Duration) -> Server {
    let shop = Shop::demo().await;
    customer(&shop, "a@example.com").await;
    let patience = Patience {
        session,
        ..Patience::default()
    };
    Server::of(shop, patience).await
}

fn bearer(token: &str) -> Value {
    json!({ "Authorization": format!("Bearer {token}") })
}

/// `token` as the server would have signed it, had it been about to expire.
async fn expiring(shop: &Shop, token: &str, seconds: i64) -> String {
    let row = signing_key::Entity::find()
        .one(&shop.app.db)
        .await
        .expect("a read")
        .expect("a key");
    let key = EncodingKey::from_ed_der(&STANDARD.decode(row.private_key).expect("base64"));
    let claims = token.split('.').nth(1).expect("claims");
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64url")).expect("JSON");
    claims["exp"] = json!(shop.app.clock.now().timestamp() + seconds);
    let mut header = Header::new(Algorithm::EdDSA);
    (header.kid, header.typ) = (Some(row.kid), Some("at+jwt".to_owned()));
    encode(&header, &claims, &key).expect("a token")
}

#[tokio::test]
async fn a_socket_closes_when_its_token_expires() {
    let server = server().await;
    let token = sign_in(&server.shop, "a@example.com").await.access;
    let token = expiring(&server.shop, &token, 3).await;
    let mut client = Client::welcome(&server, bearer(&token)).await;
    client
        .subscribe("who", "{ viewer { ... on Customer { email } } }")
        .await;
    let (_, payload) = client.hear_of("who").await;
    assert_eq!(payload["data"]["viewer"]["email"], "a@example.com");
    client.subscribe("time", "subscription { serverTime }").await;
    assert_eq!(client.closed().await, (4403, "Token expired".to_owned()));
}

#[tokio::test]
async fn a_socket_closes_when_its_session_ends() {
    let server = server().await;
    let tokens = sign_in(&server.shop, "a@example.com").await;
    let mut client = Client::welcome(&server, bearer(&tokens.access)).await;
    client.subscribe("time", "subscription { serverTime }").await;
    assert_eq!(client.hear_of("time").await.0, "next");
    server
        .shop
        .changed("sessionRevoke", json!({ "refreshToken": tokens.refresh }), "revoked")
        .await;
    assert_eq!(client.closed().await.0, 4403);
}

#[tokio::test]
async fn a_socket_does_not_open_for_a_token_that_is_not_believed() {
    let server = server().await;
    let token = sign_in(&server.shop, "a@example.com").await.access;
    for token in [expiring(&server.shop, &token, -1).await, "nonsense".to_owned()] {
        let mut client = Client::open(&server).await;
        client
            .say(json!({ "type": "connection_init", "payload": bearer(&token) }))
            .await;
        assert_eq!(client.closed().await.0, 4403);
    }
}

#[tokio::test]
async fn a_socket_sets_no_cookie() {
    let server = server().await;
    let mut client = Client::welcome(&server, json!({})).await;
    let document = format!(
        "mutation {{ sessionCreate(input: {{ email: \"a@example.com\", password: \"{}\", transport: COOKIE }}) {{ accessToken }} }}",
        super::PASSWORD
    );
    client.subscribe("in", &document).await;
    let (_, payload) = client.hear_of("in").await;
    let text = payload.to_string();
    assert!(
        text.contains("BAD_USER_INPUT") && !text.contains("accessToken\":\""),
        "{text}"
    );
}

/// A socket of a key that has been revoked since it was opened, to a server that looks at its sockets every `session`.
async fn revoked(session: Duration) -> (Server, Client) {
    let server = server_that_looks(session).await;
    let (secret, id) = server.shop.api_key(&["orders.read"], None).await;
    let mut client = Client::welcome(&server, bearer(&secret)).await;
    client.subscribe("time", "subscription { serverTime }").await;
    assert_eq!(client.hear_of("time").await.0, "next");
    let staff = server.shop.staff();
    staff.changed("apiKeyRevoke", json!({ "id": id }), "").await;
    (server, client)
}

#[tokio::test]
async fn a_socket_closes_when_its_key_is_revoked() {
    let (_server, mut client) = revoked(Duration::from_millis(50)).await;
    assert_eq!(client.closed().await.0, 4403);
}

#[tokio::test]
async fn what_a_socket_asks_after_its_key_is_revoked_is_refused() {
    // It is not looked at while the test runs.
    let (_server, mut client) = revoked(Duration::from_secs(3_600)).await;
    client.subscribe("late", "{ channel { slug } }").await;
    let late = loop {
        let message = client.hear().await;
        if message["id"] == "late" {
            break message;
        }
    };
    assert_eq!(late["type"], "error");
}
