//! The listener: HTTP/1.1 and HTTP/2 on one port, with a patience that ends. A client may be slow, silent or many; it
//! may not hold the server up.

mod activity;
mod connection;
mod places;
mod socket;

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tower::Service;

use crate::config::Config;
use crate::platform::address::{ClientAddress, Network};
use crate::platform::stop::{Phase, Stop};

use places::Places;

/// What a connection gets that finds no place. Written without waiting: whoever does not read it gets nothing.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// How long the listener rests when the machine has no file left for another connection.
const REST: Duration = Duration::from_millis(100);

/// How long connections are still taken when the listener stops.
const LAST_CALL: Duration = Duration::from_millis(100);

/// How patient the listener is, and how much it takes.
#[derive(Clone, Debug)]
pub struct Settings {
    /// From the first byte of a request, or from connecting, to the end of its headers.
    pub headers: Duration,
    /// Between two requests on a connection.
    pub idle: Duration,
    /// How long a client may leave an answer unread.
    pub stall: Duration,
    /// How long running requests may go on after the order to stop.
    pub drain: Duration,
    /// Between two pings on an HTTP/2 connection, and how long the answer may take.
    pub ping: Duration,
    /// Largest head of a request in bytes.
    pub head_max: usize,
    /// Requests at the same time on an HTTP/2 connection.
    pub streams: u32,
    /// Streams of a connection that may be reset before they were taken up: the rapid reset attack.
    pub resets: usize,
    /// Connections at most.
    pub connections: usize,
    /// Connections of one address at most.
    pub connections_per_address: usize,
    /// Proxies; they have no limit of their own.
    pub trusted_proxies: Vec<Network>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            headers: Duration::from_secs(10),
            // Longer than the 60 seconds after which common load balancers drop an idle connection: who closes last
            // never finds a request in a closed one.
            idle: Duration::from_secs(75),
            stall: Duration::from_secs(30),
            drain: Duration::from_secs(20),
            ping: Duration::from_secs(20),
            head_max: 32 << 10,
            streams: 100,
            resets: 20,
            connections: 10_000,
            connections_per_address: 1_000,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Settings {
    /// What `config` says, and the defaults for the rest.
    pub fn of(config: &Config) -> Self {
        Self {
            connections: config.edge.client_connections,
            connections_per_address: config.edge.connections_per_address,
            trusted_proxies: config.edge.trusted_proxies.clone(),
            ..Self::default()
        }
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.holds(address))
    }

    fn builder(&self) -> Builder<TokioExecutor> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            // The watch over the connection knows better: hyper's clock runs between requests too.
            .header_read_timeout(None)
            .max_buf_size(self.head_max);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.streams)
            .max_pending_accept_reset_streams(self.resets)
            .max_header_list_size(u32::try_from(self.head_max).unwrap_or(u32::MAX))
            .keep_alive_interval(self.ping)
            .keep_alive_timeout(self.ping);
        builder
    }
}

/// Who answers requests. Cheap to clone.
pub trait Answers: Clone + Send + Sync + 'static {
    /// The answer to `request`.
    fn answer(&self, request: Request) -> impl Future<Output = Response> + Send;
}

impl Answers for Router {
    async fn answer(&self, request: Request) -> Response {
        let Ok(response) = self.clone().call(request).await;
        response
    }
}

/// What all connections share.
struct Shared<A> {
    settings: Settings,
    builder: Builder<TokioExecutor>,
    answers: A,
    stop: Stop,
}

/// Serves what `answers` until `stop` says [`Phase::Stopping`]; then takes no more connections, closes the ones that rest, lets
/// running requests and open sockets end, for [`Settings::drain`] at most.
pub async fn serve<A: Answers>(listener: TcpListener, answers: A, settings: Settings, stop: Stop) {
    let places = Places::new(settings.connections, settings.connections_per_address);
    let drain = settings.drain;
    let shared = Arc::new(Shared {
        builder: settings.builder(),
        settings,
        answers,
        stop: stop.clone(),
    });
    let stopping = stop.reached(Phase::Stopping);
    tokio::pin!(stopping);
    loop {
        let accepted = tokio::select! {
            () = &mut stopping => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            // The client hung up before it was its turn.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => continue,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(REST).await;
                continue;
            }
        };
        begin(&shared, &places, stream, peer);
    }
    // Whoever has connected already is served once more: the kernel hands over what it has queued bit by bit.
    let queued = async {
        while let Ok((stream, peer)) = listener.accept().await {
            begin(&shared, &places, stream, peer);
        }
    };
    let _ = tokio::time::timeout(LAST_CALL, queued).await;
    drop(listener);
    if tokio::time::timeout(drain, places.all_free()).await.is_err() {
        tracing::warn!(open = places.taken(), "connections were cut: they did not end in time");
    }
}

/// Serves a connection, if there is a place for it.
fn begin<A: Answers>(shared: &Arc<Shared<A>>, places: &Places, stream: TcpStream, peer: SocketAddr) {
    let limited = (!shared.settings.is_proxy(peer.ip())).then(|| ClientAddress::new(peer.ip()));
    match places.take(limited) {
        Some(place) => {
            // Answers are small and complete: waiting to fill a packet only delays them.
            let _ = stream.set_nodelay(true);
            tokio::spawn(connection::run(Arc::clone(shared), stream, peer, place));
        }
        None => {
            let _ = stream.try_write(FULL);
        }
    }
}
