//! Webhooks out: signed, tried again until the receiver answers 2xx; held, doubled, shuffled or lost on demand.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpStream;

use crate::fields::{Fields, Object};
use crate::random::Random;
use crate::shared::{Shared, lock};
use crate::world::World;

/// What becomes of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They are sent.
    #[default]
    Deliver,
    /// They wait for a release.
    Hold,
    /// They are lost; `GET /v1/events` knows them still.
    Drop,
}

/// How events are sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Delivery {
    /// Whether at all.
    pub mode: Mode,
    /// How many times each.
    pub copies: u32,
    /// A seed: those of a release go in another order, and those that are sent at once wait for different times.
    pub shuffle: Option<u64>,
    /// How long each waits; with `shuffle`, up to this.
    pub delay_ms: u64,
    /// Wait before the second attempt; it doubles up to ten seconds.
    pub retry_ms: u64,
    /// How many attempts an event gets.
    pub attempts: u32,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            mode: Mode::Deliver,
            copies: 1,
            shuffle: None,
            delay_ms: 0,
            retry_ms: 200,
            attempts: 30,
        }
    }
}

/// An event on its way to an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    event: String,
    kind: String,
    url: String,
    secret: String,
    body: String,
    attempt: u32,
}

/// An attempt that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    /// Id of the event.
    pub event: String,
    /// Its type.
    pub kind: String,
    /// The receiver's status; none when it could not be reached.
    pub status: Option<u16>,
}

/// The `Stripe-Signature` of a body.
pub fn signature(secret: &str, body: &str, at: i64) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("t={at},v1={hex}")
}

/// The parcels of the events that nobody has sent yet.
pub(crate) fn pack(world: &mut World) -> Vec<Parcel> {
    let events = std::mem::take(&mut world.outbox);
    events.iter().flat_map(|id| parcels(world, id)).collect()
}

/// The parcels of an event, one for each endpoint that wants it.
pub(crate) fn parcels(world: &World, event: &str) -> Vec<Parcel> {
    let Some(event) = world.objects.get(event) else {
        return Vec::new();
    };
    let kind = event.text("type");
    let body = serde_json::to_string_pretty(event).unwrap_or_default();
    world
        .all("webhook_endpoint")
        .filter(|endpoint| !endpoint.flag("_deleted") && wants(endpoint, kind))
        .map(|endpoint| Parcel {
            event: event.id(),
            kind: kind.to_owned(),
            url: endpoint.text("url").to_owned(),
            secret: endpoint.text("_secret").to_owned(),
            body: body.clone(),
            attempt: 0,
        })
        .collect()
}

fn wants(endpoint: &Object, kind: &str) -> bool {
    endpoint
        .get("enabled_events")
        .and_then(Value::as_array)
        .is_some_and(|events| {
            events
                .iter()
                .filter_map(Value::as_str)
                .any(|wanted| wanted == "*" || wanted == kind)
        })
}

/// Sends, holds or loses parcels, as the switches say.
pub(crate) fn post(shared: &Arc<Shared>, parcels: Vec<Parcel>) {
    let delivery = lock(&shared.delivery).clone();
    match delivery.mode {
        Mode::Drop => {}
        Mode::Hold => lock(&shared.held).extend(parcels),
        Mode::Deliver => parcels.into_iter().for_each(|parcel| send(shared, parcel, &delivery)),
    }
}

/// Sends what was held, shuffled on demand. Events that follow are sent or held as before.
pub(crate) fn release(shared: &Arc<Shared>) -> usize {
    let delivery = lock(&shared.delivery).clone();
    let mut parcels = std::mem::take(&mut *lock(&shared.held));
    if let Some(seed) = delivery.shuffle {
        Random::new(seed).shuffle(&mut parcels);
    }
    let count = parcels.len();
    parcels.into_iter().for_each(|parcel| send(shared, parcel, &delivery));
    count
}

pub(crate) fn send(shared: &Arc<Shared>, parcel: Parcel, delivery: &Delivery) {
    for _ in 0..delivery.copies.max(1) {
        let wait = match delivery.shuffle {
            Some(_) => lock(&shared.random).number() % (delivery.delay_ms + 1),
            None => delivery.delay_ms,
        };
        queue(shared, parcel.clone(), wait);
    }
}

fn queue(shared: &Arc<Shared>, parcel: Parcel, wait_ms: u64) {
    shared.pending_up();
    if wait_ms == 0 {
        shared.enqueue(parcel);
        return;
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        shared.enqueue(parcel);
    });
}

/// Sends parcels one after the other, so that order is kept unless a switch says otherwise.
pub(crate) async fn work(shared: Arc<Shared>, mut parcels: tokio::sync::mpsc::UnboundedReceiver<Parcel>) {
    while let Some(mut parcel) = parcels.recv().await {
        let at = lock(&shared.world).now();
        let status = attempt(&parcel, at).await;
        lock(&shared.attempts).push(Attempt {
            event: parcel.event.clone(),
            kind: parcel.kind.clone(),
            status,
        });
        let delivery = lock(&shared.delivery).clone();
        parcel.attempt += 1;
        let done = status.is_some_and(|status| (200..300).contains(&status));
        if !done && parcel.attempt < delivery.attempts {
            let wait = (delivery.retry_ms << (parcel.attempt - 1).min(10)).clamp(1, 10_000);
            queue(&shared, parcel, wait);
        }
        shared.pending_down();
    }
}

async fn attempt(parcel: &Parcel, at: i64) -> Option<u16> {
    tokio::time::timeout(Duration::from_secs(10), deliver(parcel, at))
        .await
        .ok()
        .flatten()
}

async fn deliver(parcel: &Parcel, at: i64) -> Option<u16> {
    let uri: Uri = parcel.url.parse().ok()?;
    let authority = uri.authority()?.as_str().to_owned();
    let address = (uri.host()?.to_owned(), uri.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(address).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    let connection = tokio::spawn(connection);
    let request = Request::post(uri.path_and_query().map_or("/", |path| path.as_str()))
        .header("host", authority)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
        .header("stripe-signature", signature(&parcel.secret, &parcel.body, at))
        .body(Full::new(Bytes::from(parcel.body.clone())))
        .ok()?;
    let answer = sender.send_request(request).await.ok()?;
    let status = answer.status().as_u16();
    let _rest = answer.into_body().collect().await;
    connection.abort();
    Some(status)
}
