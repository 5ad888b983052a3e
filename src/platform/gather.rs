//! What many requests ask at the same moment, asked once for all of them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

use crate::platform::error::{Fault, Result};

/// Gathers while batches are on their way. Who comes alone waits for nobody.
pub struct Gather<I, O> {
    waiting: Mutex<VecDeque<Waiting<I, O>>>,
    tickets: AtomicU64,
    /// One is held by each batch that is on its way.
    turns: Arc<Semaphore>,
    most: usize,
}

struct Waiting<I, O> {
    ticket: u64,
    item: I,
    done: Done<O>,
}

impl<I, O> Default for Gather<I, O> {
    /// One batch at a time, of any size.
    fn default() -> Self {
        Self::new(1, usize::MAX)
    }
}

impl<I, O> Gather<I, O> {
    /// So many batches at a time as `turns`, of `most` each.
    pub fn new(turns: usize, most: usize) -> Self {
        Self {
            waiting: Mutex::default(),
            tickets: AtomicU64::new(0),
            turns: Arc::new(Semaphore::new(turns)),
            most,
        }
    }
}

impl<I: Send + 'static, O: Send + 'static> Gather<I, O> {
    /// Asks for `item`. Whoever's turn it is calls `all` with the items that wait; it gives the answers in their order. A
    /// batch that has begun ends, also when nobody waits for it any more.
    ///
    /// # Errors
    /// Those of `all`, which all of the batch share.
    pub async fn ask<F>(&self, item: I, all: impl FnOnce(Vec<I>) -> F) -> Result<O>
    where
        F: Future<Output = Result<Vec<O>>> + Send + 'static,
    {
        let (done, mut answer) = oneshot::channel();
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().push_back(Waiting { ticket, item, done });
        let gone = |_| Fault::Invariant("a batch that answers less than it was asked");
        let turn = tokio::select! {
            biased;
            // Who has their answer does not stand in line for a turn any longer.
            answer = &mut answer => return answer.map_err(gone)?.map_err(Fault::Shared),
            turn = Arc::clone(&self.turns).acquire_owned() => turn.map_err(|e| Fault::part("batch", e))?,
        };
        match self.next(ticket) {
            // Somebody has taken ours along.
            None => drop(turn),
            Some((items, done)) => {
                let batch = all(items);
                tokio::spawn(async move {
                    let answers = batch.await;
                    drop(turn);
                    give_out(answers, done);
                });
            }
        }
        answer.await.map_err(gone)?.map_err(Fault::Shared)
    }

    /// The next batch: the item with `ticket`, and of those that wait the ones that came first. None when it does not
    /// wait any more.
    fn next(&self, ticket: u64) -> Option<(Vec<I>, Vec<Done<O>>)> {
        let mut waiting = self.waiting.lock();
        waiting.retain(|waiting| !waiting.done.is_closed());
        let own = waiting.iter().position(|waiting| waiting.ticket == ticket)?;
        let own = waiting.remove(own);
        let others = waiting.len().min(self.most.saturating_sub(1));
        let batch = own.into_iter().chain(waiting.drain(..others));
        Some(batch.map(|waiting| (waiting.item, waiting.done)).unzip())
    }
}

type Done<O> = oneshot::Sender<Result<O, Arc<Fault>>>;

fn give_out<O>(answers: Result<Vec<O>>, done: Vec<Done<O>>) {
    let mut answers = answers.map(Vec::into_iter).map_err(Arc::new);
    for done in done {
        let answer = match &mut answers {
            Ok(answers) => match answers.next() {
                Some(answer) => Ok(answer),
                None => break,
            },
            Err(fault) => Err(Arc::clone(fault)),
        };
        // Nobody listens where a request was given up.
        let _ = done.send(answer);
    }
}
