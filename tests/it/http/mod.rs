//! The server as its clients see it: over a socket.

mod address;
mod boundary;
mod budget;
mod cost;
mod exhaustion;
mod farewell;
mod graphiql;
mod http2;
mod journey;
mod language;
mod layers;
mod listener;
mod multipart;
mod once;
mod overload;
mod protocol;
mod single;
pub mod socket;
mod sse;
mod stop;
mod streamed;
mod wire;
mod ws;

use std::net::SocketAddr;
use std::time::Duration;

use merx::http::server::{Answers, Settings, serve};
use merx::http::{Endpoint, Patience};
use merx::platform::stop::Stop;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::support::Shop;

/// Longer than anything here takes, on a machine however busy.
const LONG: Duration = Duration::from_secs(30);

/// A shop that listens on a port of its own until the test ends.
pub struct Server {
    /// The shop behind it.
    pub shop: Shop,
    address: SocketAddr,
    /// A client.
    pub client: reqwest::Client,
}

impl Server {
    /// Starts a server on the demo shop.
    pub async fn start() -> Self {
        Self::of(Shop::demo().await, Patience::default()).await
    }

    /// Starts a server on the demo shop that waits for its clients as `patience` says.
    pub async fn patient(patience: Patience) -> Self {
        Self::of(Shop::demo().await, patience).await
    }

    /// Starts a server on `shop`.
    pub async fn of(shop: Shop, patience: Patience) -> Self {
        let endpoint = Endpoint::with_patience(shop.app.clone(), patience).expect("an endpoint");
        let edge = merx::http::edge_of(endpoint);
        let settings = Settings::of(&shop.app.config);
        let (address, _) = listen(edge, settings, shop.app.stop.clone()).await;
        Self {
            shop,
            address,
            client: reqwest::Client::new(),
        }
    }

    /// A connection that says nothing by itself.
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// A body that is read while it comes.
pub struct Reader {
    response: reqwest::Response,
    unread: Vec<u8>,
}

impl Reader {
    /// The body of `response`.
    pub fn new(response: reqwest::Response) -> Self {
        let unread = Vec::new();
        Self { response, unread }
    }

    async fn more(&mut self) -> bool {
        let chunk = tokio::time::timeout(LONG, self.response.chunk())
            .await
            .expect("the server speaks");
        let chunk = chunk.expect("the body is whole");
        self.unread.extend_from_slice(chunk.as_deref().unwrap_or_default());
        chunk.is_some()
    }

    /// What comes before the next `end`, which is passed over.
    pub async fn until(&mut self, end: &str) -> String {
        loop {
            if let Some(at) = self.unread.windows(end.len()).position(|piece| piece == end.as_bytes()) {
                let rest = self.unread.split_off(at + end.len());
                let mut read = std::mem::replace(&mut self.unread, rest);
                read.truncate(at);
                return String::from_utf8(read).expect("UTF-8");
            }
            assert!(
                self.more().await,
                "the body ends without {end:?}: {:?}",
                String::from_utf8_lossy(&self.unread)
            );
        }
    }

    /// All that is left; the body must end.
    pub async fn rest(mut self) -> String {
        while self.more().await {}
        String::from_utf8(self.unread).expect("UTF-8")
    }
}

/// Serves what `answers` on a port of its own.
pub async fn listen(answers: impl Answers, settings: Settings, stop: Stop) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (address, tokio::spawn(serve(listener, answers, settings, stop)))
}
