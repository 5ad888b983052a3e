//! Nearest by vector: every vector of a segment is compared. A catalogue is small for that: a million multiplications are
//! a fraction of a millisecond, and nothing has to be trained or tuned.

use std::sync::Arc;

use entity::{ProductId, TypedId};
use tantivy::{DocId, SegmentReader};
use uuid::Uuid;

use super::collect::Part;
use super::schema::column;
use super::score::Shelf;
use crate::platform::text::sha256_hex;
use crate::search::engine::{SearchRequest, Vector};

/// Nearest products that are fused with what the words find.
const NEAREST: usize = 100;
/// How far from the average of the channel to its nearest product another one must be to count as near. Models differ in
/// what an unrelated text is worth: by some it is nothing, by others more than half.
const WAY: f64 = 0.5;
/// Bytes in front of a vector that say which model made it.
const MODEL: usize = 8;

/// The vectors of a segment, of length one.
#[derive(Default)]
pub(super) struct Vectors(Vec<OfModel>);

/// Those that one model made, in the order of their documents.
struct OfModel {
    model: [u8; MODEL],
    dimensions: usize,
    docs: Vec<DocId>,
    /// All vectors, one behind the other.
    all: Vec<f32>,
}

impl Vectors {
    /// Reads the column through, once a segment.
    pub(super) fn read(segment: &SegmentReader) -> tantivy::Result<Self> {
        let Some(column) = segment.fast_fields().bytes(column::VECTOR)? else {
            return Ok(Self::default());
        };
        let mut vectors = Self::default();
        let mut bytes = Vec::new();
        for doc in 0..segment.max_doc() {
            let Some(ord) = column.term_ords(doc).next() else {
                continue;
            };
            bytes.clear();
            if column.ord_to_bytes(ord, &mut bytes)?
                && let Some((model, numbers)) = bytes.split_first_chunk::<MODEL>()
            {
                vectors.add(doc, *model, from_bytes(numbers));
            }
        }
        Ok(vectors)
    }

    fn add(&mut self, doc: DocId, model: [u8; MODEL], vector: Vec<f32>) {
        let same = |of: &&mut OfModel| of.model == model && of.dimensions == vector.len();
        match self.0.iter_mut().find(same) {
            Some(of) => {
                of.docs.push(doc);
                of.all.extend(unit(vector));
            }
            None => self.0.push(OfModel {
                model,
                dimensions: vector.len(),
                docs: vec![doc],
                all: unit(vector),
            }),
        }
    }

    /// Cosine of the vector of each `open` document with `wanted`, of length one, where the same model made both.
    fn cosines<'a>(
        &'a self,
        model: [u8; MODEL],
        wanted: &'a [f32],
        open: &'a [bool],
    ) -> impl Iterator<Item = (DocId, f32)> + 'a {
        let length = wanted.len();
        let same = move |of: &&OfModel| of.model == model && of.dimensions == length && length > 0;
        self.0.iter().filter(same).flat_map(move |of| {
            let rows = of.docs.iter().copied().zip(of.all.chunks_exact(of.dimensions));
            let cosine = move |row: &[f32]| row.iter().zip(wanted).map(|(a, b)| a * b).sum::<f32>();
            rows.filter(move |(doc, _)| open[*doc as usize])
                .map(move |(doc, row)| (doc, cosine(row)))
        })
    }
}

/// What is near by vector.
#[derive(Default)]
pub(super) struct Nearest {
    /// What passes all filters, nearest first.
    pub(super) found: Vec<ProductId>,
    /// What fails one: it counts in the facet of that one.
    pub(super) counted: Vec<ProductId>,
}

/// The products nearest to `wanted` among what is open.
pub(super) fn nearest(
    wanted: &Vector,
    request: &SearchRequest,
    shelves: &[Shelf<'_>],
    vectors: &[Arc<Vectors>],
    parts: &[Part],
) -> tantivy::Result<Nearest> {
    let model = mark(&wanted.model);
    let wanted = unit(wanted.numbers.to_vec());
    let mut all: Vec<(f32, usize, DocId)> = Vec::new();
    for (at, (shelf, vectors)) in shelves.iter().zip(vectors).enumerate() {
        let open = vectors.cosines(model, &wanted, &shelf.open);
        all.extend(open.map(|(doc, cosine)| (cosine, at, doc)));
    }
    let Some(best) = all.iter().map(|(cosine, ..)| f64::from(*cosine)).max_by(f64::total_cmp) else {
        return Ok(Nearest::default());
    };
    let average = all.iter().map(|(cosine, ..)| f64::from(*cosine)).sum::<f64>() / all.len() as f64;
    let least = average + (best - average) * WAY;
    all.retain(|(cosine, ..)| *cosine > 0.0 && f64::from(*cosine) >= least);
    all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let mut nearest = Nearest::default();
    let mut failed_by = vec![0; request.filters.len()];
    for (_, at, doc) in all {
        let Part { columns, tests, .. } = &parts[at];
        let product = || ProductId::from_uuid(Uuid::from_u128(columns.id(doc)));
        let mut failing = (0..tests.len()).filter(|i| !tests[*i].passes(columns, doc));
        match (failing.next(), failing.next()) {
            (None, _) if nearest.found.len() < NEAREST => nearest.found.push(product()),
            (Some(one), None) if failed_by[one] < NEAREST => {
                failed_by[one] += 1;
                nearest.counted.push(product());
            }
            _ => {}
        }
    }
    Ok(nearest)
}

/// What stands for a model in the index.
fn mark(model: &str) -> [u8; MODEL] {
    let digest = sha256_hex(model);
    let mut mark = [0; MODEL];
    for (byte, digit) in mark.iter_mut().zip(digest.bytes()) {
        *byte = digit;
    }
    mark
}

/// `vector` as the index keeps it.
pub(super) fn to_bytes(vector: &Vector) -> Vec<u8> {
    let numbers = vector.numbers.iter().flat_map(|x| x.to_le_bytes());
    mark(&vector.model).into_iter().chain(numbers).collect()
}

fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()
}

/// `vector` with length one; zeros stay zeros.
fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|x| *x /= length);
    }
    vector
}
