//! What many requests ask at the same moment, asked once for all of them.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{Semaphore, oneshot};

use crate::platform::error::{Fault, Result};

/// Gathers while batches are on their way. Who comes alone waits for nobody.
pub struct Gather<I, O> {
    waiting: Mutex<VecDeque<Waiting<I, O>>>,
    /// One is held by each batch that is on its way.
    turns: Arc<Semaphore>,
    most: usize,
}

struct Waiting<I, O> {
    item: I,
    done: oneshot::Sender<Result<O, Arc<Fault>>>,
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
        let (done, answer) = oneshot::channel();
        self.waiting.lock().push_back(Waiting { item, done });
        let gone = |_| Fault::Invariant("a batch that answers less than it was asked");
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|e| Fault::part("batch", e))?;
        let waiting: Vec<Waiting<I, O>> = {
            let mut waiting = self.waiting.lock();
            waiting.retain(|waiting| !waiting.done.is_closed());
            let count = waiting.len().min(self.most);
            waiting.drain(..count).collect()
        };
        // None where somebody has taken ours along.
        if !waiting.is_empty() {
            let (items, done): (Vec<I>, Vec<_>) = waiting.into_iter().map(|w| (w.item, w.done)).unzip();
            let batch = all(items);
            tokio::spawn(async move {
                let mut answers = batch.await.map(Vec::into_iter).map_err(Arc::new);
                drop(turn);
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
            });
        }
        answer.await.map_err(gone)?.map_err(Fault::Shared)
    }
}
