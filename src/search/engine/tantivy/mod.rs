//! The embedded engine: a tantivy index in the data folder.
//!
//! - One folder a version of the schema, `search/v<N>`: a new version finds nothing and is rebuilt.
//! - The payload of the last commit says whether the index is complete, and whose it is: a folder can meet another
//!   database, and keys of one mean nothing in the other.
//! - One writer a folder: tantivy locks it. It is opened by whoever writes and given back when nothing has been written
//!   for a while, so that a server beside `merx worker`, or `merx reindex` beside a server, waits and does not fail.
//! - Readers look at the time of `meta.json` before each search, and so see the commits of other processes at once.

mod collect;
mod facets;
mod near;
mod query;
mod rank;
mod schema;
mod score;
mod suggest;
mod terms;
mod vectors;
mod write;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use entity::ProductId;
use futures_util::stream::{BoxStream, StreamExt};
use parking_lot::{Mutex, RwLock};
use tantivy::index::SegmentId;
use tantivy::{Index, IndexReader, ReloadPolicy, Searcher, SegmentReader, TantivyError, Term};

use self::collect::{Found, Part};
use self::facets::KeyRanges;
use self::query::{Analysis, Asked};
use self::rank::{Also, Ranking};
use self::schema::Fields;
use self::score::{Match, Shelf};
use self::terms::Lexicon;
use self::vectors::Vectors;
use self::write::Writer;
use crate::platform::error::{Fault, Result};
use crate::search::engine::{
    Batch, Engine, EngineError, Order, Owner, SearchAnswer, SearchRequest, SuggestAnswer, SuggestRequest,
};

/// Fewer hits than this with all words, and one word may be missing, and so on. A higher number fills pages, but with
/// hits that drown the counts of the facets.
const ENOUGH: u64 = 20;

impl From<TantivyError> for EngineError {
    fn from(error: TantivyError) -> Self {
        match error {
            TantivyError::LockFailure(..) => Self::Busy,
            other => Self::Failed(Box::new(other)),
        }
    }
}

pub(super) use self::schema::stems;
pub(super) use self::suggest::goes_on;

/// The embedded engine. Cheap to clone.
#[derive(Clone)]
pub(super) struct Tantivy(Arc<Parts>);

/// What was read of each segment.
/// What the order of another source counts beside our own, which knows the catalogue. Chosen on the judged queries: 1 is
/// worth .797, .5 .805 and .25 .817, the embedded order alone .829.
const OTHERS: f64 = 0.25;

type BySegment<T> = Mutex<HashMap<SegmentId, Arc<T>>>;

struct Parts {
    index: Index,
    reader: IndexReader,
    fields: Fields,
    folder: PathBuf,
    seen: RwLock<Seen>,
    ranges: BySegment<KeyRanges>,
    vectors: BySegment<Vectors>,
    writer: Writer,
}

/// What the readers have of the index.
#[derive(Clone, Default)]
struct Seen {
    changed: Option<SystemTime>,
    payload: Option<Arc<str>>,
}

impl Tantivy {
    /// Opens the index below `data_dir`; makes an empty one where there is none that can be read.
    pub(super) fn open(data_dir: &Path) -> Result<Self> {
        let root = data_dir.join("search");
        let folder = root.join(format!("v{}", schema::VERSION));
        std::fs::create_dir_all(&folder)?;
        let (schema, fields) = schema::schema();
        let index = match open_or_create(&folder, &schema) {
            Ok(index) => index,
            Err(error) => {
                tracing::warn!(%error, "the search index cannot be read and will be rebuilt");
                std::fs::remove_dir_all(&folder)?;
                std::fs::create_dir_all(&folder)?;
                open_or_create(&folder, &schema).map_err(|e| Fault::part("search", e))?
            }
        };
        let reader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(|e| Fault::part("search", e))?;
        Ok(Self(Arc::new(Parts {
            reader,
            fields,
            folder,
            seen: RwLock::default(),
            ranges: Mutex::default(),
            vectors: Mutex::default(),
            writer: Writer::new(index.clone()),
            index,
        })))
    }

