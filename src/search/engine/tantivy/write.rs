//! The writer: one a folder, opened by whoever writes, given back when idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tantivy::{Index, IndexWriter, TantivyError};

use super::schema::Fields;
use crate::search::engine::{Batch, EngineError, Owner};

/// Payload of a commit that leaves a complete index of `owner`.
pub(super) fn complete(owner: Owner) -> String {
    match owner.0 {
        Some(channel) => format!("complete, of {channel}"),
        None => "complete, of nobody".to_owned(),
    }
}

/// Memory of the writer in bytes, while it is open.
const MEMORY: usize = 20 << 20;
/// How long the writer stays open after a write.
const IDLE: Duration = Duration::from_secs(2);
/// How long to wait for the writer of another process, in steps of [`LOCK_PAUSE`].
const LOCK_TRIES: u32 = 600;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// The writer of this process. Cheap to clone.
#[derive(Clone)]
pub(super) struct Writer(Arc<Parts>);

struct Parts {
    index: Index,
    open: Mutex<Option<IndexWriter>>,
    writes: AtomicU64,
}

impl Writer {
    pub(super) fn new(index: Index) -> Self {
        Self(Arc::new(Parts {
            index,
            open: Mutex::new(None),
            writes: AtomicU64::new(0),
        }))
    }

    /// Runs `work` and commits; takes everything back when it fails. Without `completes` nothing is done unless the
    /// index is a complete one of `owner`, or of nobody: that one is empty, and `owner` may have it. Blocks.
    pub(super) fn write(
        &self,
        owner: Owner,
        completes: bool,
        work: impl FnOnce(&mut IndexWriter) -> tantivy::Result<()>,
    ) -> Result<(), EngineError> {
        let mut open = self.0.open.lock();
        self.0.writes.fetch_add(1, Ordering::Relaxed);
        let mut writer = match open.take() {
            Some(writer) => writer,
            None => self.acquire()?,
        };
        let mark = complete(owner);
        // Asked under the lock: no other process can have built the index since.
        let may_write = || -> tantivy::Result<bool> {
            let payload = self.0.index.load_metas()?.payload;
            Ok(payload.is_some_and(|p| p == mark || p == complete(Owner(None))))
        };
        if !completes && !may_write()? {
            *open = Some(writer);
            return Ok(());
        }
        let result = work(&mut writer).and_then(|()| {
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&mark);
            commit.commit()
        });
        if let Err(error) = result {
            // What was added and not committed goes with the writer.
            writer.rollback()?;
            return Err(error.into());
        }
        *open = Some(writer);
        Ok(())
    }

    fn acquire(&self) -> Result<IndexWriter, EngineError> {
        for _ in 0..LOCK_TRIES {
            match self.0.index.writer_with_num_threads(1, MEMORY) {
                Err(TantivyError::LockFailure(..)) => std::thread::sleep(LOCK_PAUSE),
                other => return Ok(other?),
            }
        }
        Err(EngineError::Busy)
    }

    /// Closes the writer unless somebody writes in the meantime; merges that run are waited for.
    pub(super) fn close_when_idle(&self) {
        let parts = Arc::clone(&self.0);
        let writes = parts.writes.load(Ordering::Relaxed);
        tokio::spawn(async move {
            tokio::time::sleep(IDLE).await;
            if parts.writes.load(Ordering::Relaxed) != writes {
                return;
            }
            let closing = tokio::task::spawn_blocking(move || {
                let writer = parts.open.lock().take();
                writer.map(IndexWriter::wait_merging_threads).transpose()
            });
            if let Ok(Err(error)) = closing.await {
                tracing::warn!(%error, "segments of the search index were not merged");
            }
        });
    }
}

/// Replaces the documents of the products of `batch`.
pub(super) fn replace(writer: &mut IndexWriter, fields: &Fields, batch: &Batch) -> tantivy::Result<()> {
    for product in &batch.products {
        writer.delete_term(fields.of_product(*product));
    }
    add(writer, fields, batch)
}

/// Adds documents.
pub(super) fn add(writer: &mut IndexWriter, fields: &Fields, batch: &Batch) -> tantivy::Result<()> {
    for document in &batch.documents {
        writer.add_document(fields.document(document))?;
    }
    Ok(())
}
