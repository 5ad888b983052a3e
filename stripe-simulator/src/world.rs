//! Everything that the simulated account holds.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::chaos::Drift;
use crate::clock::Clock;
use crate::error::{Outcome, StripeError};
use crate::fields::{Fields, Object, object};
use crate::idempotency::Keys;
use crate::random::Random;
use crate::show;

/// The API version that events carry and that answers follow.
pub const API_VERSION: &str = "2026-09-30.endive";

/// The account's books and what serves them.
#[derive(Debug, Serialize, Deserialize)]
pub struct World {
    /// Every object by its id.
    pub objects: BTreeMap<String, Object>,
    /// The ids of a kind, oldest first.
    pub kinds: BTreeMap<String, Vec<String>>,
    /// Idempotency keys.
    pub keys: Keys,
    random: Random,
    #[serde(skip)]
    pub(crate) clock: Clock,
    /// Where pages of this server stand.
    #[serde(skip)]
    pub(crate) url: String,
    #[serde(skip)]
    pub(crate) drift: Drift,
    /// Ids of events that nobody has sent yet.
    #[serde(skip)]
    pub(crate) outbox: Vec<String>,
    /// Id and idempotency key of the request at work.
    #[serde(skip)]
    pub(crate) request: (Option<String>, Option<String>),
}

impl World {
    /// An empty account.
    pub fn new(seed: u64) -> Self {
        Self {
            objects: BTreeMap::new(),
            kinds: BTreeMap::new(),
            keys: Keys::default(),
            random: Random::new(seed),
            clock: Clock::default(),
            url: String::new(),
            drift: Drift::default(),
            outbox: Vec::new(),
            request: (None, None),
        }
    }

    /// Now, in seconds since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// A new id with Stripe's prefix.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}_{}", self.random.letters(24))
    }

    /// A client's secret for an object.
    pub fn secret(&mut self, id: &str) -> String {
        format!("{id}_secret_{}", self.random.letters(25))
    }

    /// Numbers for who needs them.
    pub(crate) fn letters(&mut self, count: usize) -> String {
        self.random.letters(count)
    }

    /// Keeps an object; its `object` field tells the kind.
    pub fn put(&mut self, object: &Object) {
        let id = object.id();
        if self.objects.insert(id.clone(), object.clone()).is_none() {
            self.kinds.entry(object.text("object").to_owned()).or_default().push(id);
        }
    }

    /// The object of a kind, or Stripe's 404. `param` names where the id came from.
    pub fn get(&self, kind: &str, id: &str, param: &str) -> Outcome {
        self.objects
            .get(id)
            .filter(|object| object.text("object") == kind && !object.flag("_deleted"))
            .cloned()
            .ok_or_else(|| StripeError::not_found(kind, id, param))
    }

    /// The objects of a kind, oldest first.
    pub fn all(&self, kind: &str) -> impl DoubleEndedIterator<Item = &Object> {
        self.kinds
            .get(kind)
            .into_iter()
            .flatten()
            .filter_map(|id| self.objects.get(id))
    }

    /// Records that something happened to an object; webhooks follow.
    pub fn emit(&mut self, kind: &str, about: &Object) {
        let shown = show::object(self, about);
        self.emit_value(kind, shown);
    }

    /// Records an event about anything.
    pub fn emit_value(&mut self, kind: &str, about: Value) -> String {
        let id = self.id("evt");
        let (request, key) = self.request.clone();
        let event = object(json!({
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": { "object": about },
            "livemode": false,
            "pending_webhooks": self.all("webhook_endpoint").count(),
            "request": { "id": request, "idempotency_key": key },
            "type": kind,
        }));
        self.put(&event);
        self.outbox.push(id.clone());
        id
    }
}
