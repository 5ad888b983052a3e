//! The look at the text: it reads as the parser does.

use async_graphql::parser::parse_query;
use merx::http::cost::{Limits, Quantity, Refusal, scan};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Tokens of every kind.
const TOKENS: [&str; 20] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "...",
    "@",
    "$",
    "!",
    ":",
    "name",
    "_9",
    "0",
    "-12",
    "1.5e-3",
    "\"\"",
    "\"a \\\" { # \\\\\"",
    "\"\"\"\"\"\"",
    "\"\"\"a \" \"\" \\\"\"\" {\n\"\"\"",
];

/// What stands between tokens.
const BETWEEN: [&str; 7] = [" ", ",", "\n", "\r\n", "\t", "\u{feff}", "# \" { é \"\"\"\n"];

fn limits(tokens: u64) -> Limits {
    Limits {
        tokens,
        nesting: u64::MAX,
        directives: u64::MAX,
        ..Limits::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_token_is_counted_once(parts in vec((select(&TOKENS[..]), vec(select(&BETWEEN[..]), 1..4)), 1..60)) {
        let text: String = parts.iter().map(|(token, between)| format!("{token}{}", between.concat())).collect();
        let count = parts.len() as u64;
        prop_assert_eq!(scan(&text, &limits(count)), Ok(()));
        let refused = Refusal::TooMuch { quantity: Quantity::Tokens, found: count, most: count - 1 };
        prop_assert_eq!(scan(&text, &limits(count - 1)), Err(refused));
    }

    #[test]
    fn any_text_is_read_to_its_end(text in "\\PC{0,80}") {
        // It may be refused; it must not panic.
        let _ = scan(&text, &Limits::default());
    }
}

#[test]
fn what_stands_together_is_counted_apart() {
    for (text, count) in [
        ("[00]", 4),
        ("[1-1-1]", 5),
        ("[1e5e5]", 4),
        ("[1.5.5]", 5),
        ("a{b}...c@d", 8),
        ("\"a\"\"b\"", 2),
        ("-", 1),
        ("é", 2),
    ] {
        let found = (0..20).find(|most| scan(text, &limits(*most)).is_ok());
        assert_eq!(found, Some(count), "{text}");
    }
    let open = scan("\"\"\"\"", &limits(9));
    assert_eq!(open, Err(Refusal::OpenText { line: 1, column: 1 }));
}

#[test]
fn the_deepest_that_passes_fits_a_small_stack() {
    let deep = |open: &str, inside: &str, close: &str, times: usize| open.repeat(times) + inside + &close.repeat(times);
    let documents = [
        deep("{ a ", "{ b }", "}", 62),
        deep("{ ... ", "{ b }", "}", 62),
        format!("{{ a(b: {}) }}", deep("[", "1", "]", 62)),
        format!("{{ a(b: {}) }}", deep("{ c: ", "1", "}", 62)),
        format!(
            "query($a: {} = {}) {{ a }}",
            deep("[", "Int", "]", 63),
            deep("[", "1", "]", 63)
        ),
    ];
    for document in documents {
        // Half of what a thread of the server has, without optimization.
        let thread = std::thread::Builder::new().stack_size(1 << 20);
        let run = thread.spawn(move || {
            scan(&document, &Limits::default()).expect("as deep as allowed");
            parse_query(&document).map(drop)
        });
        run.expect("a thread")
            .join()
            .expect("the stack holds")
            .expect("it parses");
    }
}
