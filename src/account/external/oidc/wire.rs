//! How requests get to a provider: TLS of the machine's and Mozilla's roots, no redirects, no proxies of the
//! environment, short deadlines, small answers.

use std::time::Duration;

use futures_util::future::BoxFuture;
use openidconnect::core::CoreClient;
use openidconnect::{AsyncHttpClient, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;

use crate::platform::error::{Fault, Result};
use crate::platform::tls;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long an answer may take, from the first byte of the request to its last.
const ANSWER: Duration = Duration::from_secs(5);
/// Bytes of an answer: keys and addresses of a provider take some thousands.
const BODY_MAX: usize = 256 * 1024;

/// A client that knows where to sign in and where to redeem a code.
pub(super) type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub(super) enum WireError {
    /// The request did not get there, or its answer not back.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// The answer is too long.
    #[error("the answer has more than {BODY_MAX} bytes")]
    TooLong,
    /// The answer is none of HTTP.
    #[error(transparent)]
    Malformed(#[from] openidconnect::http::Error),
}

/// The way to a provider.
pub(super) struct Wire(reqwest::Client);

impl Wire {
    /// A way that takes plain HTTP only where `https_only` is not asked for.
    pub(super) fn new(https_only: bool) -> Result<Self> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::client_config()?)
            .https_only(https_only)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build();
        Ok(Self(client.map_err(|e| Fault::part("the client of providers", e))?))
    }
}

impl AsyncHttpClient<'_> for Wire {
    type Error = WireError;
    type Future = BoxFuture<'static, Result<HttpResponse, WireError>>;

    fn call(&self, request: HttpRequest) -> Self::Future {
        let client = self.0.clone();
        Box::pin(send(client, request))
    }
}

/// The answer to `request`.
async fn send(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, WireError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut response = openidconnect::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > BODY_MAX {
            return Err(WireError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(response.body(body)?)
}
