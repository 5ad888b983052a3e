//! The server as its clients see it: over a socket.

mod boundary;
mod graphiql;
mod journey;
mod wire;

use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::support::Shop;

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
        let shop = Shop::demo().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let router = merx::http::router(&shop.app).expect("a router");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            shop,
            address,
            client: reqwest::Client::new(),
        }
    }

    /// The address of `path`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
