//! Events go up and sideways: a domain says what happened, listeners are jobs written in the same transaction.

use std::collections::HashMap;

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

/// Who listens to what: filled once, when the app is built.
#[derive(Default)]
pub struct Listeners(HashMap<&'static str, Vec<MakeJob>>);

impl Listeners {
    /// Has `make` turn each event `E` into a job, or into none.
    pub fn on<E: Event, J: Job>(&mut self, make: impl Fn(E) -> Option<J> + Send + Sync + 'static) {
        let make_job: MakeJob = Box::new(move |event| {
            let event: E = serde_json::from_value(event.clone())?;
            make(event).map(|job| Outgoing::of(&job)).transpose()
        });
        self.0.entry(E::NAME).or_default().push(make_job);
    }

    fn jobs(&self, name: &str, event: &serde_json::Value) -> Result<Vec<Outgoing>> {
        let makers = self.0.get(name).map(Vec::as_slice).unwrap_or_default();
        makers.iter().filter_map(|make| make(event).transpose()).collect()
    }
}

/// Says that `event` happened: writes the jobs of its listeners in the transaction of the caller.
pub async fn emit<E: Event>(tx: &Tx, event: &E) -> Result<()> {
    let value = serde_json::to_value(event)?;
    for job in tx.listeners().jobs(E::NAME, &value)? {
        crate::platform::jobs::push(tx, job);
    }
    Ok(())
}
