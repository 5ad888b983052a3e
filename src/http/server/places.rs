//! Places for connections: so many in all, and so many for one address.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::platform::address::ClientAddress;

/// Connections of each address that has any.
type Counts = Arc<Mutex<HashMap<ClientAddress, usize>>>;

/// All places. Cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    total: u32,
    of_address: Counts,
    address_max: usize,
}

/// A place. It is free again when this is dropped, wherever the socket has gone until then.
pub(super) struct Place {
    of: Option<(ClientAddress, Counts)>,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(total: usize, address_max: usize) -> Self {
        let total = u32::try_from(total.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX >> 3);
        Self {
            free: Arc::new(Semaphore::new(total as usize)),
            total,
            of_address: Arc::default(),
            address_max,
        }
    }

    /// A place for a connection; for one of `address` only while that has not too many.
    pub fn take(&self, address: Option<ClientAddress>) -> Option<Place> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        if let Some(address) = address {
            let mut taken = self.of_address.lock();
            let count = taken.entry(address).or_default();
            if *count >= self.address_max {
                return None;
            }
            *count += 1;
        }
        Some(Place {
            of: address.map(|address| (address, Arc::clone(&self.of_address))),
            _permit: permit,
        })
    }

    /// Places that are taken.
    pub fn taken(&self) -> usize {
        (self.total as usize).saturating_sub(self.free.available_permits())
    }

    /// Ends when no place is taken.
    pub async fn all_free(&self) {
        // The semaphore is never closed.
        let _ = self.free.acquire_many(self.total).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((address, taken)) = &self.of else { return };
        let mut taken = taken.lock();
        if let Some(count) = taken.get_mut(address) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(address);
            }
        }
    }
}
