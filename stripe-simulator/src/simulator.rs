//! The handle of a running simulator.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::api;
use crate::books::Books;
use crate::chaos::{Drift, Fault};
use crate::clock::fresh_seed;
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object, object};
use crate::params::Params;
use crate::random::Random;
use crate::server;
use crate::shared::{Seen, Shared, change, lock};
use crate::webhook::{self, Attempt, Delivery};
use crate::world::World;

/// How a simulator starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The one secret key that it takes; none: any `sk_…` or `rk_…`.
    pub secret_key: Option<String>,
    /// Makes ids repeatable; none: other ones each time.
    pub seed: Option<u64>,
    /// A file that keeps the account between two runs.
    pub state: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            secret_key: None,
            seed: None,
            state: None,
        }
    }
}

/// A running simulator. It stops when the last clone goes.
#[derive(Clone)]
pub struct Simulator {
    shared: Arc<Shared>,
    _tasks: Option<Arc<Tasks>>,
}

struct Tasks(Vec<JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Simulator {
    /// Starts a simulator in this runtime.
    ///
    /// # Errors
    /// When the address is taken or the state cannot be read.
    pub async fn start(options: Options) -> std::io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let seed = options.seed.unwrap_or_else(fresh_seed);
        let mut world = match &options.state {
            Some(path) if path.exists() => serde_json::from_slice(&std::fs::read(path)?)?,
            _ => World::new(seed),
        };
        world.keys.forget_unfinished();
        world.url = format!("http://{}", listener.local_addr()?);
        let (queue, parcels) = tokio::sync::mpsc::unbounded_channel();
        let random = Random::new(seed);
        let shared = Arc::new(Shared::new(world, random, options.secret_key, options.state, queue));
        let tasks = vec![
            tokio::spawn(server::run(Arc::clone(&shared), listener)),
            tokio::spawn(webhook::work(Arc::clone(&shared), parcels)),
        ];
        Ok(Self {
            shared,
            _tasks: Some(Arc::new(Tasks(tasks))),
        })
    }

    /// The same account, for a request of the control surface.
    pub(crate) fn of(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            _tasks: None,
        }
    }

    /// Its address: the base URL for a client.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// Sends events to a URL, signed with a secret.
    pub fn webhooks_to(&self, url: &str, secret: &str) {
        let params = Params(object(
            json!({ "url": url, "enabled_events": ["*"], "_secret": secret }),
        ));
        let _told = change(&self.shared, |world| api::create_webhook_endpoint(world, &params));
    }

    /// Sets a fault; several hit in the order in which they were set.
    pub fn fault(&self, fault: Fault) {
        lock(&self.shared.faults).push(fault);
    }

    /// Takes all faults away.
    pub fn heal(&self) {
        lock(&self.shared.faults).clear();
    }

    /// Sets how events are sent.
    pub fn delivery(&self, delivery: Delivery) {
        *lock(&self.shared.delivery) = delivery;
    }

    /// Sends the events that were held; tells how many.
    pub fn release(&self) -> usize {
        webhook::release(&self.shared)
    }

    /// Sends an event again, as `stripe events resend` does. False when nobody wants it.
    pub fn resend(&self, event: &str) -> bool {
        let parcels = webhook::parcels(&lock(&self.shared.world), event);
        let delivery = Delivery::default();
        let any = !parcels.is_empty();
        parcels
            .into_iter()
            .for_each(|parcel| webhook::send(&self.shared, parcel, &delivery));
        any
    }

    /// Waits until no event is on its way, for this long at most; tells whether that came true.
    pub async fn flush(&self, at_most: Duration) -> bool {
        let quiet = async {
            while self.shared.pending() > 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(at_most, quiet).await.is_ok()
    }

    /// Lets answers and events drift to an unknown API version.
    pub fn drift(&self, drift: Drift) {
        lock(&self.shared.world).drift = drift;
    }

    /// Sets the time in seconds since 1970, or lets it run.
    pub fn set_time(&self, now: Option<i64>) {
        lock(&self.shared.world).clock.set(now);
    }

    /// Answers the 3-D Secure challenge of an intent for the shopper; gives where the browser goes next.
    ///
    /// # Errors
    /// When the intent does not wait for one.
    pub fn challenge(&self, intent: &str, success: bool) -> Outcome<Option<String>> {
        change(&self.shared, |world| api::challenge(world, intent, success))
    }

    /// Lets happen what the documentation says happens later: pending refunds succeed, failing ones fail.
    ///
    /// # Errors
    /// When the books are broken.
    pub fn settle(&self) -> Outcome<usize> {
        change(&self.shared, api::settle)
    }

    /// Opens a dispute about a captured charge; gives it.
    ///
    /// # Errors
    /// When there is no such charge or it is disputed already.
    pub fn dispute(&self, charge: &str, reason: &str) -> Outcome {
        change(&self.shared, |world| api::open_dispute(world, charge, reason, false))
    }

    /// Decides a dispute.
    ///
    /// # Errors
    /// When there is none or it is closed.
    pub fn decide(&self, dispute: &str, won: bool) -> Outcome {
        change(&self.shared, |world| api::decide(world, dispute, won))
    }

    /// Does a request of the API without HTTP, as a colleague at Stripe's dashboard would: `("POST", "refunds", …)`.
    ///
    /// # Errors
    /// As the API answers.
    pub fn request(&self, method: &str, path: &str, params: &str) -> Outcome<Value> {
        let params = Params(crate::form::decode(params));
        change(&self.shared, |world| api::dispatch(world, method, path, &params))
    }

    /// Sends an event of any type; gives its id.
    pub fn emit(&self, kind: &str, about: Value) -> String {
        change(&self.shared, |world| world.emit_value(kind, about))
    }

    /// The gateway's own books.
    pub fn books(&self) -> Books {
        Books::read(&lock(&self.shared.world))
    }

    /// An object by its id, with the simulator's notes.
    pub fn object(&self, id: &str) -> Option<Value> {
        lock(&self.shared.world).objects.get(id).cloned().map(Value::Object)
    }

    /// The objects of a kind, oldest first: `payment_intent`, `charge`, `refund`, `event`, …
    pub fn objects(&self, kind: &str) -> Vec<Object> {
        lock(&self.shared.world).all(kind).cloned().collect()
    }

    /// An event as its webhook carries it: body and `Stripe-Signature` under a secret.
    ///
    /// # Errors
    /// When there is no such event.
    pub fn signed(&self, event: &str, secret: &str) -> Outcome<(String, String)> {
        let world = lock(&self.shared.world);
        let found = world
            .objects
            .get(event)
            .filter(|object| object.text("object") == "event");
        let found = found.ok_or_else(|| StripeError::not_found("event", event, "id"))?;
        let body = serde_json::to_string_pretty(found).unwrap_or_default();
        let header = webhook::signature(secret, &body, world.now());
        Ok((body, header))
    }

    /// The requests that were answered, first to last.
    pub fn requests(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// The attempts to send events, first to last.
    pub fn attempts(&self) -> Vec<Attempt> {
        lock(&self.shared.attempts).clone()
    }

    /// The whole account as JSON.
    pub fn state(&self) -> Value {
        serde_json::to_value(&*lock(&self.shared.world)).unwrap_or_default()
    }
}
