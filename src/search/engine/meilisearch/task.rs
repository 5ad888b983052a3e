//! Tasks: Meilisearch takes a change, says its number, and makes it later.

use std::time::Duration;

use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::task_info::TaskInfo;
use meilisearch_sdk::tasks::Task;
use tokio::time::Instant;

use super::wire::Wire;

/// Pause before a task is looked at again; it grows up to [`PAUSE_MAX`].
const PAUSE: Duration = Duration::from_millis(3);
const PAUSE_MAX: Duration = Duration::from_millis(100);

/// Waits until `task` is done, up to `patience`.
///
/// # Errors
/// The task's own; [`Error::Timeout`] when it is not done in time: it may be done later.
pub(super) async fn done(client: &Client<Wire>, task: TaskInfo, patience: Duration) -> Result<(), Error> {
    let is_done = || async {
        match client.get_task(&task).await? {
            Task::Succeeded { .. } => Ok(true),
            Task::Failed { content } => Err(content.error.into()),
            Task::Enqueued { .. } | Task::Processing { .. } => Ok(false),
        }
    };
    until(patience, is_done).await
}

/// Looks again and again until `is_so`, up to `patience`.
///
/// # Errors
/// Those of looking; [`Error::Timeout`] when it is not so in time.
pub(super) async fn until<F>(patience: Duration, is_so: impl Fn() -> F) -> Result<(), Error>
where
    F: Future<Output = Result<bool, Error>>,
{
    let end = Instant::now() + patience;
    let mut pause = PAUSE;
    while !is_so().await? {
        if Instant::now() + pause > end {
            return Err(Error::Timeout);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 3 / 2).min(PAUSE_MAX);
    }
    Ok(())
}
