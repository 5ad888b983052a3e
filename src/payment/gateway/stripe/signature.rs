//! Whether a webhook comes from Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>,…` signs `<seconds>.<body>` with HMAC-SHA256.

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::payment::gateway::NotBelieved;
use crate::platform::secret::Secret;

/// How far the time of a signature may be from ours: what Stripe's own libraries allow.
const TOLERANCE: TimeDelta = TimeDelta::seconds(300);

/// Checks `header` against `body` with any of `secrets`: while a secret is replaced there are two. The comparison takes
/// as long for a wrong signature as for a right one.
pub(super) fn check(secrets: &[Secret], header: &str, body: &[u8], now: DateTime<Utc>) -> Result<(), NotBelieved> {
    let fields = || header.split(',').filter_map(|field| field.trim().split_once('='));
    let mut times = fields().filter(|(name, _)| *name == "t").map(|(_, value)| value);
    let time = times.next().ok_or(NotBelieved::Signature)?;
    let signatures: Vec<[u8; 32]> = fields()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, value)| unhex(value))
        .collect();
    let right = |secret: &Secret| {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
            return false;
        };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        signatures
            .iter()
            .any(|signature| mac.clone().verify_slice(signature).is_ok())
    };
    if !secrets.iter().any(right) {
        return Err(NotBelieved::Signature);
    }
    let signed = time
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    match signed {
        Some(signed) if (now - signed).abs() <= TOLERANCE => Ok(()),
        Some(_) => Err(NotBelieved::Age),
        None => Err(NotBelieved::Malformed),
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, hex) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?;
    }
    Some(bytes)
}
