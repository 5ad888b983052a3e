//! Nearest by vector: every vector of a segment is compared. A catalogue is small for that: a million multiplications are
//! a fraction of a millisecond, and nothing has to be trained or tuned.

use entity::{ProductId, TypedId};
use tantivy::SegmentReader;
use uuid::Uuid;

use super::collect::Columns;
use super::schema::column;
use super::score::Shelf;

/// Nearest products that are fused with what the words find.
const NEAREST: usize = 100;
/// Less than this cosine is not near.
const LEAST: f32 = 0.2;

/// The vectors of a segment, of length one, in the order of its documents.
#[derive(Default)]
pub(super) struct Vectors {
    dimensions: usize,
    /// All vectors, one behind the other; zeros for a document without one.
    all: Vec<f32>,
}

impl Vectors {
    /// Reads the column through, once a segment. Vectors of another length than most of the first are left out.
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
            if !column.ord_to_bytes(ord, &mut bytes)? {
                continue;
            }
            let vector = from_bytes(&bytes);
            if vectors.dimensions == 0 {
                vectors.dimensions = vector.len();
                vectors.all = vec![0.0; vector.len() * segment.max_doc() as usize];
            }
            if vector.len() == vectors.dimensions {
                let from = doc as usize * vectors.dimensions;
                vectors.all[from..from + vector.len()].copy_from_slice(&unit(vector));
            }
        }
        Ok(vectors)
    }

    /// Cosine of each document's vector with `wanted`, of length one.
    fn cosines(&self, wanted: &[f32]) -> impl Iterator<Item = f32> {
        let rows = if self.dimensions == wanted.len() && self.dimensions > 0 {
            self.all.chunks_exact(self.dimensions)
        } else {
            [].chunks_exact(1)
        };
        rows.map(move |row| row.iter().zip(wanted).map(|(a, b)| a * b).sum())
    }
}

/// The products nearest to `wanted` among what is open, nearest first.
pub(super) fn nearest<'a>(
    wanted: &[f32],
    shelves: impl Iterator<Item = (&'a Shelf<'a>, &'a Vectors, &'a Columns)>,
) -> Vec<ProductId> {
    let wanted = unit(wanted.to_vec());
    let mut found: Vec<(f32, u128)> = Vec::new();
    for (shelf, vectors, columns) in shelves {
        for (doc, cosine) in (0..).zip(vectors.cosines(&wanted)) {
            if cosine >= LEAST && shelf.open[doc as usize] {
                found.push((cosine, columns.id(doc)));
            }
        }
    }
    found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found.truncate(NEAREST);
    let product = |(_, id)| ProductId::from_uuid(Uuid::from_u128(id));
    found.into_iter().map(product).collect()
}

/// `vector` as the index keeps it.
pub(super) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|x| x.to_le_bytes()).collect()
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