    /// The index as it was last committed, by whatever process, with the payload of the commit.
    fn searcher(&self) -> tantivy::Result<(Searcher, Option<Arc<str>>)> {
        let parts = &*self.0;
        let changed = std::fs::metadata(parts.folder.join("meta.json"))
            .and_then(|m| m.modified())
            .ok();
        let seen = parts.seen.read().clone();
        // A folder that somebody deletes under us: what is open can still be read, what is there must be rebuilt.
        if seen.changed == changed && changed.is_some() {
            return Ok((parts.reader.searcher(), seen.payload));
        }
        let mut seen = parts.seen.write();
        if changed.is_none() {
            return Ok((parts.reader.searcher(), None));
        }
        let payload: Option<Arc<str>> = parts.index.load_metas()?.payload.map(Arc::from);
        parts.reader.reload()?;
        let searcher = parts.reader.searcher();
        let is_there = |id: &SegmentId| searcher.segment_readers().iter().any(|s| s.segment_id() == *id);
        parts.ranges.lock().retain(|id, _| is_there(id));
        parts.vectors.lock().retain(|id, _| is_there(id));
        *seen = Seen {
            changed,
            payload: payload.clone(),
        };
        Ok((searcher, payload))
    }

    /// The index when it is a complete one of `owner`.
    fn ready(&self, owner: Owner) -> Result<Searcher, EngineError> {
        let (searcher, payload) = self.searcher()?;
        if payload.as_deref() == Some(&*write::complete(owner)) {
            Ok(searcher)
        } else {
            Err(EngineError::NotReady)
        }
    }

    fn ranges(&self, segment: &SegmentReader) -> tantivy::Result<Arc<KeyRanges>> {
        if let Some(ranges) = self.0.ranges.lock().get(&segment.segment_id()) {
            return Ok(Arc::clone(ranges));
        }
        let column = segment.fast_fields().str(schema::column::ATTRIBUTE)?;
        let ranges = Arc::new(KeyRanges::read(column.as_ref())?);
        self.0.ranges.lock().insert(segment.segment_id(), Arc::clone(&ranges));
        Ok(ranges)
    }

    fn vectors(&self, segment: &SegmentReader) -> tantivy::Result<Arc<Vectors>> {
        if let Some(vectors) = self.0.vectors.lock().get(&segment.segment_id()) {
            return Ok(Arc::clone(vectors));
        }
        let vectors = Arc::new(Vectors::read(segment)?);
        self.0.vectors.lock().insert(segment.segment_id(), Arc::clone(&vectors));
        Ok(vectors)
    }

