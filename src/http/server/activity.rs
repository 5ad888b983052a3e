//! What a connection is doing, and since when: the clock of everything that may not last for ever.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::Settings;

/// What goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// The head of a request is on its way.
    Reading,
    /// Requests are being answered.
    Working,
    /// Nothing, after an answer.
    Resting,
}

#[derive(Debug)]
struct State {
    doing: Doing,
    since: Instant,
    requests: usize,
    /// With HTTP/2 bytes come between requests too, and a request has no first byte of its own.
    multiplexed: bool,
}

/// The activity of a connection. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<State>>);

/// A request that is being answered. It ends with the last byte of the answer, when the body is dropped.
#[derive(Debug)]
pub(super) struct Working(Activity);

impl Activity {
    /// A connection that has just opened owes a request.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            doing: Doing::Reading,
            since: Instant::now(),
            requests: 0,
            multiplexed: false,
        })))
    }

    /// Bytes came.
    pub fn heard(&self) {
        let state = &mut *self.0.lock();
        if state.doing == Doing::Resting && !state.multiplexed {
            state.doing = Doing::Reading;
            state.since = Instant::now();
        }
    }

    /// A request came.
    pub fn work(&self, multiplexed: bool) -> Working {
        let state = &mut *self.0.lock();
        state.doing = Doing::Working;
        state.requests += 1;
        state.multiplexed = multiplexed;
        Working(self.clone())
    }

    /// What it is doing.
    pub fn doing(&self) -> Doing {
        self.0.lock().doing
    }

    /// Ends when the client has had its time. `closing` connections do not rest for long.
    pub async fn overdue(&self, settings: &Settings, closing: bool) {
        loop {
            let now = Instant::now();
            let due = {
                let state = self.0.lock();
                match state.doing {
                    Doing::Working => None,
                    Doing::Resting if !closing => Some(state.since + settings.idle),
                    Doing::Reading | Doing::Resting => Some(state.since + settings.headers),
                }
            };
            if due.is_some_and(|due| due <= now) {
                return;
            }
            // Whatever begins after this look is due later than the next one.
            let look = now + settings.headers.min(settings.idle);
            tokio::time::sleep_until(due.map_or(look, |due| due.min(look))).await;
        }
    }

    /// A connection that is told to close has a little time from now on.
    pub fn told_to_close(&self) {
        self.0.lock().since = Instant::now();
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        let state = &mut *self.0.0.lock();
        state.requests = state.requests.saturating_sub(1);
        if state.requests == 0 {
            state.doing = Doing::Resting;
            state.since = Instant::now();
        }
    }
}
