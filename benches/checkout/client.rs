//! Shoppers: connections that each send a request and wait for its answer.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// One connection to the server, kept open.
pub struct Shopper {
    stream: TcpStream,
    address: SocketAddr,
    buffer: Vec<u8>,
}

impl Shopper {
    /// A new connection.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        stream.set_nodelay(true).expect("set");
        Self {
            stream,
            address,
            buffer: vec![0; 64 << 10],
        }
    }

    /// Sends a document; the text of the answer. With a key, the change in it happens once.
    pub async fn ask(&mut self, body: &str, key: Option<&str>) -> String {
        let key = key.map_or_else(String::new, |key| format!("idempotency-key: {key}\r\n"));
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\naccept: application/json\r\n{key}\
             content-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await.expect("sent");
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await.expect("an answer");
            assert!(read > 0, "the server hung up");
            filled += read;
            let text = std::str::from_utf8(&self.buffer[..filled]).expect("UTF-8");
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length")
                    .then(|| value.trim().parse().ok())?
            });
            let length: usize = length.expect("a length");
            if body.len() >= length {
                assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
                return body.to_owned();
            }
        }
    }

    /// Sends a document that must succeed; what its one field answers.
    pub async fn data(&mut self, document: &str, variables: Value) -> Value {
        let body = serde_json::json!({ "query": document, "variables": variables }).to_string();
        let text = self.ask(&body, Some(&key_of(&body))).await;
        let mut answer: Value = serde_json::from_str(&text).expect("JSON");
        assert!(answer.get("errors").is_none(), "{answer:#}");
        let field = answer["data"].as_object_mut().and_then(|data| data.values_mut().next());
        let payload = field.expect("a field").take();
        assert!(payload["errors"].as_array().is_none_or(Vec::is_empty), "{payload:#}");
        payload
    }
}

/// A key that another request does not have.
fn key_of(body: &str) -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("prepare-{}-{}", body.len(), COUNT.fetch_add(1, Ordering::Relaxed))
}
