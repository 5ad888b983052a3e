//! What is read from a text before any engine sees it: phrases, exclusions, words, stems.

use merx::search::Language;
use merx::search::engine::Marks;
use merx::search::highlight::Marker;
use merx::search::language::{Stemmer, fold, tokens};
use merx::search::words::{Typed, Vocabulary};

fn typed(text: &str) -> (String, Vec<String>, Vec<String>, bool) {
    let Typed {
        text,
        phrases,
        excluded,
        typing,
    } = Typed::read(text);
    (text, phrases, excluded, typing)
}

/// A text, what is left of it, its phrases, what it excludes, and whether its last word may be a beginning.
type Case = (
    &'static str,
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    bool,
);

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn phrases_and_exclusions_are_told_from_inches_and_hyphens() {
    let cases: [Case; 12] = [
        ("red lamp", "red lamp", &[], &[], true),
        ("red lamp ", "red lamp", &[], &[], false),
        (
            r#"red "table lamp" -kids"#,
            "red table lamp",
            &["table lamp"],
            &["kids"],
            false,
        ),
        (r#"-"two words" x"#, "x", &[], &["two words"], true),
        (r#"17" notebook"#, r#"17" notebook"#, &[], &[], true),
        (r#"notebook 17""#, r#"notebook 17""#, &[], &[], true),
        (r#"notebook 17" or 19""#, r#"notebook 17" or 19""#, &[], &[], true),
        ("usb-c hub", "usb-c hub", &[], &[], true),
        ("usb - hub", "usb - hub", &[], &[], true),
        (r#""never closed"#, r#""never closed"#, &[], &[], true),
        ("“smart quotes” tv", "smart quotes tv", &["smart quotes"], &[], true),
        ("-only", "", &[], &["only"], false),
    ];
    for (text, rest, phrases, excluded, typing) in cases {
        let expected = (rest.to_owned(), texts(phrases), texts(excluded), typing);
        assert_eq!(typed(text), expected, "{text}");
    }
    assert_eq!(typed(&"a ".repeat(10_000)).0.len(), 199);
}

#[test]
fn words_lose_their_endings_by_language() {
    let english = Stemmer::new(Language::English);
    for (word, stem) in [
        ("batteries", "battery"),
        ("watches", "watch"),
        ("boxes", "box"),
        ("shoes", "shoe"),
        ("cameras", "camera"),
        ("glass", "glass"),
        ("tennis", "tennis"),
        ("bus", "bus"),
        ("ps4s", "ps4s"),
        ("tvs", "tvs"),
    ] {
        assert_eq!(english.stem(word), stem, "{word}");
    }
    let german = Stemmer::new(Language::of("de-AT"));
    assert_eq!(german.stem("stühle"), german.stem("stuhl"));
    assert_eq!(german.stem("lampen"), german.stem("lampe"));
    let words: Vec<String> = tokens("Crème brûlée, 17\" Straße").map(|t| fold(&t.word)).collect();
    assert_eq!(words, ["creme", "brulee", "17", "strasse"]);
}

#[test]
fn synonyms_go_both_ways_or_one() {
    let mut words = Vocabulary::default();
    words.equal(&texts(&["TV", " television  set "]));
    words.instead("sofa", "couch");
    words.stop("The");
    let of = |text: &str| {
        words
            .synonyms()
            .get(text)
            .map(|found| found.iter().cloned().collect::<Vec<_>>())
    };
    assert_eq!(of("tv"), Some(texts(&["television set"])));
    assert_eq!(of("television set"), Some(texts(&["tv"])));
    assert_eq!((of("sofa"), of("couch")), (Some(texts(&["couch"])), None));
    assert!(words.stop_words().contains("the"));
}

#[test]
fn what_matched_is_marked_and_everything_else_is_escaped() {
    let marks = Marks {
        words: texts(&["lamp"]),
        beginning: Some("tab".to_owned()),
    };
    let marker = Marker::new(&marks, Language::English);
    assert_eq!(
        marker.whole("<b> Lamps & tables").as_deref(),
        Some("&lt;b&gt; <mark>Lamps</mark> &amp; <mark>tables</mark>")
    );
    assert_eq!(marker.whole("a chair"), None);
    let long = format!("{}lamp on a table {}", "word ".repeat(100), "more ".repeat(100));
    let excerpt = marker.excerpt(&long).expect("an excerpt");
    assert!(
        excerpt.starts_with("… word") && excerpt.ends_with("more …"),
        "{excerpt}"
    );
    assert!(
        excerpt.contains("<mark>lamp</mark> on a <mark>table</mark>"),
        "{excerpt}"
    );
    assert!(excerpt.len() < 300);
}
