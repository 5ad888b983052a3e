//! The name of a request in answers and in the log.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::app::App;

/// The header that carries it, both ways.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name taken from a client or a proxy.
const LENGTH_MAX: usize = 64;

/// The name of a request, for whoever answers it.
#[derive(Clone, Debug)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The one that came with the request when it is plain, else a new one. From here on the request carries it.
    pub(super) fn take_or_make(app: &App, headers: &mut HeaderMap) -> Self {
        let given = headers.get(&X_REQUEST_ID).filter(|value| is_plain(value.as_bytes()));
        let id = given.cloned().unwrap_or_else(|| {
            let made = app.ids.uuid().simple().to_string();
            HeaderValue::try_from(made).unwrap_or(HeaderValue::from_static("none"))
        });
        headers.insert(X_REQUEST_ID, id.clone());
        Self(id)
    }

    /// As a header.
    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// It goes into the log: nothing that could write a line of its own there.
fn is_plain(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=LENGTH_MAX).contains(&id.len()) && id.iter().all(plain)
}
