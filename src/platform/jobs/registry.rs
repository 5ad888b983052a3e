//! Which function runs which kind of job.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use crate::platform::error::Fault;
use crate::platform::jobs::{Envelope, Job};

/// How a job failed.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It may go better later.
    #[error(transparent)]
    Retry(#[from] Fault),
    /// It will never go better: the job is dead at once.
    #[error("{0}")]
    Dead(String),
}

type Run<S> =
    Arc<dyn Fn(S, serde_json::Value) -> Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>> + Send + Sync>;

/// The jobs that a program knows, with the state `S` they run on.
pub struct Registry<S>(HashMap<&'static str, Run<S>>);

impl<S> Default for Registry<S> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<S: Send + 'static> Registry<S> {
    /// Has `run` do the jobs of kind `J`.
    pub fn add<J, F>(&mut self, run: impl Fn(S, J) -> F + Send + Sync + 'static)
    where
        J: Job,
        F: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let run = Arc::new(run);
        let boxed: Run<S> = Arc::new(move |state, payload| {
            let run = Arc::clone(&run);
            Box::pin(async move {
                let job: J = serde_json::from_value(payload).map_err(|e| JobError::Dead(e.to_string()))?;
                run(state, job).await
            })
        });
        self.0.insert(J::KIND, boxed);
    }

    /// The kinds of job, sorted: the list in the documentation is compared with it.
    pub fn kinds(&self) -> Vec<&'static str> {
        let mut kinds: Vec<_> = self.0.keys().copied().collect();
        kinds.sort_unstable();
        kinds
    }

    pub(super) async fn run(&self, state: S, envelope: Envelope) -> Result<(), JobError> {
        match self.0.get(envelope.kind.as_str()) {
            Some(run) => run(state, envelope.payload).await,
            // A newer program wrote it: wait for a worker that knows it.
            None => Err(JobError::Retry(Fault::Invariant("unknown kind of job"))),
        }
    }
}
