//! Texts that only who has the secret can read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use crate::platform::id::Ids;

/// Bytes of a nonce: enough to be made at random, for ever.
const NONCE: usize = 24;

/// Seals texts with a secret, and opens them with the same one (XChaCha20-Poly1305).
#[derive(Clone)]
pub struct Seal(XChaCha20Poly1305);

impl Seal {
    /// The seal that the parts of a secret make. `purpose` keeps seals of one secret apart.
    pub fn new(purpose: &str, secret: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(&purpose).chain(secret) {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let key: [u8; 32] = hash.finalize().into();
        Self(XChaCha20Poly1305::new(&Key::from(key)))
    }

    /// `plain`, sealed: each time anew. None where the machine has no memory for it.
    pub fn seal(&self, ids: &Ids, plain: &[u8]) -> Option<String> {
        let nonce: [u8; NONCE] = ids.bytes();
        let sealed = self.0.encrypt(&XNonce::from(nonce), plain).ok()?;
        Some(STANDARD.encode([nonce.as_slice(), &sealed].concat()))
    }

    /// What was sealed; none when it was sealed with another secret, or changed since.
    pub fn open(&self, text: &str) -> Option<Vec<u8>> {
        let bytes = STANDARD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
        self.0.decrypt(&XNonce::from(*nonce), sealed).ok()
    }
}
