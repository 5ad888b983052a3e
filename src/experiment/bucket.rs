//! Lots: which arm a unit is given. The same for the same unit on every server, whatever else happens.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Buckets that units fall into.
pub const BUCKETS: u32 = 10_000;

/// The bucket of `unit` in the lottery called `salt`: the first 64 bits of SHA-256 of `salt:unit`, modulo 10,000. Which
/// bucket it is in one lottery says nothing about the other ones.
pub fn bucket(salt: &str, unit: Uuid) -> u32 {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(b":");
    hash.update(unit.simple().to_string());
    let hash: [u8; 32] = hash.finalize().into();
    let mut head = [0u8; 8];
    head.copy_from_slice(&hash[..8]);
    let bucket = u64::from_be_bytes(head) % u64::from(BUCKETS);
    u32::try_from(bucket).unwrap_or_default()
}

/// The place of the arm that `bucket` belongs to, where arms have these `weights`: each owns a stretch of the buckets in
/// proportion to its weight, in order. None where nothing weighs.
pub fn arm_of(bucket: u32, weights: &[u32]) -> Option<usize> {
    let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
    let mut until = 0u64;
    weights.iter().position(|weight| {
        until += u64::from(*weight);
        u64::from(bucket) * total < until * u64::from(BUCKETS)
    })
}

/// The lottery that a layer gives its units out by.
pub fn layer_salt(layer: &str) -> String {
    format!("layer {layer}")
}

/// The lottery of those who take part in nothing.
pub const HOLDOUT_SALT: &str = "holdout";
