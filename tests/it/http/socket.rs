//! A client of `graphql-transport-ws` that does what it is told, good or bad.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{LONG, Server};

/// One end of a socket.
pub struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    /// Opens a socket with some headers of its own.
    pub async fn with(server: &Server, headers: &[(&'static str, &str)]) -> Result<(Self, Response), Error> {
        let mut request = server
            .url("/graphql")
            .replace("http://", "ws://")
            .into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value)?);
        }
        let (socket, response) = connect_async(request).await?;
        Ok((Self(socket), response))
    }

    /// Opens a socket of the right subprotocol.
    pub async fn open(server: &Server) -> Self {
        let protocol = [("sec-websocket-protocol", "graphql-transport-ws")];
        let (client, response) = Self::with(server, &protocol).await.expect("a socket");
        assert_eq!(response.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        client
    }

    /// Opens a socket and says who it is.
    pub async fn welcome(server: &Server, payload: Value) -> Self {
        let mut client = Self::open(server).await;
        client
            .say(json!({ "type": "connection_init", "payload": payload }))
            .await;
        assert_eq!(client.hear().await, json!({ "type": "connection_ack" }));
        client
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Message) -> Result<(), Error> {
        self.0.send(frame).await
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        let sent = self.send(Message::text(message.to_string())).await;
        sent.expect("the message leaves");
    }

    /// Starts an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "id": id, "type": "subscribe", "payload": { "query": query } }))
            .await;
    }

    /// The next frame.
    pub async fn frame(&mut self) -> Option<Message> {
        let frame = tokio::time::timeout(LONG, self.0.next())
            .await
            .expect("the server speaks");
        frame.and_then(Result::ok)
    }

    /// The next message.
    pub async fn hear(&mut self) -> Value {
        loop {
            match self.frame().await {
                Some(Message::Text(text)) => return serde_json::from_str(&text).expect("JSON"),
                Some(Message::Ping(_)) => {}
                other => panic!("{other:?} in place of a message"),
            }
        }
    }

    /// The next message, which is about `id`: its type and payload.
    pub async fn hear_of(&mut self, id: &str) -> (String, Value) {
        let mut message = self.hear().await;
        assert_eq!(message["id"], id, "{message}");
        let kind = message["type"].as_str().expect("a type").to_owned();
        (kind, message["payload"].take())
    }

    /// Code and reason with which the server closes; messages before it are passed over.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.frame().await {
                Some(Message::Close(Some(close))) => return (close.code.into(), close.reason.to_string()),
                Some(Message::Text(_) | Message::Ping(_)) => {}
                other => panic!("{other:?} in place of a close frame"),
            }
        }
    }
}
