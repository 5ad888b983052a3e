//! Headers to who asks, in which channel and language.

use axum::http::{HeaderMap, HeaderName, header};
use chrono::{DateTime, Utc};
use entity::ChannelId;

use crate::account::{Client, Subject, authenticate};
use crate::app::App;
use crate::channel::Scope;
use crate::graphql::context::{Cookies, RequestInfo};
use crate::graphql::error::ApiError;
use crate::http::budget::Payer;
use crate::http::language;
use crate::http::request_id::X_REQUEST_ID;
use crate::platform::address::ClientAddress;
use crate::platform::error::Result;
use crate::platform::locale::message;
use crate::platform::viewer::{Staff, Viewer, Who};
use crate::staff;

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
pub fn request_info(app: &App, headers: &HeaderMap, address: ClientAddress) -> RequestInfo {
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
        client: Client::new(text(headers, &header::USER_AGENT), address),
        cookies: Cookies::Unheard,
    }
}

/// Who asks, where, and until when that is believed.
pub struct Identity {
    /// The channel and the viewer.
    pub scope: Scope,
    /// Until when the viewer is who it says, when its token names an end.
    pub expires: Option<DateTime<Utc>>,
}

/// The channel of `X-Channel` (else the default one) and the viewer of `Authorization`.
///
/// # Errors
/// An unknown channel; a token that nobody has.
pub async fn identity(app: &App, headers: &HeaderMap) -> Result<Result<Identity, ApiError>> {
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
    let (viewer, expires) = match text(headers, &header::AUTHORIZATION) {
        None => (Viewer::Anonymous, None),
        Some(value) => match bearer(value) {
            Some(token) => match viewer(app, token, channel.id).await? {
                Some(known) => known,
                // Not silently anonymous: the client believes that it is signed in.
                None => return Ok(Err(ApiError::Unauthenticated)),
            },
            None => return Ok(Err(ApiError::Unauthenticated)),
        },
    };
    let scope = Scope { channel, viewer };
    Ok(Ok(Identity { scope, expires }))
}

/// Whom `token` stands for in `channel`, and until when it is believed.
async fn viewer(app: &App, token: &str, channel: ChannelId) -> Result<Option<(Viewer, Option<DateTime<Utc>>)>> {
    if token.starts_with(staff::KEY_PREFIX) {
        let program = staff::by_api_key(app, token, channel).await?;
        return Ok(program.map(|program| (Viewer::Staff(program), None)));
    }
    let Some(access) = authenticate(app, token).await? else {
        return Ok(None);
    };
    let session = access.session;
    let viewer = match access.subject {
        Subject::Customer(id) => Some(Viewer::Customer { id, session }),
        Subject::Staff(id) => staff::permissions_of(app, id, channel)
            .await?
            .map(|(here, everywhere)| {
                let who = Who::User { id, session };
                Viewer::Staff(Staff { who, here, everywhere })
            }),
    };
    Ok(viewer.map(|viewer| (viewer, Some(access.expires))))
}

/// Who pays for what `viewer` asks for: whoever has signed in for themselves, others by address.
pub fn payer(app: &App, viewer: Viewer, address: ClientAddress) -> Payer {
    match viewer {
        Viewer::Staff(staff) => Payer::staff(app, staff.who),
        Viewer::Customer { id, .. } => Payer::customer(app, id),
        Viewer::Anonymous | Viewer::System => Payer::anonymous(app, address),
    }
}

/// The token of `Bearer …`; the name of a scheme has no case.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