    /// Looks the text up, and collects what matches. The shelves come back without what the text excludes.
    fn run<'s>(
        &self,
        searcher: &'s Searcher,
        request: &SearchRequest,
        asked: &Asked<'_>,
    ) -> Result<(Analysis, Found, Vec<Shelf<'s>>), EngineError> {
        let fields = &self.0.fields;
        let mut shelves = Vec::new();
        for segment in searcher.segment_readers() {
            shelves.push(Shelf::of(segment, fields, &request.channel)?);
        }
        let lexicon = Lexicon::new(fields, &shelves, &request.channel, searcher);
        let analysis = query::analyse(&lexicon, asked)?;
        for shelf in &mut shelves {
            for stems in &analysis.excluded {
                let docs = shelf.holding(searcher, fields, stems)?;
                shelf.close(&docs);
            }
        }
        let mut matches = score::matches(
            searcher,
            &fields.weighted(&request.tuning),
            (fields, &analysis),
            &mut shelves,
        )?;
        for (shelf, matches) in shelves.iter().zip(&mut matches) {
            for stems in &analysis.phrases {
                let docs = shelf.holding(searcher, fields, stems)?;
                matches.retain(|found| docs.binary_search(&found.doc).is_ok());
            }
        }
        let required = required(&matches, analysis.words.len());
        let mut parts = Vec::with_capacity(shelves.len());
        for (shelf, mut matches) in shelves.iter().zip(matches) {
            matches.retain(|found| found.words.count_ones() >= required);
            let ranges = self.ranges(shelf.segment)?;
            parts.push(Part::of(shelf.segment, ranges, matches, &request.filters)?);
        }
        let (also, counted) = self.also(request, &analysis, &shelves, &parts)?;
        let others: Vec<ProductId> = also.iter().flat_map(|(_, list)| list).copied().chain(counted).collect();
        for (shelf, part) in shelves.iter().zip(&mut parts) {
            let matches = std::mem::take(&mut part.matches);
            part.matches = self.with_others(shelf, &analysis, request, &others, matches)?;
        }
        let ranking = Ranking::of(request, analysis.words.len(), also, &parts);
        let found = collect::collect(&parts, request, &ranking, !asked.suggesting)?;
        Ok((analysis, found, shelves))
    }

    /// What else is to be fused with the hits: what other sources found, and what is near by vector; and what only counts in
    /// facets. A phrase means what it says, and nothing else.
    fn also(
        &self,
        request: &SearchRequest,
        analysis: &Analysis,
        shelves: &[Shelf<'_>],
        parts: &[Part],
    ) -> tantivy::Result<(Vec<Also>, Vec<ProductId>)> {
        if request.order != Order::Relevance || !analysis.phrases.is_empty() {
            return Ok((Vec::new(), Vec::new()));
        }
        let mut also: Vec<Also> = request.also.iter().map(|list| (OTHERS, list.clone())).collect();
        if let Some(wanted) = &request.vector {
            let vectors: Vec<Arc<Vectors>> = shelves
                .iter()
                .map(|shelf| self.vectors(shelf.segment))
                .collect::<tantivy::Result<_>>()?;
            let near = vectors::nearest(wanted, request, shelves, &vectors, parts)?;
            also.push((1.0, near.found));
            return Ok((also, near.counted));
        }
        Ok((also, Vec::new()))
    }

    /// `matches` with what is found otherwise than by its words: by SKU, by staff, by other sources.
    fn with_others(
        &self,
        shelf: &Shelf<'_>,
        analysis: &Analysis,
        request: &SearchRequest,
        other: &[ProductId],
        matches: Vec<Match>,
    ) -> tantivy::Result<Vec<Match>> {
        let fields = &self.0.fields;
        let mut others = Vec::new();
        if !analysis.whole.is_empty() {
            let sku = Term::from_field_text(fields.sku, &analysis.whole);
            others.extend(shelf.with(&sku)?.into_iter().map(|doc| Match {
                is_sku: true,
                ..Match::of(doc)
            }));
        }
        if request.order == Order::Relevance {
            for product in request.curation.pins.iter().chain(other) {
                let docs = shelf.with(&fields.of_product(*product))?;
                others.extend(docs.into_iter().map(Match::of));
            }
        }
        others.sort_by_key(|found| (found.doc, !found.is_sku));
        others.dedup_by_key(|found| found.doc);
        Ok(score::merged(matches, others.into_iter()))
    }

    fn suggestions(&self, request: &SuggestRequest) -> Result<SuggestAnswer, EngineError> {
        let searcher = self.ready(request.owner)?;
        let search = SearchRequest {
            owner: request.owner,
            channel: request.channel.clone(),
            text: request.text.clone(),
            limit: request.limit,
            facets: true,
            ..SearchRequest::default()
        };
        let asked = Asked {
            text: &request.text,
            language: request.language,
            vocabulary: &request.words,
            shortest: 1,
            suggesting: true,
        };
        let (analysis, found, shelves) = self.run(&searcher, &search, &asked)?;
        let lexicon = Lexicon::new(&self.0.fields, &shelves, &request.channel, &searcher);
        let queries = suggest::queries(&lexicon, request, &analysis)?;
        Ok(suggest::suggest(request, found, queries))
    }

    fn answer(&self, request: &SearchRequest) -> Result<SearchAnswer, EngineError> {
        let searcher = self.ready(request.owner)?;
        let asked = Asked {
            text: &request.text,
            language: request.language,
            vocabulary: &request.words,
            shortest: query::BEGINNING_MIN,
            suggesting: false,
        };
        let (analysis, mut found, _) = self.run(&searcher, request, &asked)?;
        let has_next = found.hits.len() > request.limit;
        found.hits.truncate(request.limit);
        Ok(SearchAnswer {
            hits: found.hits,
            has_next,
            total: found.total,
            corrected: analysis.corrected,
            prices: found.prices,
            facets: found.tally.facets(&request.filters)?,
            marks: analysis.marks,
            by_vector: request.vector.is_some(),
            engine: "embedded",
            ..SearchAnswer::default()
        })
    }
}

