//! Seeded numbers, so that a run can be repeated.

use serde::{Deserialize, Serialize};

/// A small generator (splitmix64).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Random(u64);

impl Random {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Letters and digits as in Stripe's ids.
    pub fn letters(&mut self, count: usize) -> String {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..count)
            .map(|_| {
                let index = usize::try_from(self.number() % 62).unwrap_or_default();
                char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
            })
            .collect()
    }

    /// Puts items into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u64::try_from(last).unwrap_or_default() + 1;
            items.swap(last, usize::try_from(self.number() % bound).unwrap_or_default());
        }
    }
}
