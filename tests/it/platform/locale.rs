//! Which language a client gets.

use merx::platform::locale::Locale;
use proptest::prelude::*;

fn tag(header: &str) -> &'static str {
    Locale::negotiate(header).tag()
}

#[test]
fn the_best_shipped_language_answers() {
    for (header, expected) in [
        // Nothing asked for, nothing that is shipped.
        ("", "en"),
        ("*", "en"),
        ("fr", "en"),
        ("fr-CA, it;q=0.7", "en"),
        // Look-up: ever shorter, whatever the case; a single letter goes with what it introduces.
        ("de", "de"),
        ("de-AT", "de"),
        ("DE-at", "de"),
        ("de-Latn-DE-1996", "de"),
        ("de-x-shop", "de"),
        ("x-de", "en"),
        ("deu", "en"),
        // A long tag that fits goes before a short one that is liked less.
        ("de-AT, en;q=0.9", "de"),
        ("fr, de-CH;q=0.4, en;q=0.3", "de"),
        // Quality, then order.
        ("en;q=0.8, de;q=0.9", "de"),
        ("en;q=0.8, de;q=0.801", "de"),
        ("de;q=0.5, en;q=0.5", "de"),
        ("en;q=0.5, de;q=0.5", "en"),
        ("de;q=0.001", "de"),
        ("en;q=0.9, de", "de"),
        ("en ;q=0.1,\tde ; q=1.000", "de"),
        ("de;Q=0.5, en;q=0.4", "de"),
        // `*` asks for nothing.
        ("*, de;q=0.5", "de"),
        ("*;q=0, de", "de"),
        ("*;q=0", "en"),
        // Refused.
        ("de;q=0", "en"),
        ("de;q=0.000, en;q=0.1", "en"),
        ("en;q=0", "de"),
        ("en;q=0, *", "de"),
        ("de-AT, de;q=0", "en"),
        ("de;q=0, de", "en"),
        ("de, de;q=0", "en"),
        // Only Austrian German is refused.
        ("de-AT;q=0, de", "de"),
        ("en;q=0, de;q=0", "en"),
        // Malformed members are passed over.
        ("de;q=2", "en"),
        ("de;q=1.001", "en"),
        ("de;q=0.1234", "en"),
        ("de;q=-1", "en"),
        ("de;q=abc", "en"),
        ("de;q=", "en"),
        ("de;q", "en"),
        ("de;level=1", "en"),
        ("de_DE", "en"),
        ("d3", "en"),
        ("-de", "en"),
        ("de-", "en"),
        ("deutschland", "en"),
        ("de-österreich", "en"),
        (",,;,;;q=,", "en"),
        ("de_DE, de;q=0.3", "de"),
        (", de,", "de"),
    ] {
        assert_eq!(tag(header), expected, "{header:?}");
    }
}

#[test]
fn a_header_that_is_too_long_is_not_read() {
    let fits = format!("de{}", ",fr".repeat(340));
    assert!(fits.len() <= 1024);
    assert_eq!(tag(&fits), "de");
    let long = format!("de{}", ",fr".repeat(341));
    assert!(long.len() > 1024);
    assert_eq!(tag(&long), "en");
}

#[test]
fn each_language_answers_to_its_name() {
    for locale in Locale::all() {
        assert_eq!(Locale::negotiate(locale.tag()), locale);
        assert_eq!(Locale::of_tag(&locale.tag().to_uppercase()), Some(locale));
        assert_eq!(format!("{locale:?}"), locale.tag());
    }
    assert_eq!(Locale::default().tag(), "en");
    assert_eq!(Locale::of_tag("de-AT"), None);
}

/// A weight of that many thousandths.
fn weight(thousandths: u16) -> String {
    format!(";q={}.{:03}", thousandths / 1000, thousandths % 1000)
}

proptest! {
    #[test]
    fn any_header_gets_a_shipped_language(header in ".{0,200}") {
        prop_assert!(Locale::all().any(|locale| locale == Locale::negotiate(&header)));
    }

    #[test]
    fn what_looks_like_a_header_gets_a_shipped_language(
        header in "([*a-zA-Z]{0,9}(-[a-zA-Z0-9]{0,9}){0,3}[ \t]?(;[ \t]?[qQ]?=?[0-9.]{0,6})?,? ?){0,12}"
    ) {
        prop_assert!(Locale::all().any(|locale| locale == Locale::negotiate(&header)));
    }

    #[test]
    fn the_higher_quality_wins_and_the_first_of_equals(en in 1..=1000_u16, de in 1..=1000_u16, region in "(-[A-Z]{2})?") {
        let (en_range, de_range) = (format!("en{}", weight(en)), format!("de{region}{}", weight(de)));
        let first_en = format!("fr, {en_range}, {de_range}");
        let first_de = format!("{de_range}, fr;q=0.2, {en_range}");
        prop_assert_eq!(tag(&first_en), if de > en { "de" } else { "en" });
        prop_assert_eq!(tag(&first_de), if de >= en { "de" } else { "en" });
    }

    #[test]
    fn a_refused_language_is_never_given(
        others in proptest::collection::vec(("(en|fr|it|zh-Hant|de-AT|\\*)", 1..=1000_u16), 0..6),
        at in 0..6_usize,
    ) {
        let mut ranges: Vec<String> = others.iter().map(|(range, q)| format!("{range}{}", weight(*q))).collect();
        ranges.insert(at.min(ranges.len()), "de;q=0".to_owned());
        prop_assert_eq!(tag(&ranges.join(", ")), "en");
    }
}