/// How many of `words` words a hit must have: all of them where enough documents have all, else fewer.
fn required(matches: &[Vec<Match>], words: usize) -> u32 {
    let mut with = vec![0_u64; words + 1];
    for found in matches.iter().flatten() {
        if let Some(count) = with.get_mut(found.words.count_ones() as usize) {
            *count += 1;
        }
    }
    let mut sum = 0;
    let enough = (0..with.len()).rev().find(|words| {
        sum += with[*words];
        sum >= ENOUGH
    });
    // A document without any word is no hit.
    let least = usize::from(words > 0);
    u32::try_from(enough.unwrap_or_default().max(least)).unwrap_or(u32::MAX)
}

fn open_or_create(folder: &Path, schema: &tantivy::schema::Schema) -> tantivy::Result<Index> {
    let directory = tantivy::directory::MmapDirectory::open(folder)?;
    // Also refuses an index of another schema.
    Index::open_or_create(directory, schema.clone())
}

/// Runs `work` where it may take its time.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| EngineError::Failed(Box::new(e)))?
}

#[async_trait]
impl Engine for Tantivy {
    async fn is_ready(&self, owner: Owner) -> bool {
        self.ready(owner).is_ok()
    }

    async fn is_empty(&self) -> bool {
        self.searcher().is_ok_and(|(searcher, _)| searcher.num_docs() == 0)
    }

    async fn search(&self, request: SearchRequest) -> Result<SearchAnswer, EngineError> {
        let engine = self.clone();
        apart(move || engine.answer(&request)).await
    }

    async fn suggest(&self, request: SuggestRequest) -> Result<SuggestAnswer, EngineError> {
        let engine = self.clone();
        apart(move || engine.suggestions(&request)).await
    }

    async fn write(&self, owner: Owner, batch: Batch) -> Result<(), EngineError> {
        let engine = self.clone();
        apart(move || {
            let fields = &engine.0.fields;
            engine
                .0
                .writer
                .write(owner, false, |writer| write::replace(writer, fields, &batch))
        })
        .await?;
        self.0.writer.close_when_idle();
        Ok(())
    }

    async fn rebuild(&self, owner: Owner, mut batches: BoxStream<'_, Result<Batch>>) -> Result<(), EngineError> {
        let engine = self.clone();
        let (send, mut receive) = tokio::sync::mpsc::channel::<Batch>(2);
        let (begin, begun) = tokio::sync::oneshot::channel();
        let writing = apart(move || {
            let fields = &engine.0.fields;
            engine.0.writer.write(owner, true, |writer| {
                let _ = begin.send(());
                writer.delete_all_documents()?;
                let mut complete = false;
                while let Some(batch) = receive.blocking_recv() {
                    // An empty batch ends the index; without one, whoever reads the database has failed.
                    complete = batch.products.is_empty();
                    write::add(writer, fields, &batch)?;
                }
                if complete {
                    Ok(())
                } else {
                    Err(TantivyError::SystemError("the rebuild was given up".to_owned()))
                }
            })
        });
        let reading = async {
            // What is read before the writer is ours may be older than what another process writes meanwhile.
            if begun.await.is_err() {
                return Ok(());
            }
            while let Some(batch) = batches.next().await {
                let batch = batch.map_err(|e| EngineError::Failed(Box::new(e)))?;
                if !batch.products.is_empty() && send.send(batch).await.is_err() {
                    break;
                }
            }
            let _ = send.send(Batch::default()).await;
            drop(send);
            Ok(())
        };
        let (written, read) = tokio::join!(writing, reading);
        self.0.writer.close_when_idle();
        read.and(written)
    }
}
