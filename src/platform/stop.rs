//! Whether the process goes on: told once, heard by everything that is open for long.

use std::sync::Arc;

use tokio::sync::watch;

/// How far the process is with ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It runs.
    Running,
    /// It serves, but says that it is not ready, so that load balancers look elsewhere.
    Leaving,
    /// It takes nothing new and lets what runs end; sockets that would stay open are to be closed.
    Stopping,
}

/// The end of the process, as a handle. Cheap to clone; all clones are told together.
#[derive(Clone, Debug)]
pub struct Stop(Arc<watch::Sender<Phase>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Phase::Running)))
    }
}

impl Stop {
    /// How far it is.
    pub fn phase(&self) -> Phase {
        *self.0.borrow()
    }

    /// Goes on to `phase`. It never goes back.
    pub fn enter(&self, phase: Phase) {
        self.0.send_if_modified(|now| {
            let later = phase > *now;
            if later {
                *now = phase;
            }
            later
        });
    }

    /// Ends when `phase` is reached; at once when that was before.
    pub async fn reached(&self, phase: Phase) {
        // The sender lives in this handle, so the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|now| *now >= phase).await;
    }
}
