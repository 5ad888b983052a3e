//! Bringing documents in.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::stream::{BoxStream, StreamExt};
use meilisearch_sdk::client::{Client, SwapIndexes};
use meilisearch_sdk::documents::DocumentDeletionQuery;
use meilisearch_sdk::errors::{Error, ErrorCode};
use meilisearch_sdk::indexes::{Index, IndexesQuery};
use meilisearch_sdk::task_info::TaskInfo;

use super::document::{Row, field};
use super::wire::Wire;
use super::{Meilisearch, Trouble, filter, settings, task};
use crate::platform::error::Result;
use crate::search::engine::{Batch, EngineError, Owner};
use crate::search::words::Vocabulary;

/// How long a task is waited for where nobody gives it up before: large ones take minutes on a small machine.
const LONG: Duration = Duration::from_mins(15);
/// Batches on their way while an index is built.
const UNDER_WAY: usize = 64;
/// Products in a filter.
const FILTER_MAX: usize = 500;
/// After how long an index that nobody finished is deleted.
const LEFT: TimeDelta = TimeDelta::days(1);
/// Indexes that are looked through for those.
const INDEXES_MAX: usize = 1_000;

impl Meilisearch {
    /// Replaces what the index holds of the products of `batch`; searches see it then. Only for an index that exists: a
    /// document for another would make one, and an incomplete one. Whoever calls says how long that may take.
    pub(in crate::search::engine) async fn replace(&self, owner: Owner, batch: &Batch) -> Result<(), Trouble> {
        let client = self.clients().await?.work;
        let index = client.index(self.name(owner));
        let rows: Vec<Row> = batch.documents.iter().map(Row::of).collect();
        let tasks = send(&index, batch, &rows).await.map_err(|e| self.trouble(e))?;
        for sent in tasks {
            let done = task::done(&client, sent, LONG).await;
            done.map_err(|e| self.trouble(e))?;
        }
        Ok(())
    }

    /// Builds an index beside the one that answers, and puts it in its place. What is written meanwhile is in the old
    /// one: who builds compares afterwards.
    pub(in crate::search::engine) async fn build(
        &self,
        owner: Owner,
        words: &Vocabulary,
        batches: BoxStream<'_, Result<Batch>>,
    ) -> Result<(), EngineError> {
        let client = self.clients().await?.work;
        let name = self.name(owner);
        let suffix = self.ids.uuid().simple().to_string();
        let new = client.index(format!("{name}-new-{suffix}"));
        let built = match self.fill(&client, &new, words, batches).await {
            Ok(()) => self.put_in_place(&client, owner, &new).await.map_err(Into::into),
            Err(error) => Err(error),
        };
        if built.is_err() {
            // What remains is deleted by a later build.
            let _ = client.delete_index(&new.uid).await;
        }
        self.tidy(&client, &name).await;
        built
    }

    async fn fill(
        &self,
        client: &Client<Wire>,
        new: &Index<Wire>,
        words: &Vocabulary,
        mut batches: BoxStream<'_, Result<Batch>>,
    ) -> Result<(), EngineError> {
        let begin = async {
            let created = client.create_index(&new.uid, Some(field::KEY)).await?;
            task::done(client, created, LONG).await?;
            for settings in [settings::settings(), settings::vocabulary(words)] {
                let set = new.set_settings(&settings).await?;
                task::done(client, set, LONG).await?;
            }
            Ok::<(), Error>(())
        };
        begin.await.map_err(|e| self.trouble(e))?;
        let mut under_way: VecDeque<TaskInfo> = VecDeque::new();
        while let Some(batch) = batches.next().await {
            let batch = batch.map_err(|e| EngineError::Failed(Box::new(e)))?;
            let rows: Vec<Row> = batch.documents.iter().map(Row::of).collect();
            if rows.is_empty() {
                continue;
            }
            let sent = new.add_or_replace(&rows, Some(field::KEY)).await;
            under_way.push_back(sent.map_err(|e| self.trouble(e))?);
            if under_way.len() > UNDER_WAY
                && let Some(first) = under_way.pop_front()
            {
                let done = task::done(client, first, LONG).await;
                done.map_err(|e| self.trouble(e))?;
            }
        }
        for sent in under_way {
            let done = task::done(client, sent, LONG).await;
            done.map_err(|e| self.trouble(e))?;
        }
        Ok(())
    }

    /// Gives `new` the name of the index of `owner`. What had it is deleted.
    async fn put_in_place(&self, client: &Client<Wire>, owner: Owner, new: &Index<Wire>) -> Result<(), Trouble> {
        let exists = self.exists(owner).await?;
        let swap = SwapIndexes {
            indexes: (new.uid.clone(), self.name(owner)),
            // Nothing to swap with: so that the name never stands for an index that is not complete.
            rename: (!exists).then_some(true),
        };
        let swapped = async {
            let made = made_at(&client.get_index(&new.uid).await?);
            client.swap_indexes([&swap]).await?;
            // Not the task: it belongs to no index, so that a key for some indexes does not see it.
            task::until(LONG, || is_made(client, swap.indexes.1.as_str(), made)).await?;
            if exists {
                let sent = client.delete_index(&new.uid).await?;
                task::done(client, sent, LONG).await?;
            }
            Ok::<(), Error>(())
        };
        swapped.await.map_err(|e| self.trouble(e))
    }

    /// Deletes what earlier builds of `name` left.
    async fn tidy(&self, client: &Client<Wire>, name: &str) {
        let beginning = format!("{name}-new-");
        let oldest = (self.clock.now() - LEFT).timestamp();
        let mut query = IndexesQuery::new(client);
        query.with_limit(INDEXES_MAX);
        let Ok(all) = client.list_all_indexes_with(&query).await else {
            return;
        };
        for index in all.results {
            let old = index.created_at.is_some_and(|made| made.unix_timestamp() < oldest);
            if old && index.uid.starts_with(&beginning) {
                let name = index.uid.clone();
                if let Err(error) = index.delete().await {
                    tracing::warn!(%error, index = name, "an index that nobody finished was not deleted");
                }
            }
        }
    }
}

/// When an index was made, in nanoseconds since 1970: no other was made then.
fn made_at(index: &Index<Wire>) -> Option<i128> {
    index.created_at.map(|made| made.unix_timestamp_nanos())
}

/// Whether the index called `name` is the one that was made then.
async fn is_made(client: &Client<Wire>, name: &str, made: Option<i128>) -> Result<bool, Error> {
    match client.get_index(name).await {
        Ok(index) => Ok(made_at(&index) == made),
        Err(Error::Meilisearch(error)) if error.error_code == ErrorCode::IndexNotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Sends what `batch` changes, in the order in which it must happen: what is there stays to be found meanwhile.
async fn send(index: &Index<Wire>, batch: &Batch, rows: &[Row]) -> Result<Vec<TaskInfo>, Error> {
    let mut tasks = Vec::new();
    if !rows.is_empty() {
        tasks.push(index.add_or_replace(rows, Some(field::KEY)).await?);
    }
    for products in batch.products.chunks(FILTER_MAX) {
        let of_products = filter::products(products);
        let kept: Vec<&str> = rows
            .iter()
            .filter(|row| of_products.contains(&row.product))
            .map(|row| row.id.as_str())
            .collect();
        let mut filter = of_products;
        if !kept.is_empty() {
            filter = format!("{filter} AND NOT {} IN [{}]", field::KEY, kept.join(", "));
        }
        let mut gone = DocumentDeletionQuery::new(index);
        gone.with_filter(&filter);
        tasks.push(index.delete_documents_with(&gone).await?);
    }
    Ok(tasks)
}
