//! How requests get to Stripe. The HTTP client of async-stripe keeps no connection open, drops the status of an error whose
//! body it cannot read, does not say what `Stripe-Should-Retry` said, and repeats either never or under a key of its own;
//! so its [`StripeClient`] is implemented here, and only its requests and its version of the API are used.

use std::time::Duration;

use bytes::Bytes;
use chrono::TimeDelta;
use miniserde::json;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER, USER_AGENT};
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode};
use stripe_client_core::{
    ApiVersion, CustomizedStripeRequest, IdempotencyKey, RequestBuilder, StripeClient, StripeClientErr, StripeMethod,
};
use tokio::time::Instant;

use super::part::Part;
use super::settings::Settings;
use crate::payment::gateway::DEADLINE;
use crate::platform::breaker::{Breaker, Resting, Rules};
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result, story};
use crate::platform::id::Ids;
use crate::platform::tls;

/// The version of Stripe's API that this adapter is written for. The shop's account may have another default.
const API_VERSION: ApiVersion = ApiVersion::V2026_09_30_endive;
/// How long all attempts of a call may take: its caller waits for [`DEADLINE`], and must hear how it ended.
const BUDGET: Duration = DEADLINE.saturating_sub(Duration::from_millis(250));
/// How long one attempt may take. A bank takes a second or two.
const ATTEMPT: Duration = Duration::from_millis(2_000);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(1);
/// Attempts of a call.
const ATTEMPTS: u32 = 4;
/// Pause before the second attempt; it doubles.
const PAUSE: Duration = Duration::from_millis(100);
/// Bytes of an answer: a page of a hundred payments has some hundred thousand.
const BODY_MAX: usize = 8 * 1024 * 1024;
/// Stripe is left alone for some seconds after five calls that got no answer.
const RULES: Rules = Rules {
    failures: 5,
    rest: TimeDelta::seconds(10),
};
/// The header of the idempotency key.
const KEY: &str = "idempotency-key";

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// It was not tried.
    #[error(transparent)]
    Resting(#[from] Resting),
    /// No answer, or none that says anything about the request.
    #[error("{0}")]
    Away(String),
    /// Stripe refuses.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// The answer cannot be read.
    #[error("the answer cannot be read: {0}")]
    Unreadable(String),
}

impl StripeClientErr for CallError {
    fn deserialize_err(msg: impl std::fmt::Display) -> Self {
        Self::Unreadable(msg.to_string())
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        Self::part("stripe", error)
    }
}

/// A refusal of Stripe.
pub(super) struct Refusal {
    status: StatusCode,
    body: json::Value,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the message: it may hold what the shopper entered.
        let said = |name| self.error().text(name).unwrap_or("none");
        let (kind, code) = (said("type"), said("code"));
        write!(f, "refused with {}, type {kind}, code {code}", self.status.as_u16())
    }
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl Refusal {
    /// What Stripe says of it.
    pub fn error(&self) -> Part<'_> {
        Part::from(&self.body).at("error")
    }

    /// Nobody knows the object.
    pub fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// The key was used before, for another request.
    pub fn is_other_use_of_key(&self) -> bool {
        self.error().text("type") == Some("idempotency_error")
    }

    /// Whether it is about what was asked for, and not about us: a wrong key is nothing that a shopper could mend.
    pub fn is_final(&self) -> bool {
        let about_the_request = matches!(self.status.as_u16(), 400 | 402 | 404);
        about_the_request && !self.is_other_use_of_key()
    }
}

/// The way to Stripe.
pub(super) struct Wire {
    client: reqwest::Client,
    base: String,
    headers: HeaderMap,
    breaker: Breaker,
    ids: Ids,
}

