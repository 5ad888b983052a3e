//! `graphql-transport-ws`: what the protocol says, and what keeps the server alive.

use std::time::Duration;

use merx::http::Patience;
use merx::platform::stop::Phase;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::socket::Client;
use super::{LONG, Server};
use crate::support::{OWNER_KEY, Shop};

const SHORT: Duration = Duration::from_millis(100);

fn init() -> Value {
    json!({ "type": "connection_init" })
}

fn subscribe(id: &str, query: &str) -> Value {
    json!({ "id": id, "type": "subscribe", "payload": { "query": query } })
}

#[tokio::test]
async fn queries_changes_and_subscriptions_come_over_one_socket() {
    let server = Server::start().await;
    let mut client = Client::welcome(&server, json!({})).await;
    client.subscribe("time", "subscription { serverTime }").await;
    let (kind, payload) = client.hear_of("time").await;
    assert_eq!(kind, "next");
    let time = payload["data"]["serverTime"].as_str().expect("a time");
    chrono::DateTime::parse_from_rfc3339(time).expect("RFC 3339");

    let variables = json!({ "by": { "slug": "none" } });
    let document = "query A { channel { slug } } query B($by: ProductBy!) { product(by: $by) { id } }";
    let payload = json!({ "query": document, "operationName": "B", "variables": variables });
    client
        .say(json!({ "id": "q", "type": "subscribe", "payload": payload }))
        .await;
    client
        .subscribe("m", "mutation { cartCreate(input: {}) { cart { id } } }")
        .await;
    let mut heard: Vec<(String, String)> = Vec::new();
    while heard.iter().filter(|(_, kind)| kind == "complete").count() < 2 {
        let message = client.hear().await;
        if message["id"] == "time" {
            continue;
        }
        if message["type"] == "next" {
            assert!(message["payload"].get("errors").is_none(), "{message}");
            assert!(message["payload"]["data"].is_object(), "{message}");
        }
        let text = |name: &str| message[name].as_str().expect("text").to_owned();
        heard.push((text("id"), text("type")));
    }
    for id in ["q", "m"] {
        let kinds: Vec<_> = heard
            .iter()
            .filter(|(of, _)| of == id)
            .map(|(_, kind)| kind.as_str())
            .collect();
        assert_eq!(kinds, ["next", "complete"], "{id}");
    }
    // What is over may be named again.
    client.subscribe("q", "{ channel { slug } }").await;
    while client.hear().await["id"] != "q" {}
}

#[tokio::test]
async fn each_breach_has_its_close_code() {
    let server = Server::start().await;
    let subscription = "subscription { serverTime(everySeconds: 60) }";
    let wrong = json!({ "type": "connection_init", "payload": { "Authorization": "Bearer guessed" } });
    let moon = json!({ "type": "connection_init", "payload": { "X-Channel": "moon" } });
    let listed = json!({ "type": "connection_init", "payload": { "X-Channel": ["us"] } });
    let cases: Vec<(&str, Vec<Value>, u16)> = vec![
        ("no type", vec![json!({})], 4400),
        ("no object", vec![json!("connection_init")], 4400),
        ("unknown type", vec![json!({ "type": "start" })], 4400),
        (
            "a message of the server",
            vec![json!({ "type": "connection_ack" })],
            4400,
        ),
        (
            "payload is no object",
            vec![json!({ "type": "connection_init", "payload": 1 })],
            4400,
        ),
        ("header is no text", vec![listed], 4400),
        ("unknown channel", vec![moon], 4400),
        (
            "no payload",
            vec![init(), json!({ "id": "1", "type": "subscribe" })],
            4400,
        ),
        (
            "no query",
            vec![init(), json!({ "id": "1", "type": "subscribe", "payload": {} })],
            4400,
        ),
        ("empty id", vec![init(), subscribe("", subscription)], 4400),
        ("no id", vec![init(), json!({ "type": "complete" })], 4400),
        ("before the acknowledgement", vec![subscribe("1", subscription)], 4401),
        ("wrong token", vec![wrong], 4403),
        (
            "duplicate id",
            vec![init(), subscribe("1", subscription), subscribe("1", subscription)],
            4409,
        ),
        ("second init", vec![init(), init()], 4429),
    ];
    for (case, messages, code) in cases {
        let mut client = Client::open(&server).await;
        for message in messages {
            client.say(message).await;
        }
        let (found, reason) = client.closed().await;
        assert_eq!(found, code, "{case}: {reason}");
        assert!(!reason.is_empty(), "{case}");
    }
    for (case, frame, code) in [
        ("no JSON", Message::text("{"), 4400),
        ("binary", Message::binary(init().to_string()), 4400),
        ("too large", Message::text(" ".repeat((128 << 10) + 1)), 1009),
    ] {
        let mut client = Client::open(&server).await;
        client.send(frame).await.expect("the frame leaves");
        assert_eq!(client.closed().await.0, code, "{case}");
    }
    let mut client = Client::welcome(&server, json!({})).await;
    client.say(subscribe("twice", subscription)).await;
    client.say(subscribe("twice", subscription)).await;
    assert_eq!(client.closed().await.1, "Subscriber for twice already exists");
}

