//! What the server's tasks share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

use crate::chaos::Fault;
use crate::random::Random;
use crate::webhook::{self, Attempt, Delivery, Parcel};
use crate::world::World;

/// A request that was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Seen {
    /// `POST`, `GET`, `DELETE`.
    pub method: String,
    /// Its path.
    pub path: String,
    /// The idempotency key that it came with.
    pub key: Option<String>,
    /// Stripe's API version that it asked for.
    pub version: Option<String>,
    /// The status of the answer that left, or would have left; 0 for a closed connection.
    pub status: u16,
    /// Whether the answer was kept from an earlier request.
    pub replayed: bool,
    /// What was wrong with it, as the answer says.
    pub error: Option<String>,
}

pub(crate) struct Shared {
    pub world: Mutex<World>,
    pub faults: Mutex<Vec<Fault>>,
    pub delivery: Mutex<Delivery>,
    pub held: Mutex<Vec<Parcel>>,
    pub attempts: Mutex<Vec<Attempt>>,
    pub seen: Mutex<Vec<Seen>>,
    pub random: Mutex<Random>,
    pub secret_key: Option<String>,
    pub state: Option<PathBuf>,
    pub url: String,
    queue: UnboundedSender<Parcel>,
    pending: AtomicUsize,
}

impl Shared {
    pub fn new(
        world: World,
        random: Random,
        secret_key: Option<String>,
        state: Option<PathBuf>,
        queue: UnboundedSender<Parcel>,
    ) -> Self {
        Self {
            url: world.url.clone(),
            world: Mutex::new(world),
            faults: Mutex::default(),
            delivery: Mutex::default(),
            held: Mutex::default(),
            attempts: Mutex::default(),
            seen: Mutex::default(),
            random: Mutex::new(random),
            secret_key,
            state,
            queue,
            pending: AtomicUsize::new(0),
        }
    }

    pub fn enqueue(&self, parcel: Parcel) {
        if self.queue.send(parcel).is_err() {
            self.pending_down();
        }
    }

    pub fn pending_up(&self) {
        self.pending.fetch_add(1, Ordering::SeqCst);
    }

    pub fn pending_down(&self) {
        self.pending.fetch_sub(1, Ordering::SeqCst);
    }

    /// How many events are on their way.
    pub fn pending(&self) -> usize {
        self.pending.load(Ordering::SeqCst)
    }
}

/// Works on the account, sends the events that come of it and saves the state.
pub(crate) fn change<T>(shared: &Arc<Shared>, work: impl FnOnce(&mut World) -> T) -> T {
    let mut world = lock(&shared.world);
    let result = work(&mut world);
    let parcels = webhook::pack(&mut world);
    save(shared, &world);
    // Posted under the lock, so that events leave in the order in which they happened.
    webhook::post(shared, parcels);
    result
}

fn save(shared: &Shared, world: &World) {
    let Some(path) = &shared.state else { return };
    let fresh = path.with_extension("new");
    let saved = serde_json::to_vec(world)
        .map_err(std::io::Error::from)
        .and_then(|bytes| std::fs::write(&fresh, bytes))
        .and_then(|()| std::fs::rename(&fresh, path));
    if let Err(error) = saved {
        eprintln!("the state cannot be saved: {error}");
    }
}

/// Locks; a panic elsewhere does not take the books with it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
