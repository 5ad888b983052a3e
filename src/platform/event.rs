//! Events go up and sideways: a domain says what happened, listeners are jobs written in the same transaction. What must
//! never differ from what it is counted from, not even for a moment, follows in the transaction itself.

use std::collections::HashMap;
use std::pin::Pin;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::jobs::{Job, Outgoing};

/// Something that happened, as a serde struct in a domain's `events.rs`.
pub trait Event: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Unique name, for example `order.placed`.
    const NAME: &'static str;
}

type MakeJob = Box<dyn Fn(&serde_json::Value) -> Result<Option<Outgoing>> + Send + Sync>;

/// What is done in the transaction of whoever says that something happened.
pub type Followed<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

type Follow = Box<dyn for<'a> Fn(&'a Tx, &'a serde_json::Value) -> Followed<'a> + Send + Sync>;

/// Who listens to what: filled once, when the app is built.
#[derive(Default)]
pub struct Listeners {
    jobs: HashMap<&'static str, Vec<MakeJob>>,
    followers: HashMap<&'static str, Vec<Follow>>,
}

impl Listeners {
    /// Has `make` turn each event `E` into a job, or into none.
    pub fn on<E: Event, J: Job>(&mut self, make: impl Fn(E) -> Option<J> + Send + Sync + 'static) {
        let make_job: MakeJob = Box::new(move |event| {
            let event: E = serde_json::from_value(event.clone())?;
            make(event).map(|job| Outgoing::of(&job)).transpose()
        });
        self.jobs.entry(E::NAME).or_default().push(make_job);
    }

    /// Has `follow` change what it must in the transaction in which `E` is said to happen. When it fails, nothing has
    /// happened. Rows that others wait for, it touches last.
    pub fn within<E: Event>(&mut self, follow: impl for<'a> Fn(&'a Tx, E) -> Followed<'a> + Send + Sync + 'static) {
        let follow: Follow = Box::new(move |tx, event| match serde_json::from_value(event.clone()) {
            Ok(event) => follow(tx, event),
            Err(error) => Box::pin(std::future::ready(Err(error.into()))),
        });
        self.followers.entry(E::NAME).or_default().push(follow);
    }

    fn jobs(&self, name: &str, event: &serde_json::Value) -> Result<Vec<Outgoing>> {
        let makers = self.jobs.get(name).map(Vec::as_slice).unwrap_or_default();
        makers.iter().filter_map(|make| make(event).transpose()).collect()
    }
}

/// Says that `event` happened: writes the jobs of its listeners in the transaction of the caller, then does what follows
/// in it.
pub async fn emit<E: Event>(tx: &Tx, event: &E) -> Result<()> {
    let value = serde_json::to_value(event)?;
    let listeners = tx.listeners();
    for job in listeners.jobs(E::NAME, &value)? {
        crate::platform::jobs::push(tx, job);
    }
    for follow in listeners.followers.get(E::NAME).into_iter().flatten() {
        follow(tx, &value).await?;
    }
    Ok(())
}
