//! Tokens that name a recommendation, for events about it. Signed: what is attributed was really recommended.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{ExperimentId, ProductId};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::platform::error::{Fault, Result};

/// Keeps signatures of tokens apart from the names of visits, which the same key hashes.
const PURPOSE: &[u8] = b"recommendation token\0";
/// Longest token in bytes.
const TOKEN_MAX: usize = 1024;
/// Bytes of a signature: as many as nobody can try.
const SIGNATURE: usize = 16;

/// Where a recommendation comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// What was recommended.
    #[serde(rename = "p")]
    pub product: ProductId,
    /// Where it stood and what for, such as `product.related`.
    #[serde(rename = "s")]
    pub surface: String,
    /// What found it.
    #[serde(rename = "f")]
    pub strategy: String,
    /// The product it was recommended for.
    #[serde(rename = "o")]
    pub source: Option<ProductId>,
    /// The version of the model that was active.
    #[serde(rename = "v")]
    pub model: Option<i32>,
    /// Its place in the list, from 1.
    #[serde(rename = "n")]
    pub position: i32,
    /// The experiment and the arm it was part of.
    #[serde(rename = "x")]
    pub experiment: Option<(ExperimentId, String)>,
}

/// Signs tokens, and reads those that were signed.
#[derive(Clone)]
pub struct Signer(Hmac<Sha256>);

impl Signer {
    /// One with this key.
    pub(super) fn new(key: &str) -> Result<Self> {
        let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes());
        let mut mac = mac.map_err(|e| Fault::part("the key of visits", e.to_string()))?;
        mac.update(PURPOSE);
        Ok(Self(mac))
    }

    /// `tracking` as a token.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn token(&self, tracking: &Tracking) -> Result<String> {
        let body = serde_json::to_vec(tracking)?;
        let mut mac = self.0.clone();
        mac.update(&body);
        let signature = mac.finalize().into_bytes();
        Ok(URL_SAFE_NO_PAD.encode([&signature[..SIGNATURE], &body].concat()))
    }

    /// What a token says; none when it was not made here, or was changed.
    pub fn read(&self, token: &str) -> Option<Tracking> {
        if token.len() > TOKEN_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signature, body) = bytes.split_first_chunk::<SIGNATURE>()?;
        let mut mac = self.0.clone();
        mac.update(body);
        mac.verify_truncated_left(signature).ok()?;
        serde_json::from_slice(body).ok()
    }
}
