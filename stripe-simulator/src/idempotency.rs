//! Idempotency keys as documented: the first answer is kept for a day, also when it is an error, unless the endpoint
//! had not begun its work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Outcome, StripeError};

const DAY: i64 = 24 * 60 * 60;

/// An answer that is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Value,
    /// The id of the request that it first answered.
    pub request: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Entry {
    endpoint: String,
    params: String,
    since: i64,
    kept: Option<Kept>,
}

/// The keys of an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Keys(BTreeMap<String, Entry>);

impl Keys {
    /// Begins a request under a key; gives the first answer when there is one.
    pub fn begin(&mut self, key: &str, endpoint: &str, params: &str, now: i64) -> Outcome<Option<Kept>> {
        if key.len() > 255 {
            return Err(StripeError::invalid("Idempotency keys can be at most 255 characters long.").before());
        }
        self.0.retain(|_, entry| now - entry.since < DAY);
        let Some(entry) = self.0.get(key) else {
            let entry = Entry {
                endpoint: endpoint.to_owned(),
                params: params.to_owned(),
                since: now,
                kept: None,
            };
            self.0.insert(key.to_owned(), entry);
            return Ok(None);
        };
        if entry.endpoint != endpoint {
            return Err(mismatch(&format!(
                "Keys for idempotent requests can only be used for the same endpoint they were first used for \
                 ('{endpoint}' vs '{}'). Try using a key other than '{key}' if you meant to execute a different request.",
                entry.endpoint
            )));
        }
        if entry.params != params {
            return Err(mismatch(&format!(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. \
                 Try using a key other than '{key}' if you meant to execute a different request."
            )));
        }
        match &entry.kept {
            Some(kept) => Ok(Some(kept.clone())),
            None => Err(StripeError::new(
                409,
                "idempotency_error",
                format!(
                    "There is currently another in-progress request using this Idempotent Key (that probably means you \
                     submitted twice, and the other request is still going through): {key}."
                ),
            )
            .code("idempotency_key_in_use")
            .before()),
        }
    }

    /// Ends a request: keeps its answer, or frees the key when the endpoint had not begun.
    pub fn end(&mut self, key: &str, answer: Option<Kept>) {
        match answer {
            Some(kept) => {
                if let Some(entry) = self.0.get_mut(key) {
                    entry.kept = Some(kept);
                }
            }
            None => {
                self.0.remove(key);
            }
        }
    }

    /// Frees the keys of requests that a stop of the server interrupted.
    pub fn forget_unfinished(&mut self) {
        self.0.retain(|_, entry| entry.kept.is_some());
    }
}

fn mismatch(message: &str) -> StripeError {
    StripeError::new(400, "idempotency_error", message).before()
}
