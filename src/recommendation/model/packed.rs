//! Neighbours as bytes, 12 each.

/// An item that another speaks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbour {
    /// Its number in the model.
    pub place: u32,
    /// How often they are together; 0 where nobody counted.
    pub together: u32,
    /// How much the other speaks for it.
    pub score: f32,
}

/// Bytes of a neighbour.
const SIZE: usize = 12;

/// As bytes.
pub fn pack(neighbours: &[Neighbour]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(neighbours.len() * SIZE);
    for neighbour in neighbours {
        packed.extend(neighbour.place.to_le_bytes());
        packed.extend(neighbour.together.to_le_bytes());
        packed.extend(neighbour.score.to_le_bytes());
    }
    packed
}

/// From bytes. What is cut off, or no number, is left out.
pub fn unpack(packed: &[u8]) -> Vec<Neighbour> {
    let (whole, _) = packed.as_chunks::<SIZE>();
    let read = whole.iter().map(|[a, b, c, d, e, f, g, h, i, j, k, l]| Neighbour {
        place: u32::from_le_bytes([*a, *b, *c, *d]),
        together: u32::from_le_bytes([*e, *f, *g, *h]),
        score: f32::from_le_bytes([*i, *j, *k, *l]),
    });
    read.filter(|neighbour| neighbour.score.is_finite()).collect()
}
