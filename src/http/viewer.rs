//! Headers to who asks, in which channel and language.

use axum::http::{HeaderMap, HeaderName, header};

use crate::app::App;
use crate::channel::Scope;
use crate::graphql::context::RequestInfo;
use crate::graphql::error::ApiError;
use crate::http::budget::Payer;
use crate::http::language;
use crate::http::request_id::X_REQUEST_ID;
use crate::platform::address::ClientAddress;
use crate::platform::error::Result;
use crate::platform::locale::message;
use crate::platform::permission::Permissions;
use crate::platform::viewer::{Staff, Viewer, Who};

const X_CART_TOKEN: HeaderName = HeaderName::from_static("x-cart-token");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const X_CHANNEL: HeaderName = HeaderName::from_static("x-channel");
/// Characters of a client's own words that are told back.
const SAID_MAX: usize = 40;
/// Longest request id taken from a proxy.
const REQUEST_ID_MAX: usize = 64;

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

/// What the edge knows about the request.
pub fn request_info(app: &App, headers: &HeaderMap) -> RequestInfo {
    let plain = |id: &&str| {
        id.len() <= REQUEST_ID_MAX
            && id
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    let request_id = text(headers, &X_REQUEST_ID).filter(plain).map(str::to_owned);
    RequestInfo {
        request_id: request_id.unwrap_or_else(|| app.ids.uuid().simple().to_string()),
        locale: language::of(headers),
        cart_token: text(headers, &X_CART_TOKEN).map(str::to_owned),
        idempotency_key: text(headers, &IDEMPOTENCY_KEY).map(str::to_owned),
    }
}

/// The channel of `X-Channel` (else the default one) and the viewer of `Authorization`.
///
/// # Errors
/// An unknown channel; a token that nobody has.
pub async fn scope(app: &App, headers: &HeaderMap) -> Result<Result<Scope, ApiError>> {
    let channel = match text(headers, &X_CHANNEL) {
        None => app.channels.default_channel(&app.db).await?,
        Some(slug) => match app.channels.by_slug(&app.db, slug).await? {
            Some(channel) => channel,
            None => {
                return Ok(Err(ApiError::bad_input(message!(
                    "channel-header",
                    slug = slug.chars().take(SAID_MAX).collect::<String>()
                ))));
            }
        },
    };
    let viewer = match text(headers, &header::AUTHORIZATION) {
        None => Viewer::Anonymous,
        Some(value) => match (bearer(value), app.config.staff_token()) {
            (Some(token), Some(staff)) if same(token, staff) => Viewer::Staff(Staff {
                who: Who::ApiKey(entity::TypedId::from_uuid(uuid::Uuid::nil())),
                here: Permissions::ALL,
                everywhere: Permissions::ALL,
            }),
            // Not silently anonymous: the client believes that it is signed in.
            _ => return Ok(Err(ApiError::Unauthenticated)),
        },
    };
    Ok(Ok(Scope { channel, viewer }))
}

/// Who pays for what `scope` asks for: staff by token, others by address.
pub fn payer(app: &App, headers: &HeaderMap, scope: &Scope, address: ClientAddress) -> Payer {
    match text(headers, &header::AUTHORIZATION).and_then(bearer) {
        Some(token) if scope.viewer.is_staff() => Payer::staff(app, token),
        _ => Payer::anonymous(app, address),
    }
}

/// The token of `Bearer …`; the name of a scheme has no case.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Compares in a time that does not tell how much of it is right.
fn same(a: &str, b: &str) -> bool {
    use sha2::{Digest, Sha256};
    Sha256::digest(a) == Sha256::digest(b)
}
