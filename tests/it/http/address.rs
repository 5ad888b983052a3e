//! Whose request it is, behind proxies, and whatever a client makes up.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use merx::http::address::client_of;
use merx::platform::address::{ClientAddress, Network};
use proptest::prelude::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn proxies() -> Vec<Network> {
    ["10.0.0.0/8", "fd00::/8", "192.0.2.7"]
        .iter()
        .map(|text| text.parse().expect("a network"))
        .collect()
}

fn headers(lines: &[(&'static str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(
            HeaderName::from_static(name),
            HeaderValue::from_bytes(value).expect("a header"),
        );
    }
    headers
}

#[test]
fn the_client_is_the_right_most_address_that_is_no_proxy() {
    let xff = "x-forwarded-for";
    for (peer, lines, client) in [
        // Nobody in front.
        ("203.0.113.9", &[][..], "203.0.113.9"),
        ("10.0.0.1", &[], "10.0.0.1"),
        // A stranger's word does not count.
        ("203.0.113.9", &[(xff, "1.2.3.4")], "203.0.113.9"),
        ("10.0.0.1", &[(xff, "1.2.3.4")], "1.2.3.4"),
        ("192.0.2.7", &[(xff, "1.2.3.4")], "1.2.3.4"),
        ("192.0.2.8", &[(xff, "1.2.3.4")], "192.0.2.8"),
        // What stands left of the client, the client wrote.
        ("10.0.0.1", &[(xff, "9.9.9.9, 1.2.3.4")], "1.2.3.4"),
        ("10.0.0.1", &[(xff, "9.9.9.9, 1.2.3.4, 10.1.1.1")], "1.2.3.4"),
        ("10.0.0.1", &[(xff, "9.9.9.9"), (xff, "1.2.3.4,10.1.1.1")], "1.2.3.4"),
        // All of ours: the one that came first.
        ("10.0.0.1", &[(xff, "10.2.2.2, 10.1.1.1")], "10.2.2.2"),
        // The walk ends where it cannot read on.
        ("10.0.0.1", &[(xff, "1.2.3.4, nonsense, 10.1.1.1")], "10.1.1.1"),
        ("10.0.0.1", &[(xff, "1.2.3.4,")], "10.0.0.1"),
        ("10.0.0.1", &[(xff, "")], "10.0.0.1"),
        ("10.0.0.1", &[(xff, "unknown")], "10.0.0.1"),
        ("10.0.0.1", &[(xff, "01.2.3.4")], "10.0.0.1"),
        // Ports, IPv6, IPv4 in IPv6.
        ("10.0.0.1", &[(xff, "1.2.3.4:5678")], "1.2.3.4"),
        ("10.0.0.1", &[(xff, "[2001:db8::1]:5678")], "2001:db8::1"),
        ("10.0.0.1", &[(xff, "2001:db8::1")], "2001:db8::1"),
        ("10.0.0.1", &[(xff, "::ffff:1.2.3.4")], "1.2.3.4"),
        ("::ffff:10.0.0.1", &[(xff, "1.2.3.4, ::ffff:10.9.9.9")], "1.2.3.4"),
        ("fd00::1", &[(xff, "1.2.3.4")], "1.2.3.4"),
        // RFC 7239.
        ("10.0.0.1", &[("forwarded", "for=1.2.3.4;proto=https")], "1.2.3.4"),
        (
            "10.0.0.1",
            &[("forwarded", "For=\"[2001:db8::1]:4711\"")],
            "2001:db8::1",
        ),
        (
            "10.0.0.1",
            &[("forwarded", "for=9.9.9.9, for=1.2.3.4;by=10.0.0.1")],
            "1.2.3.4",
        ),
        ("10.0.0.1", &[("forwarded", "for=1.2.3.4, for=_hidden")], "10.0.0.1"),
        ("10.0.0.1", &[("forwarded", "proto=https")], "10.0.0.1"),
        // A quote that is opened to swallow what the proxy adds.
        (
            "10.0.0.1",
            &[("forwarded", "for=9.9.9.9;x=\", for=1.2.3.4")],
            "10.0.0.1",
        ),
        // Two headers that disagree: one of them is the client's.
        (
            "10.0.0.1",
            &[(xff, "1.2.3.4"), ("forwarded", "for=9.9.9.9")],
            "10.0.0.1",
        ),
        ("10.0.0.1", &[(xff, "1.2.3.4"), ("forwarded", "for=1.2.3.4")], "1.2.3.4"),
    ] {
        let lines: Vec<(&'static str, &[u8])> = lines.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let found = client_of(ip(peer), &headers(&lines), &proxies());
        assert_eq!(found, ip(client), "{peer} {lines:?}");
    }
    let nobody = client_of(ip("10.0.0.1"), &headers(&[(xff, b"1.2.3.4")]), &[]);
    assert_eq!(nobody, ip("10.0.0.1"), "nobody is trusted who is not named");
}

#[test]
fn a_household_is_one_client() {
    let key = |text: &str| ClientAddress::new(ip(text)).key();
    assert_eq!(key("198.51.100.7"), "198.51.100.7");
    assert_eq!(key("::ffff:198.51.100.7"), "198.51.100.7");
    assert_eq!(key("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    assert_eq!(key("2001:db8:1:2:ffff::1"), key("2001:db8:1:2::9"));
    assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    for wrong in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "proxy", "10.0.0.1/"] {
        assert!(wrong.parse::<Network>().is_err(), "{wrong:?}");
    }
}

/// What a client may send: anything that a header may hold, and often what looks right.
fn made_up() -> impl Strategy<Value = Vec<u8>> {
    let plausible = prop::sample::select(vec![
        "1.1.1.1", "10.0.0.9", ",", ", ", "for=", "For=\"", "\"", "\\", ";", "[", "]", "::1", ":80", "unknown", "=",
        " ",
    ]);
    prop_oneof![
        prop::collection::vec(plausible, 0..12).prop_map(|parts| parts.concat().into_bytes()),
        prop::collection::vec(prop_oneof![32u8..127, 128u8..=255], 0..40),
    ]
}

proptest! {
    #[test]
    fn nothing_that_a_client_makes_up_chooses_its_address(
        made_up in made_up(),
        client in any::<u32>().prop_map(|bits| IpAddr::from(std::net::Ipv4Addr::from_bits(bits))),
        own_line in any::<bool>(),
        quoted in any::<bool>(),
        other_header in proptest::option::of(made_up()),
        rfc in any::<bool>(),
    ) {
        let proxy = ip("10.0.0.1");
        let written = match (rfc, quoted) {
            (false, _) => client.to_string(),
            (true, false) => format!("for={client}"),
            (true, true) => format!("for=\"{client}:4711\";proto=https"),
        };
        let (name, other) = if rfc { ("forwarded", "x-forwarded-for") } else { ("x-forwarded-for", "forwarded") };
        let mut all = HeaderMap::new();
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).expect("a header");
        if own_line {
            all.append(name, value(&made_up));
            all.append(name, value(written.as_bytes()));
        } else {
            all.append(name, value(&[made_up.as_slice(), b", ", written.as_bytes()].concat()));
        }
        if let Some(other_value) = &other_header {
            all.append(other, value(other_value));
        }
        let found = client_of(proxy, &all, &proxies());
        let trusted = proxies().iter().any(|network| network.holds(client));
        // A proxy of ours as the client may have further hops, which are then believed.
        prop_assume!(!trusted);
        prop_assert!(found == client || found == proxy, "{found} in place of {client}: {all:?}");
        let readable = own_line || (!rfc && made_up.is_ascii());
        if readable && other_header.is_none() {
            prop_assert_eq!(found, client);
        }
    }

    #[test]
    fn a_stranger_is_who_it_is(made_up in made_up(), also in made_up()) {
        let stranger = ip("203.0.113.9");
        let all = headers(&[("x-forwarded-for", &made_up), ("forwarded", &also)]);
        prop_assert_eq!(client_of(stranger, &all, &proxies()), stranger);
    }

    #[test]
    fn keys_are_one_for_a_network(high in any::<u64>(), a in any::<u64>(), b in any::<u64>(), v4 in any::<u32>()) {
        let v6 = |low: u64| IpAddr::from(std::net::Ipv6Addr::from_bits(u128::from(high) << 64 | u128::from(low)));
        // ::ffff:0:0/96 lies in the network of all zeros, and is IPv4.
        prop_assume!(high != 0);
        prop_assert_eq!(ClientAddress::new(v6(a)), ClientAddress::new(v6(b)));
        let v4 = std::net::Ipv4Addr::from_bits(v4);
        prop_assert_eq!(ClientAddress::new(v4.into()), ClientAddress::new(v4.to_ipv6_mapped().into()));
        prop_assert_eq!(ClientAddress::new(v4.into()).key(), v4.to_string());
    }
}
