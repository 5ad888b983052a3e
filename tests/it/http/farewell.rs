//! How a socket ends that the client closes.

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::Server;
use super::socket::Client;

/// A client that gets no answer takes the socket for torn: it reports 1006 and gives up what it does meanwhile.
#[tokio::test]
async fn a_client_that_closes_is_answered() {
    let server = Server::start().await;
    let mut client = Client::welcome(&server, json!({})).await;
    client.subscribe("1", "subscription { serverTime }").await;
    assert_eq!(client.hear_of("1").await.0, "next");
    let close = CloseFrame {
        code: CloseCode::Normal,
        reason: "bye".into(),
    };
    client
        .send(Message::Close(Some(close)))
        .await
        .expect("the message leaves");
    assert_eq!(client.closed().await.0, 1000);
}
