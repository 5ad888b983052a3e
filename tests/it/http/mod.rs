//! The server as its clients see it: over a socket.

mod address;
mod boundary;
mod budget;
mod http2;
mod journey;
mod layers;
mod listener;
mod overload;
mod stop;
mod wire;

use std::net::SocketAddr;

use axum::Router;
use merx::http::server::{Settings, serve};
use merx::platform::stop::Stop;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

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
        Self::of(Shop::demo().await).await
    }

    /// Starts a server on `shop`.
    pub async fn of(shop: Shop) -> Self {
        let router = merx::http::router(&shop.app).expect("a router");
        let settings = Settings::of(&shop.app.config);
        let (address, _) = listen(router, settings, shop.app.stop.clone()).await;
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

/// Serves `router` on a port of its own.
pub async fn listen(router: Router, settings: Settings, stop: Stop) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    (address, tokio::spawn(serve(listener, router, settings, stop)))
}
