//! How requests get to Meilisearch. The HTTP client that its SDK brings has no deadline, takes answers of any size and
//! comes with a TLS of its own; so its [`HttpClient`] is implemented here.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::io::{AsyncRead, AsyncReadExt};
use meilisearch_sdk::errors::{Error, ErrorType, MeilisearchCommunicationError, MeilisearchError};
use meilisearch_sdk::request::{HttpClient, Method};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::redirect::Policy;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::platform::error::{Fault, Result, story};
use crate::platform::tls;

/// Bytes of an answer: a thousand keys with their facets have some hundred thousand.
const BODY_MAX: usize = 16 << 20;

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    /// Nobody is there, or the connection broke.
    #[error("{0}")]
    Away(String),
    /// Nothing came in time.
    #[error("no answer within {0:?}")]
    Late(Duration),
    /// More came than anybody asked for.
    #[error("an answer of more than {BODY_MAX} bytes")]
    Endless,
}

impl From<NoAnswer> for Error {
    fn from(error: NoAnswer) -> Self {
        Self::Other(Box::new(error))
    }
}

/// Whether `error` says something about the request, and not about the health of the server.
pub(super) fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Meilisearch(said) if matches!(said.error_type, ErrorType::InvalidRequest))
}

/// The way to a server. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    client: reqwest::Client,
    bearer: Option<HeaderValue>,
    deadline: Duration,
}

impl Wire {
    /// A way without a key, on which every exchange ends within `deadline`.
    ///
    /// # Errors
    /// When the machine has no TLS.
    pub(super) fn new(deadline: Duration) -> Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .map_err(|e| Fault::part("the client of Meilisearch", e))?;
        Ok(Self {
            client,
            bearer: None,
            deadline,
        })
    }

    /// The same connections with a key, and a deadline of their own.
    pub(super) fn with(&self, key: Option<&str>, deadline: Duration) -> Result<Self, Error> {
        let bearer = |key: &str| {
            let mut value = HeaderValue::try_from(format!("Bearer {key}")).map_err(|_| Error::InvalidRequest)?;
            value.set_sensitive(true);
            Ok::<_, Error>(value)
        };
        Ok(Self {
            client: self.client.clone(),
            bearer: key.map(bearer).transpose()?,
            deadline,
        })
    }

    async fn exchange(&self, url: Url, verb: reqwest::Method, body: Option<Body>) -> Result<Reply, NoAnswer> {
        let away = |error: reqwest::Error| NoAnswer::Away(story(&error.without_url()));
        let mut request = self
            .client
            .request(verb, url)
            .header(USER_AGENT, concat!("Merx/", env!("CARGO_PKG_VERSION")));
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        if let Some(Body { kind, bytes }) = body {
            request = request.header(CONTENT_TYPE, kind).body(bytes);
        }
        let talk = async {
            let mut response = request.send().await.map_err(away)?;
            let mut reply = Reply {
                status: response.status().as_u16(),
                body: Vec::new(),
            };
            while let Some(chunk) = response.chunk().await.map_err(away)? {
                if reply.body.len() + chunk.len() > BODY_MAX {
                    return Err(NoAnswer::Endless);
                }
                reply.body.extend_from_slice(&chunk);
            }
            Ok(reply)
        };
        let answer = tokio::time::timeout(self.deadline, talk).await;
        answer.unwrap_or(Err(NoAnswer::Late(self.deadline)))
    }
}

struct Body {
    kind: String,
    bytes: Vec<u8>,
}

struct Reply {
    status: u16,
    body: Vec<u8>,
}

impl Reply {
    /// Only the path goes into an error: there may be a password in the address.
    fn read<Output: DeserializeOwned>(&self, path: &str, expected: u16) -> Result<Output, Error> {
        if self.status == expected {
            let body: &[u8] = if self.body.is_empty() { b"null" } else { &self.body };
            return Ok(serde_json::from_slice(body)?);
        }
        match serde_json::from_slice::<MeilisearchError>(&self.body) {
            Ok(said) => Err(said.into()),
            Err(_) => Err(MeilisearchCommunicationError {
                status_code: self.status,
                message: None,
                url: path.to_owned(),
            }
            .into()),
        }
    }
}

/// Verb and address of a request.
fn target<Q: Serialize, B>(url: &str, method: &Method<Q, B>) -> Result<(reqwest::Method, Url), Error> {
    let mut url = Url::parse(url).map_err(|_| Error::InvalidRequest)?;
    if let Value::Object(query) = serde_json::to_value(method.query())? {
        let mut pairs = url.query_pairs_mut();
        for (name, value) in &query {
            match value {
                Value::String(text) => pairs.append_pair(name, text),
                other => pairs.append_pair(name, &other.to_string()),
            };
        }
    }
    let verb = match method {
        Method::Get { .. } => reqwest::Method::GET,
        Method::Post { .. } => reqwest::Method::POST,
        Method::Patch { .. } => reqwest::Method::PATCH,
        Method::Put { .. } => reqwest::Method::PUT,
        Method::Delete { .. } => reqwest::Method::DELETE,
    };
    Ok((verb, url))
}

#[async_trait]
impl HttpClient for Wire {
    async fn request<Query, Content, Output>(
        &self,
        url: &str,
        method: Method<Query, Content>,
        expected_status_code: u16,
    ) -> Result<Output, Error>
    where
        Query: Serialize + Send + Sync,
        Content: Serialize + Send + Sync,
        Output: DeserializeOwned + 'static + Send,
    {
        let (verb, to) = target(url, &method)?;
        let bytes = method.body().map(serde_json::to_vec).transpose()?;
        drop(method);
        let kind = "application/json".to_owned();
        let body = bytes.map(|bytes| Body { kind, bytes });
        let path = to.path().to_owned();
        self.exchange(to, verb, body).await?.read(&path, expected_status_code)
    }

    async fn stream_request<
        Query: Serialize + Send + Sync,
        Content: AsyncRead + Send + Sync + 'static,
        Output: DeserializeOwned + 'static,
    >(
        &self,
        url: &str,
        method: Method<Query, Content>,
        content_type: &str,
        expected_status_code: u16,
    ) -> Result<Output, Error> {
        let (verb, to) = target(url, &method)?;
        let body = match method.into_body() {
            Some(stream) => {
                let mut bytes = Vec::new();
                let mut stream = std::pin::pin!(stream);
                stream
                    .read_to_end(&mut bytes)
                    .await
                    .map_err(|e| Error::Other(Box::new(e)))?;
                let kind = content_type.to_owned();
                Some(Body { kind, bytes })
            }
            None => None,
        };
        let path = to.path().to_owned();
        self.exchange(to, verb, body).await?.read(&path, expected_status_code)
    }
}