#[tokio::test]
async fn another_subprotocol_is_told_so() {
    let server = Server::start().await;
    // The old protocol of the same people, and none at all. The library refuses the former by itself.
    let none = Client::with(&server, &[]).await;
    let (mut client, response) = none.expect("a socket");
    assert!(!response.headers().contains_key("sec-websocket-protocol"));
    assert_eq!(client.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
    let old = Client::with(&server, &[("sec-websocket-protocol", "graphql-ws")]).await;
    assert!(matches!(old, Err(Error::Protocol(_))));
    let several = [("sec-websocket-protocol", "graphql-ws, graphql-transport-ws")];
    let (_, response) = Client::with(&server, &several).await.expect("a socket");
    assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
}

#[tokio::test]
async fn who_says_nothing_is_not_waited_for() {
    let patience = Patience {
        init: SHORT,
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let mut silent = Client::open(&server).await;
    assert_eq!(
        silent.closed().await,
        (4408, "Connection initialisation timeout".to_owned())
    );
    let mut pinging = Client::open(&server).await;
    pinging.say(json!({ "type": "ping" })).await;
    assert_eq!(pinging.closed().await.0, 4408);
}

#[tokio::test]
async fn both_sides_ask_for_signs_of_life() {
    let patience = Patience {
        silence: Duration::from_secs(1),
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let mut client = Client::open(&server).await;
    client.say(json!({ "type": "pong" })).await;
    client.say(json!({ "type": "ping" })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong" }));
    client.say(json!({ "type": "ping", "payload": { "at": 1 } })).await;
    assert_eq!(client.hear().await, json!({ "type": "pong", "payload": { "at": 1 } }));
    client.say(init()).await;
    assert_eq!(client.hear().await["type"], "connection_ack");
    // The pings of the server are answered while the client reads: it stays.
    for _ in 0..3 {
        assert!(matches!(client.frame().await, Some(Message::Ping(_))));
    }
}

#[tokio::test]
async fn who_answers_no_ping_is_let_go() {
    let patience = Patience {
        init: LONG,
        silence: SHORT,
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let mut wire = server.connect().await;
    let request = "GET /graphql HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
                   sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   sec-websocket-protocol: graphql-transport-ws\r\n\r\n";
    wire.write_all(request.as_bytes()).await.expect("the request leaves");
    let mut heard = Vec::new();
    let read = tokio::time::timeout(LONG, wire.read_to_end(&mut heard)).await;
    read.expect("the server lets go").expect("the wire is whole");
    let head = heard.windows(4).position(|end| end == b"\r\n\r\n").expect("a head");
    // An empty ping, and no more words.
    assert_eq!(heard[head + 4..], [0x89, 0x00]);
}

#[tokio::test]
async fn what_is_refused_is_an_error_and_the_socket_stays() {
    let server = Server::start().await;
    let mut client = Client::welcome(&server, json!({})).await;
    let deep =
        "{ category(by: { slug: \"x\" }) { ".to_owned() + &"parent { ".repeat(20) + "id" + &" }".repeat(20) + " } }";
    for (document, code) in [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { a: serverTime b: serverTime }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { ...F } fragment F on Subscription { serverTime }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (
            "subscription { serverTime @skip(if: true) }",
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (&deep, "COST_LIMIT"),
    ] {
        client.subscribe("1", document).await;
        let (kind, errors) = client.hear_of("1").await;
        assert_eq!(kind, "error", "{document}");
        assert_eq!(errors[0]["extensions"]["code"], code, "{errors}");
        assert!(
            errors[0]["extensions"]["requestId"]
                .as_str()
                .is_some_and(|id| !id.is_empty()),
            "{errors}"
        );
    }
    // An error ends the operation: no `complete` came, and the id is free.
    for pause in [0, 61, -1] {
        client
            .subscribe("1", &format!("subscription {{ serverTime(everySeconds: {pause}) }}"))
            .await;
        let (kind, payload) = client.hear_of("1").await;
        assert_eq!((kind.as_str(), &payload["data"]), ("next", &Value::Null));
        assert_eq!(
            payload["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
            "{payload}"
        );
        assert_eq!(client.hear_of("1").await.0, "complete");
    }
}

#[tokio::test]
async fn faults_say_nothing_about_themselves() {
    let server = Server::start().await;
    let mut client = Client::welcome(&server, json!({})).await;
    let db = &server.shop.app.db;
    db.execute_unprepared("ALTER TABLE media RENAME TO gone")
        .await
        .expect("renamed");
    client
        .subscribe("1", "{ products(first: 1) { nodes { media { url } } } }")
        .await;
    let (kind, payload) = client.hear_of("1").await;
    assert_eq!(kind, "next");
    let error = &payload["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    let id = error["extensions"]["requestId"].as_str().expect("an id");
    assert_eq!(error["message"], format!("internal error (request {id})"));
}

#[tokio::test]
async fn the_first_message_takes_the_place_of_headers() {
    let server = Server::start().await;
    let payload =
        json!({ "x-ChAnNeL": "eu", "AUTHORIZATION": format!("Bearer {OWNER_KEY}"), "theme": { "dark": true } });
    let mut client = Client::welcome(&server, payload).await;
    client
        .subscribe(
            "1",
            "{ channel { slug } products(first: 1) { nodes { variants { stock { onHand } } } } }",
        )
        .await;
    let (_, payload) = client.hear_of("1").await;
    assert!(payload.get("errors").is_none(), "{payload}");
    assert_eq!(payload["data"]["channel"]["slug"], "eu");
    // Programs that are no browsers may send headers.
    let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("x-channel", "eu")];
    let (mut client, _) = Client::with(&server, &headers).await.expect("a socket");
    client.say(init()).await;
    assert_eq!(client.hear().await["type"], "connection_ack");
    client.subscribe("1", "{ channel { slug } }").await;
    assert_eq!(client.hear_of("1").await.1["data"]["channel"]["slug"], "eu");
}

#[tokio::test]
async fn a_connection_has_so_many_operations() {
    let server = Server::start().await;
    let mut client = Client::welcome(&server, json!({})).await;
    let forever = "subscription { serverTime(everySeconds: 60) }";
    for n in 0..50 {
        client.subscribe(&n.to_string(), forever).await;
        assert_eq!(client.hear_of(&n.to_string()).await.0, "next");
    }
    client.subscribe("more", forever).await;
    let (kind, errors) = client.hear_of("more").await;
    assert_eq!(
        (kind.as_str(), &errors[0]["extensions"]["code"]),
        ("error", &json!("SUBSCRIPTION_LIMIT"))
    );
    client.say(json!({ "id": "7", "type": "complete" })).await;
    client.say(json!({ "id": "unknown", "type": "complete" })).await;
    client.subscribe("more", forever).await;
    assert_eq!(client.hear_of("more").await.0, "next");
}

#[tokio::test]
async fn a_completed_subscription_is_silent() {
    let server = Server::start().await;
    let mut client = Client::welcome(&server, json!({})).await;
    client
        .subscribe("a", "subscription { serverTime(everySeconds: 1) }")
        .await;
    assert_eq!(client.hear_of("a").await.0, "next");
    client.say(json!({ "id": "a", "type": "complete" })).await;
    // The same name, another operation: what is heard from here on is its own.
    client
        .subscribe("a", "subscription { now: serverTime(everySeconds: 2) }")
        .await;
    for _ in 0..2 {
        let (_, payload) = client.hear_of("a").await;
        assert!(payload["data"]["now"].is_string(), "{payload}");
    }
}

#[tokio::test]
async fn who_does_not_read_makes_nothing_grow() {
    let patience = Patience {
        send: Duration::from_millis(300),
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let mut client = Client::welcome(&server, json!({})).await;
    let ping = json!({ "type": "ping", "payload": { "text": "x".repeat(96 << 10) } }).to_string();
    // Each of these asks for as much again. Were the answers kept, this would go on until the memory is full.
    let flood = async { while client.send(Message::text(ping.clone())).await.is_ok() {} };
    tokio::time::timeout(LONG, flood)
        .await
        .expect("the server lets go of the socket");
}

#[tokio::test]
async fn pages_of_others_open_no_sockets() {
    let shop = Shop::configured(|config| config.server.cors_origins = vec!["https://shop.example".to_owned()]).await;
    let server = Server::of(shop, Patience::default()).await;
    let own = server.url("");
    for (origin, opens) in [
        ("https://shop.example", true),
        (own.as_str(), true),
        ("https://evil.example", false),
        ("https://shop.example.evil.example", false),
        ("http://shop.example", false),
        ("null", false),
    ] {
        let headers = [("sec-websocket-protocol", "graphql-transport-ws"), ("origin", origin)];
        match Client::with(&server, &headers).await {
            Ok(_) => assert!(opens, "{origin} gets a socket"),
            Err(Error::Http(response)) => assert_eq!((response.status().as_u16(), opens), (403, false), "{origin}"),
            Err(error) => panic!("{origin}: {error}"),
        }
    }
}

#[tokio::test]
async fn sockets_are_closed_when_the_server_stops() {
    let server = Server::start().await;
    let mut busy = Client::welcome(&server, json!({})).await;
    busy.subscribe("1", "subscription { serverTime }").await;
    assert_eq!(busy.hear_of("1").await.0, "next");
    let mut fresh = Client::open(&server).await;
    server.shop.app.stop.enter(Phase::Stopping);
    assert_eq!(busy.closed().await.0, 1001);
    assert_eq!(fresh.closed().await.0, 1001);
}

#[tokio::test]
async fn a_socket_ends_with_the_token_of_its_viewer() {
    let patience = Patience {
        trust: Duration::from_secs(1),
        ..Patience::default()
    };
    let server = Server::patient(patience).await;
    let staff = json!({ "authorization": format!("Bearer {OWNER_KEY}") });
    let mut anybody = Client::welcome(&server, json!({})).await;
    let mut staff = Client::welcome(&server, staff).await;
    assert_eq!(staff.closed().await, (4403, "Token expired".to_owned()));
    anybody.subscribe("1", "subscription { serverTime }").await;
    for _ in 0..2 {
        assert_eq!(anybody.hear_of("1").await.0, "next");
    }
}
