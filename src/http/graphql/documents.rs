//! Documents by their text and by their hash: parsed once, sent once, and, in trusted-documents mode, listed before.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::parser::types::ExecutableDocument;
use moka::sync::Cache;
use serde_json::Value;

use crate::graphql::validated::Validated;
use crate::http::graphql::refusal::Refusal;
use crate::http::graphql::wire::Wire;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::message;
use crate::platform::text::sha256_hex;
use crate::platform::texts::Texts;

/// Bytes of parsed documents that are kept.
const PARSED_BYTES: u64 = 64 << 20;
/// Bytes that a byte of text takes when it is parsed: measured on documents of one-letter fields, the densest there are.
const PARSED_EACH: usize = 110;

/// How long a document may be named by its hash after it was sent.
const SENT: Duration = Duration::from_secs(24 * 3_600);

/// A document that the guard has let through, parsed.
pub struct Parsed {
    /// The tree.
    pub document: ExecutableDocument,
    /// Whether it is valid, when that is known. Not kept for documents of several operations: which of them runs matters.
    pub validated: Option<Arc<Validated>>,
}

/// Where documents are found.
pub struct Documents {
    parsed: Cache<Arc<str>, Arc<Parsed>>,
    sent: Texts,
    trusted: Option<Trusted>,
}

/// The documents that anybody may send, by the hash of their text.
struct Trusted(HashMap<String, Arc<str>>);

/// What a request names.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// The text of the document.
    pub text: Arc<str>,
    /// The hash to keep it under, once it has been found good.
    pub keep: Option<String>,
}

fn key_of(hash: &str) -> String {
    format!("document:{hash}")
}

impl Documents {
    /// Documents that anybody may send; or, with a manifest, only those listed there. `sent` keeps those that clients
    /// have sent with a hash.
    ///
    /// # Errors
    /// A manifest that cannot be read.
    pub fn new(manifest: Option<&Path>, sent: Texts) -> Result<Self> {
        let parsed = Cache::builder()
            .max_capacity(PARSED_BYTES)
            .weigher(|text: &Arc<str>, _: &Arc<Parsed>| u32::try_from(text.len() * PARSED_EACH).unwrap_or(u32::MAX))
            .build();
        Ok(Self {
            parsed,
            sent,
            trusted: manifest.map(Trusted::read).transpose()?,
        })
    }

    /// The parsed form of a text that was found good before.
    pub fn parsed(&self, text: &Arc<str>) -> Option<Arc<Parsed>> {
        self.parsed.get(text)
    }

    /// Keeps the parsed form of a text that was found good.
    pub fn remember(&self, text: &Arc<str>, parsed: &Arc<Parsed>) {
        self.parsed.insert(Arc::clone(text), Arc::clone(parsed));
    }

    /// The document that `wire` names by its hash alone, when the manifest has it.
    fn trusted(&self, hash: &str) -> Option<&Arc<str>> {
        self.trusted.as_ref()?.0.get(hash)
    }

    /// Lets clients name the document by its hash from now on.
    pub async fn keep(&self, named: &Named) {
        if let Some(hash) = &named.keep {
            self.sent.put(&key_of(hash), &named.text, SENT).await;
        }
    }

    /// The document that `wire` names by text or hash.
    ///
    /// # Errors
    /// An unknown hash, a hash of another text; for those who may not send `any` document, an unlisted one.
    pub async fn named(&self, wire: &Wire, any: bool) -> Result<Named, Refusal> {
        let hash = wire.hash()?;
        let only_listed = self.trusted.is_some() && !any;
        match (&wire.query, hash) {
            (Some(text), hash) => {
                let text: Arc<str> = text.as_str().into();
                if only_listed && self.trusted(&sha256_hex(text.as_bytes())).is_none() {
                    return Err(Refusal::untrusted());
                }
                // An id need not be a hash; beside a text it says nothing new.
                let hash = hash.filter(|_| wire.document_id.is_none());
                if hash.as_ref().is_some_and(|hash| *hash != sha256_hex(text.as_bytes())) {
                    return Err(Refusal::other_hash());
                }
                Ok(Named { text, keep: hash })
            }
            (None, Some(hash)) => {
                if let Some(text) = self.trusted(&hash) {
                    let text = Arc::clone(text);
                    return Ok(Named { text, keep: None });
                }
                if only_listed {
                    return Err(Refusal::untrusted());
                }
                match self.sent.get(&key_of(&hash)).await {
                    // The shelf is shared with others: not believed without a look.
                    Some(text) if sha256_hex(text.as_bytes()) == hash => Ok(Named { text, keep: None }),
                    _ => Err(Refusal::unknown_hash()),
                }
            }
            (None, None) => Err(Refusal::malformed(message!("query-missing"))),
        }
    }
}

impl Trusted {
    /// Reads `{ "<hash>": "<document>" }`, as graphql-codegen and relay-compiler write it, or Apollo's manifest with
    /// `operations: [{ id, body }]`. Ids need not be hashes of the text; a document is found by both.
    fn read(path: &Path) -> Result<Self> {
        let fault = |reason: String| Fault::part("trusted documents", format!("{}: {reason}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| fault(e.to_string()))?;
        let manifest: Value = serde_json::from_str(&text).map_err(|e| fault(e.to_string()))?;
        let mut documents = HashMap::new();
        let mut add = |id: &str, body: &str| {
            let body: Arc<str> = body.into();
            documents.insert(sha256_hex(body.as_bytes()), Arc::clone(&body));
            documents.insert(id.strip_prefix("sha256:").unwrap_or(id).to_ascii_lowercase(), body);
        };
        let complete = match manifest.get("operations").and_then(Value::as_array) {
            Some(operations) => operations.iter().all(|operation| {
                let pair = operation["id"].as_str().zip(operation["body"].as_str());
                pair.map(|(id, body)| add(id, body)).is_some()
            }),
            None => manifest.as_object().is_some_and(|map| {
                map.iter()
                    .all(|(id, body)| body.as_str().map(|body| add(id, body)).is_some())
            }),
        };
        if complete {
            Ok(Self(documents))
        } else {
            Err(fault("neither a map of documents nor Apollo's manifest".to_owned()))
        }
    }
}
