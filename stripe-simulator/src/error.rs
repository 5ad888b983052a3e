//! Errors in Stripe's form: a status and `{"error": {type, code, message, param, …}}`.

use serde_json::{Value, json};

use crate::fields::{Fields, Object, object};

/// An answer that is an error.
#[derive(Clone, Debug)]
pub struct StripeError {
    /// The HTTP status.
    pub status: u16,
    /// What stands under `error`.
    pub body: Object,
    /// Whether the endpoint had begun its work: only then is the answer kept under the idempotency key.
    pub executed: bool,
}

/// What an endpoint answers.
pub type Outcome<T = Object> = Result<T, StripeError>;

impl StripeError {
    /// An error of a type with a status.
    pub fn new(status: u16, kind: &str, message: impl Into<String>) -> Self {
        let body = object(json!({ "type": kind, "message": message.into() }));
        Self {
            status,
            body,
            executed: true,
        }
    }

    /// A request that does not make sense: 400.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "invalid_request_error", message)
    }

    /// A parameter that fails validation: 400, and no answer is kept.
    pub fn param(param: &str, code: &str, message: impl Into<String>) -> Self {
        let mut error = Self::invalid(message).with("param", param);
        error.executed = false;
        if code.is_empty() { error } else { error.code(code) }
    }

    /// A parameter that must be there.
    pub fn missing(param: &str) -> Self {
        Self::param(param, "parameter_missing", format!("Missing required param: {param}."))
    }

    /// No such object: 404.
    pub fn not_found(kind: &str, id: &str, param: &str) -> Self {
        Self::new(404, "invalid_request_error", format!("No such {kind}: '{id}'"))
            .code("resource_missing")
            .with("param", param)
    }

    /// The bank said no: 402.
    pub fn card(code: &str, message: &str) -> Self {
        Self::new(402, "card_error", message).code(code)
    }

    /// Stripe's own failure.
    pub fn api(status: u16) -> Self {
        let mut error = match status {
            429 => Self::new(429, "invalid_request_error", "Request rate limit exceeded.").code("rate_limit"),
            _ => Self::new(status, "api_error", "An unknown error occurred"),
        };
        error.executed = false;
        error
    }

    /// Sets the code and the link to its documentation.
    pub fn code(self, code: &str) -> Self {
        let link = format!("https://stripe.com/docs/error-codes/{}", code.replace('_', "-"));
        self.with("code", code).with("doc_url", link)
    }

    /// Adds a field.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.body.set(key, value);
        self
    }

    /// Marks an error that came before the endpoint began.
    pub fn before(mut self) -> Self {
        self.executed = false;
        self
    }

    /// The whole body.
    pub fn json(&self) -> Value {
        json!({ "error": self.body })
    }
}
