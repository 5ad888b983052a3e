//! Which client a request comes from, behind however many proxies.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV4};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

use crate::platform::address::{ClientAddress, Network};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Put into a request that a trusted proxy got over https.
#[derive(Clone, Copy, Debug)]
pub(super) struct CameByHttps;

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    /// What `resolve` found out. Without a socket, as in tests that call the router, it is the machine itself.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self::LOCAL))
    }
}

/// Puts the [`ClientAddress`] into a request that came over a socket.
pub(super) fn resolve(request: &mut Request, trusted: &[Network]) {
    let Some(peer) = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip())
    else {
        return;
    };
    let address = client_of(peer, request.headers(), trusted);
    request.extensions_mut().insert(ClientAddress::new(address));
    if is_trusted(peer, trusted) && says_https(request.headers()) {
        request.extensions_mut().insert(CameByHttps);
    }
}

fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.holds(address))
}

/// The client of a request that `peer` sent: the peer itself, unless it is a proxy of ours. Then it is the right-most
/// address of X-Forwarded-For or Forwarded that is none; what stands left of it anybody may have written. Where an entry
/// is no address, the walk ends at the proxy that wrote it.
///
/// A proxy writes one of the two headers and may let the other one pass as the client wrote it. So where both stand,
/// they must agree; otherwise the proxy counts as the client.
pub fn client_of(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let lines = |name: &HeaderName| -> Option<Vec<&str>> {
        let values = headers.get_all(name);
        let lines: Vec<&str> = values.iter().map(|value| value.to_str().unwrap_or_default()).collect();
        (!lines.is_empty()).then_some(lines)
    };
    let plain = lines(&X_FORWARDED_FOR).map(|lines| {
        let entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
        walk(peer, entries.map(node), trusted)
    });
    let rfc = lines(&header::FORWARDED).map(|lines| {
        let entries = lines.iter().rev().flat_map(|line| {
            let mut elements = split(line, ',');
            elements.reverse();
            elements
        });
        walk(peer, entries.map(forwarded_for), trusted)
    });
    match (plain, rfc) {
        (Some(plain), Some(rfc)) if plain != rfc => peer,
        (Some(client), _) | (None, Some(client)) => client,
        (None, None) => peer,
    }
}

/// The first hop, from the right, that is not trusted; else the last one that could be read.
fn walk(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[Network]) -> IpAddr {
    let mut client = peer;
    for hop in hops {
        let Some(hop) = hop else { break };
        client = hop;
        if !is_trusted(hop, trusted) {
            break;
        }
    }
    client
}

/// The address in an entry: an address, maybe with a port, an IPv6 one then in brackets.
fn node(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let port_is_plain = port
            .strip_prefix(':')
            .map_or(port.is_empty(), |p| p.parse::<u16>().is_ok());
        return port_is_plain
            .then(|| address.parse::<Ipv6Addr>().ok())
            .flatten()
            .map(|v6| IpAddr::V6(v6).to_canonical());
    }
    let with_port = || text.parse::<SocketAddrV4>().map(|socket| IpAddr::V4(*socket.ip()));
    text.parse::<IpAddr>()
        .or_else(|_| with_port())
        .ok()
        .map(|address| address.to_canonical())
}

/// The address in `for=` of an element of Forwarded.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    parameter(element, "for").and_then(|value| node(&value))
}

/// The value of a parameter of an element of Forwarded, without its quotes.
fn parameter(element: &str, name: &str) -> Option<String> {
    split(element, ';').into_iter().find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let value = value.trim();
        let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| quoted.unwrap_or(value).replace('\\', ""))
    })
}

/// Splits at each `separator` that does not stand in quotes. A text whose quotes do not close has no parts that can be
/// told apart: somebody may have opened one to swallow what the proxy adds behind it.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            c if c == separator && !quoted => {
                parts.extend(text.get(start..at));
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if quoted {
        return vec![""];
    }
    parts.extend(text.get(start..));
    parts
}

/// Whether a proxy says that the client came by https.
fn says_https(headers: &HeaderMap) -> bool {
    let texts = |name: &HeaderName| {
        headers
            .get_all(name)
            .into_iter()
            .filter_map(|value| value.to_str().ok())
    };
    let plain = texts(&X_FORWARDED_PROTO).flat_map(|line| line.split(','));
    let rfc = texts(&header::FORWARDED).flat_map(|line| split(line, ','));
    let rfc: Vec<String> = rfc.filter_map(|element| parameter(element, "proto")).collect();
    plain
        .chain(rfc.iter().map(String::as_str))
        .any(|proto| proto.trim().eq_ignore_ascii_case("https"))
}
