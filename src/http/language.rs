//! The language of an answer: asked for by `Accept-Language`, told by `Content-Language`.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::platform::locale::Locale;

/// The language that `headers` ask for.
pub fn of(headers: &HeaderMap) -> Locale {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    Locale::negotiate(&lines.join(","))
}

/// Says in `headers` which language an answer speaks. That another request may get another one, `Vary` says.
pub fn tell(headers: &mut HeaderMap, locale: Locale) {
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
}
