//! What a client wants to read: the `Accept` header, after RFC 9110 and the GraphQL-over-HTTP specification.

/// A form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells whether the request was good.
    GraphqlResponse,
    /// `application/json`: a request that was understood is answered with 200, errors or not.
    Json,
    /// `text/event-stream`: graphql-sse, distinct connections.
    EventStream,
    /// `multipart/mixed; subscriptionSpec=1.0`: Apollo's multipart subscriptions.
    Multipart,
}

impl Media {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
            Self::Multipart => "multipart/mixed; boundary=\"graphql\"; subscriptionSpec=1.0",
        }
    }

    /// Whether it carries more than one answer.
    pub fn streams(self) -> bool {
        matches!(self, Self::EventStream | Self::Multipart)
    }

    fn of(range: &str) -> Option<Self> {
        match range {
            "application/graphql-response+json" => Some(Self::GraphqlResponse),
            // Clients that accept anything are older than the newer form.
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            "text/event-stream" | "text/*" => Some(Self::EventStream),
            "multipart/mixed" | "multipart/*" => Some(Self::Multipart),
            _ => None,
        }
    }
}

/// The forms that a client takes, the dearest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted(Vec<Media>);

/// Longest `Accept` that is read, in bytes. What is behind it is ignored.
const READ_MAX: usize = 2_048;

impl Accepted {
    /// Reads `Accept`; several headers are read as one list. No header at all means JSON.
    pub fn parse<'a>(headers: impl IntoIterator<Item = &'a str>) -> Self {
        let mut ranked: Vec<(u16, Media)> = Vec::new();
        let mut refused: Vec<Media> = Vec::new();
        let mut said = false;
        for header in headers {
            let end = header.len().min(READ_MAX);
            let header = header.get(..end).unwrap_or_default();
            for range in header.split(',').map(str::trim).filter(|r| !r.is_empty()) {
                said = true;
                let (range, parameters) = range.split_once(';').unwrap_or((range, ""));
                let Some(media) = Media::of(range.trim().to_ascii_lowercase().as_str()) else {
                    continue;
                };
                match quality(parameters) {
                    Some(0) => refused.push(media),
                    Some(quality) => ranked.push((quality, media)),
                    None => {}
                }
            }
        }
        if !said {
            return Self(vec![Media::Json]);
        }
        // Stable: of equals the first named one wins.
        ranked.sort_by_key(|(quality, _)| u16::MAX - quality);
        let mut media = Vec::new();
        for (_, candidate) in ranked {
            if !media.contains(&candidate) && !refused.contains(&candidate) {
                media.push(candidate);
            }
        }
        Self(media)
    }

    /// The form for one answer; a client that takes only streams gets a stream of one.
    pub fn single(&self) -> Option<Media> {
        let once = self.0.iter().find(|media| !media.streams());
        once.or_else(|| self.0.first()).copied()
    }

    /// The form for many answers.
    pub fn stream(&self) -> Option<Media> {
        self.0.iter().find(|media| media.streams()).copied()
    }
}

/// `q` in thousandths, 1000 when there is none; nothing when it is malformed or the characters are not UTF-8.
fn quality(parameters: &str) -> Option<u16> {
    let mut quality = 1_000;
    for parameter in parameters.split(';') {
        let Some((name, value)) = parameter.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches('"');
        match name.trim().to_ascii_lowercase().as_str() {
            "q" => quality = thousandths(value)?,
            "charset" if !value.eq_ignore_ascii_case("utf-8") => return None,
            _ => {}
        }
    }
    Some(quality)
}

/// `0.7` as 700: at most three decimals, at most 1.
fn thousandths(value: &str) -> Option<u16> {
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1_000),
        _ => None,
    }
}
