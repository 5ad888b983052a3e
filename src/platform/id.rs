//! New ids and secrets, as an argument: tests seed them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::TypedId;
use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::platform::clock::Clock;

/// Length of a secret in characters: 160 bits in base32.
const SECRET_LEN: usize = 32;
const SECRET_ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Makes ids and secrets.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    state: Arc<Mutex<State>>,
}

struct State {
    rng: StdRng,
    millis: u64,
    low: u128,
}

impl Ids {
    /// Ids for production: the generator is seeded by the operating system.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn from_os(clock: Clock) -> std::io::Result<Self> {
        let rng = StdRng::try_from_rng(&mut rand::rngs::SysRng).map_err(std::io::Error::other)?;
        Ok(Self::with_rng(clock, rng))
    }

    /// Ids that come out the same in every run.
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self::with_rng(clock, StdRng::seed_from_u64(seed))
    }

    fn with_rng(clock: Clock, rng: StdRng) -> Self {
        Self {
            clock,
            state: Arc::new(Mutex::new(State { rng, millis: 0, low: 0 })),
        }
    }

    /// A new key: a UUIDv7, larger than all that this process made before.
    pub fn uuid(&self) -> Uuid {
        let now = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let state = &mut *self.state.lock();
        if now > state.millis {
            state.millis = now;
            // The top bit stays free, so that a millisecond never runs out of larger values.
            state.low = random_bits(&mut state.rng) >> 1;
        } else {
            // Same millisecond, or a clock that was set back: go on from the last id by a random step.
            state.low += 1 + (u128::from(state.rng.next_u32()) >> 4);
        }
        assemble(state.millis, state.low)
    }

    /// A new typed id.
    pub fn new_id<I: TypedId>(&self) -> I {
        I::from_uuid(self.uuid())
    }

    /// Unguessable bytes, for salts and keys.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0u8; N];
        self.state.lock().rng.fill_bytes(&mut bytes);
        bytes
    }

    /// An unguessable text of 160 bits, safe in addresses.
    pub fn secret(&self) -> String {
        self.bytes::<SECRET_LEN>()
            .iter()
            .map(|b| SECRET_ALPHABET[usize::from(b & 31)] as char)
            .collect()
    }
}

/// 74 random bits: what a UUIDv7 has beside the time.
fn random_bits(rng: &mut StdRng) -> u128 {
    let mut bytes = [0u8; 16];
    rng.fill_bytes(&mut bytes);
    u128::from_be_bytes(bytes) >> (128 - 74)
}

/// A UUIDv7 of a time and 74 bits, in the order of both: 12 bits stand before the variant, 62 behind it.
fn assemble(millis: u64, low: u128) -> Uuid {
    let high = ((low >> 62) & 0xfff) as u16;
    let rest = (low & ((1 << 62) - 1)) as u64;
    let mut bytes = [0u8; 10];
    bytes[..2].copy_from_slice(&high.to_be_bytes());
    bytes[2..].copy_from_slice(&rest.to_be_bytes());
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// What is smaller than every key that is made at `at` or later, and larger than those made before.
pub fn first_id_at<I: TypedId>(at: DateTime<Utc>) -> I {
    I::from_uuid(assemble(u64::try_from(at.timestamp_millis()).unwrap_or_default(), 0))
}