impl Wire {
    /// The way that `settings` tell.
    ///
    /// # Errors
    /// A key that cannot stand in a header.
    pub fn new(settings: &Settings, clock: Clock, ids: Ids) -> Result<Self> {
        let key = format!("Bearer {}", settings.secret_key.expose());
        let mut bearer = HeaderValue::try_from(key).map_err(|e| Fault::part("STRIPE_SECRET_KEY", e))?;
        bearer.set_sensitive(true);
        let version = HeaderValue::try_from(API_VERSION.as_str()).map_err(|e| Fault::part("stripe", e))?;
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, bearer);
        headers.insert("stripe-version", version);
        headers.insert(
            USER_AGENT,
            HeaderValue::from_static(concat!("Merx/", env!("CARGO_PKG_VERSION"))),
        );
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .https_only(settings.https_only)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .build()
            .map_err(|e| Fault::part("the client of Stripe", e))?;
        Ok(Self {
            client,
            base: settings.base.trim_end_matches('/').to_owned(),
            headers,
            breaker: Breaker::new("stripe", RULES, clock),
            ids,
        })
    }

    /// Attempts until an answer says something about the request, or the time is over.
    async fn attempts(&self, request: &RequestBuilder, key: Option<&IdempotencyKey>) -> Result<Answer, CallError> {
        let end = Instant::now() + BUDGET;
        let mut tried = 0;
        loop {
            tried += 1;
            let left = end.saturating_duration_since(Instant::now());
            let outcome = tokio::time::timeout(ATTEMPT.min(left), self.attempt(request, key)).await;
            let (said, again, wanted_pause) = match outcome {
                Ok(Ok(answer)) if answer.final_word && !answer.repeat => return Ok(answer),
                Ok(Ok(answer)) => (
                    format!("HTTP {}", answer.status.as_u16()),
                    answer.repeat,
                    answer.retry_after,
                ),
                Ok(Err(error)) => (error, true, None),
                Err(_) => ("no answer in time".to_owned(), true, None),
            };
            let pause = wanted_pause.unwrap_or_default().max(self.pause(tried));
            let path = &request.path;
            // Without a key a second attempt could be a second effect.
            let repeatable = key.is_some() || matches!(request.method, StripeMethod::Get);
            if !again || !repeatable || tried == ATTEMPTS || Instant::now() + pause >= end {
                tracing::warn!(path, tried, said, "Stripe does not answer");
                return Err(CallError::Away(said));
            }
            tracing::info!(path, tried, said, "Stripe is asked again");
            tokio::time::sleep(pause).await;
        }
    }

    /// Half of it by chance, so that those who failed together do not come back together.
    fn pause(&self, tried: u32) -> Duration {
        let full = PAUSE.saturating_mul(1 << (tried - 1).min(8));
        let chance = u32::from(u16::from_be_bytes(self.ids.bytes::<2>()));
        full / 2 + full / 2 * chance / u32::from(u16::MAX)
    }

    async fn attempt(&self, request: &RequestBuilder, key: Option<&IdempotencyKey>) -> Result<Answer, String> {
        let method = match request.method {
            StripeMethod::Get => Method::GET,
            StripeMethod::Post => Method::POST,
            StripeMethod::Delete => Method::DELETE,
        };
        let mut url = format!("{}/v1{}", self.base, request.path);
        if let Some(query) = request.query.as_deref().filter(|query| !query.is_empty()) {
            url.push('?');
            url.push_str(query);
        }
        let mut http = self.client.request(method, url).headers(self.headers.clone());
        if let Some(key) = key {
            http = http.header(KEY, key.as_str());
        }
        if let Some(body) = &request.body {
            http = http
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.clone());
        }
        let mut response = http.send().await.map_err(|error| story(&error.without_url()))?;
        let mut answer = Answer::new(response.status(), response.headers());
        while let Some(chunk) = response.chunk().await.map_err(|error| story(&error.without_url()))? {
            if answer.body.len() + chunk.len() > BODY_MAX {
                return Err(format!("an answer of more than {BODY_MAX} bytes"));
            }
            answer.body.extend_from_slice(&chunk);
        }
        Ok(answer)
    }
}

impl StripeClient for Wire {
    type Err = CallError;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, CallError> {
        let (request, settings) = request.into_pieces();
        let key = settings.request_strategy.and_then(|strategy| strategy.get_key());
        let pass = self.breaker.enter()?;
        let answer = match self.attempts(&request, key.as_ref()).await {
            Ok(answer) => {
                pass.succeeded();
                answer
            }
            Err(error) => {
                pass.failed();
                return Err(error);
            }
        };
        if answer.status.is_success() {
            return Ok(answer.body.into());
        }
        let text = String::from_utf8_lossy(&answer.body);
        Err(CallError::Refused(Box::new(Refusal {
            status: answer.status,
            body: json::from_str(&text).unwrap_or_default(),
        })))
    }
}

struct Answer {
    status: StatusCode,
    /// Whether it is a word about the request, and not about how Stripe feels.
    final_word: bool,
    /// Whether the same request may bring another answer.
    repeat: bool,
    retry_after: Option<Duration>,
    body: Vec<u8>,
}

impl Answer {
    fn new(status: StatusCode, headers: &HeaderMap) -> Self {
        let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        // Another request with the key is under way (409), a part of Stripe waits for another (424), too many (429).
        let passing = matches!(status.as_u16(), 409 | 424 | 429);
        let final_word = status.is_success() || status.is_client_error() && !passing;
        let repeat = match header("stripe-should-retry") {
            Some("true") => !status.is_success(),
            Some("false") => false,
            _ => !final_word,
        };
        Self {
            status,
            final_word,
            repeat,
            retry_after: header(RETRY_AFTER.as_str())
                .and_then(|seconds| seconds.parse().ok())
                .map(Duration::from_secs),
            body: Vec::new(),
        }
    }
}
