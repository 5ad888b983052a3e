//! What goes wrong on demand: failures before or after the effect, lost connections, delays, and answers of an API
//! version that the client does not know.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::StripeError;
use crate::fields::{Fields, Object};

/// What happens to a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing but the delay.
    #[default]
    Wait,
    /// It is answered with this error status.
    Status(u16),
    /// The connection closes without an answer.
    Drop,
}

/// When it happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Before the request has any effect; its idempotency key stays free.
    #[default]
    Before,
    /// After the effect: the client hears the error, the idempotency key keeps the true answer.
    After,
    /// After the effect, and the error itself is kept under the key, as Stripe documents it for its own 500s.
    Kept,
}

/// A fault that waits for requests.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Fault {
    /// Which requests: `POST /v1/payment_intents/*/capture`. Empty: all of the API.
    pub on: String,
    /// How many of them pass first.
    pub skip: u32,
    /// How many of them it hits after that.
    pub times: u32,
    /// What happens.
    pub action: Action,
    /// Before or after the effect.
    pub when: When,
    /// How long the request waits, at the same moment. The idempotency key is taken meanwhile.
    pub delay_ms: u64,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            on: String::new(),
            skip: 0,
            times: 1,
            action: Action::Wait,
            when: When::Before,
            delay_ms: 0,
        }
    }
}

impl Fault {
    /// An error status instead of an answer.
    pub fn status(status: u16) -> Self {
        Self {
            action: Action::Status(status),
            ..Self::default()
        }
    }

    /// A closed connection instead of an answer.
    pub fn drop_connection() -> Self {
        Self {
            action: Action::Drop,
            ..Self::default()
        }
    }

    /// A late answer.
    pub fn delay(milliseconds: u64) -> Self {
        Self {
            delay_ms: milliseconds,
            ..Self::default()
        }
    }

    /// After the effect.
    pub fn after(mut self) -> Self {
        self.when = When::After;
        self
    }

    /// After the effect, and kept under the idempotency key.
    pub fn kept(mut self) -> Self {
        self.when = When::Kept;
        self
    }

    /// For these requests only; `*` stands for anything.
    pub fn on(mut self, pattern: &str) -> Self {
        pattern.clone_into(&mut self.on);
        self
    }

    /// This often.
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// For good.
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }

    /// Not for the first ones.
    pub fn skip(mut self, skip: u32) -> Self {
        self.skip = skip;
        self
    }

    /// The error that the client hears.
    pub(crate) fn error(&self) -> Option<StripeError> {
        match self.action {
            Action::Status(status) => Some(StripeError::api(status)),
            Action::Wait | Action::Drop => None,
        }
    }

    fn hits(&mut self, request: &str) -> bool {
        if self.times == 0 || !(self.on.is_empty() || matches(&self.on, request)) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.times != u32::MAX {
            self.times -= 1;
        }
        true
    }
}

/// The first fault that hits a request. Spent faults go.
pub(crate) fn next(faults: &mut Vec<Fault>, request: &str) -> Option<Fault> {
    let hit = faults
        .iter_mut()
        .find_map(|fault| fault.hits(request).then(|| fault.clone()));
    faults.retain(|fault| fault.times > 0);
    hit
}

fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices()
                .map(|(at, _)| at)
                .chain([rest.len()])
                .any(|at| rest.get(at..).is_some_and(|rest| matches(tail, rest)))
        }),
    }
}

/// Answers and events of an API version that the client does not know. The books keep the truth.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Drift {
    /// Objects have fields that nobody knows.
    pub fields: bool,
    /// Fields with a fixed list of words have another word: how it is captured, a card's brand, a reason.
    pub enums: bool,
    /// Fields that may be null are left out.
    pub missing: bool,
    /// The status of payment intents is this word.
    pub status: Option<String>,
    /// `error.type` and `error.code` are words that nobody knows.
    pub errors: bool,
}

impl Drift {
    /// Drifts an object.
    pub(crate) fn apply(&self, object: &mut Object) {
        if self.missing {
            leave_out(object);
        }
        if self.enums {
            self.rename(object);
        }
        if let (Some(status), "payment_intent") = (&self.status, object.text("object")) {
            object.set("status", status.as_str());
        }
        if self.fields {
            object.set("simulated_new_field", json!({ "list": [1, null], "word": "new" }));
        }
    }

    /// Drifts an error.
    pub(crate) fn apply_to_error(&self, error: &mut StripeError) {
        if self.errors {
            error.body.set("type", "simulated_new_error");
            error.body.set("code", "simulated_new_code");
        }
        if self.fields {
            error.body.set("simulated_new_field", json!({ "list": [1, null] }));
        }
    }

    fn rename(&self, object: &mut Object) {
        const WORDS: [&str; 9] = [
            "capture_method",
            "confirmation_method",
            "setup_future_usage",
            "cancellation_reason",
            "reason",
            "brand",
            "funding",
            "display_brand",
            "risk_level",
        ];
        for (key, value) in object.iter_mut() {
            match value {
                Value::Object(inner) => self.rename(inner),
                Value::String(text) if WORDS.contains(&key.as_str()) => *text = "simulated_new_word".to_owned(),
                Value::Array(items) if key == "payment_method_types" => items.push("simulated_new_word".into()),
                _ => {}
            }
        }
    }
}

fn leave_out(object: &mut Object) {
    object.retain(|_, value| !value.is_null());
    for value in object.values_mut() {
        if let Value::Object(inner) = value {
            leave_out(inner);
        }
    }
}
