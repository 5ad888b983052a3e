//! Documents that were written to keep a server busy.

use std::fmt::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Refused, judge, table};

/// The longest that the guard may think about a document.
const LONGEST: Duration = Duration::from_millis(20);

/// Fragments that each spread the next one `times`, `levels` deep.
fn tower(levels: usize, times: usize) -> String {
    let mut text = "{ ...F0 } ".to_owned();
    for level in 0..levels {
        let spreads = format!("...F{} ", level + 1).repeat(times);
        write!(text, "fragment F{level} on Query {{ {spreads}}} ").expect("text");
    }
    write!(text, "fragment F{levels} on Query {{ __typename }}").expect("text");
    text
}

fn numbered(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect()
}

/// Attacks by name: document and variables.
pub fn attacks() -> Vec<(String, String, Value)> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, document: String| attacks.push((name.to_owned(), document, json!({})));
    for levels in 8..=31 {
        add(&format!("doubling fragments, {levels} levels"), tower(levels, 2));
    }
    for levels in 3..=9 {
        add(
            &format!("fragments spread ten times, {levels} levels"),
            tower(levels, 10),
        );
    }
    let product = "product(by: { slug: \"x\" }) { id }";
    add(
        "aliases",
        format!("{{ {} }}", numbered(1_000, |i| format!("a{i}: {product} "))),
    );
    add("aliases in a fragment", {
        let spreads = "product(by: { slug: \"x\" }) { ...F } ".repeat(20);
        format!("{{ {spreads} }} fragment F on Product {{ a: id b: id }}")
    });
    add(
        "directives",
        format!("{{ __typename {} }}", "@include(if: true) ".repeat(1_000)),
    );
    add(
        "unknown directives",
        format!("{{ __typename {} }}", "@a".repeat(30_000)),
    );
    add("open directives", format!("{{ a{}", "@a(".repeat(20_000)));
    add("100,000 __typename", format!("{{ {} }}", "__typename ".repeat(100_000)));
    add("5,900 __typename", format!("{{ {} }}", "__typename ".repeat(5_900)));
    add("1 MB of commas", format!("{{ a {} }}", ",".repeat(1 << 20)));
    add("1 MB of comments", format!("{{ a {} }}", "#\n".repeat(1 << 19)));
    add("1 MB in a text", format!("{{ a(b: \"{}\") }}", "x".repeat(1 << 20)));
    add(
        "5,000 unknown fields",
        format!("{{ {} }}", numbered(5_000, |i| format!("unknown{i} "))),
    );
    add(
        "500 unknown fields",
        format!("{{ {} }}", numbered(500, |i| format!("unknown{i} "))),
    );
    add(
        "long names",
        format!("{{ {} }}", numbered(40, |i| format!("{}{i} ", "x".repeat(1_500)))),
    );
    for (name, open) in [
        ("selections", "{a"),
        ("inline fragments", "{..."),
        ("lists", "{a(b:[[[["),
        ("objects", "{a(b:{a:{a:{a:"),
        ("arguments", "{a("),
        ("types", "query($a:[[[["),
        ("braces", "{"),
    ] {
        let (head, tail) = open.split_at(open.len() - open.len().min(2));
        add(&format!("{name} without end"), format!("{head}{}", tail.repeat(30_000)));
    }
    for (name, document) in [
        (
            "deep selections",
            format!("{{ {} id {} }}", "a { ".repeat(1_000), "} ".repeat(1_000)),
        ),
        (
            "deep list",
            format!("{{ a(b: {}{}) }}", "[".repeat(1_000), "]".repeat(1_000)),
        ),
        (
            "deep object",
            format!("{{ a(b: {}1{}) }}", "{a:".repeat(1_000), "}".repeat(1_000)),
        ),
        (
            "deep type",
            format!("query($a: {}Int{}) {{ a }}", "[".repeat(1_000), "]".repeat(1_000)),
        ),
        (
            "16 levels",
            format!("{{ {} id {} }}", "a { ".repeat(15), "} ".repeat(15)),
        ),
    ] {
        add(name, document);
    }
    add("16 levels of fragments", {
        let chain = numbered(15, |i| {
            format!("fragment F{i} on Category {{ parent {{ ...F{} }} }} ", i + 1)
        });
        format!("{{ category(by: {{ slug: \"x\" }}) {{ ...F0 }} }} {chain} fragment F15 on Category {{ id }}")
    });
    add("a cycle", "{ ...A } fragment A on Query { ...A }".to_owned());
    add("a long cycle", {
        let ring = numbered(150, |i| format!("fragment F{i} on Query {{ ...F{} }} ", (i + 1) % 150));
        format!("{{ ...F0 }} {ring}")
    });
    add(
        "a cycle that nobody uses",
        "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned(),
    );
    add("introspection of introspection", {
        let levels = 6;
        format!(
            "{{ __schema {{ types {{ {} name {} }} }} }}",
            "fields { type { ".repeat(levels),
            "} } ".repeat(levels)
        )
    });
    add("possible types of possible types", {
        format!(
            "{{ __type(name: \"Node\") {{ {} name {} }} }}",
            "possibleTypes { ".repeat(9),
            "} ".repeat(9)
        )
    });
    add("introspection many times", {
        format!(
            "{{ {} }}",
            "__schema { types { fields { name args { name type { name } } } } } ".repeat(150)
        )
    });
    add("a deep introspection", {
        format!(
            "{{ __type(name: \"Node\") {{ {} name {} }} }}",
            "ofType { ".repeat(25),
            "} ".repeat(25)
        )
    });
    add(
        "texts that are not closed",
        format!("{{ a(b: [{}]) }}", r#""\\""""#.repeat(10_000)),
    );
    add(
        "1,000 variables",
        format!(
            "query({}) {{ __typename }}",
            numbered(1_000, |i| format!("$v{i}: Int "))
        ),
    );
    add(
        "1,000 operations",
        numbered(1_000, |i| format!("query Q{i} {{ __typename }} ")),
    );
    add(
        "1,000 fragments",
        format!(
            "{{ __typename }} {}",
            numbered(999, |i| format!("fragment F{i} on Query {{ a }} "))
        ),
    );
    add("fragments spread in each other", {
        let count = 40;
        let all = |from: usize| numbered(count - from, |i| format!("...F{} ", from + i));
        let fragments = numbered(count, |i| {
            format!("fragment F{i} on Query {{ __typename {} }} ", all(i + 1))
        });
        format!("{{ ...F0 }} {fragments}")
    });
    add("fields to be merged", {
        let arguments = numbered(16, |i| format!("a{i}: {i} "));
        let fields = format!("id({arguments}) ").repeat(70);
        format!("{} {fields} {}", "{ ... ".repeat(30) + "{", "} ".repeat(31))
    });
    add("fields in many sets", {
        let sets = "product(by: { slug: \"x\" }) { ...F } ".repeat(140);
        let arguments = numbered(14, |i| format!("a{i}: {i} "));
        format!(
            "{{ {sets} }} fragment F on Product {{ {} }}",
            format!("id({arguments}) ").repeat(11)
        )
    });
    add("fields in many fragments", {
        let sets = numbered(150, |i| format!("fragment G{i} on Product {{ ...F }} "));
        format!(
            "{{ __typename }} {sets} fragment F on Product {{ {} }}",
            "id(a: 1, b: 2, c: 3) ".repeat(100)
        )
    });
    add(
        "a field with 1,000 arguments",
        format!("{{ a({}) }}", numbered(1_000, |i| format!("a{i}: 1 "))),
    );
    add("pages in pages", {
        "{ categories(first: 100) { nodes { products(first: 100) { nodes { collections(first: 100) { nodes { id } } } } } } }"
            .to_owned()
    });
    add(
        "6 mutations",
        format!("mutation {{ {} }}", "cartCreate(input: {}) { cart { id } } ".repeat(6)),
    );
    add(
        "a list of a type that is not there",
        "query($a: [Nope] = [1]) { __typename }".to_owned(),
    );
    let repeated = "nodes(ids: $ids) { id } ".repeat(100);
    let ids: Vec<_> = (0..40_000).map(|_| "x").collect();
    attacks.push((
        "a large variable, used often".to_owned(),
        format!("query($ids: [ID!]!) {{ {repeated} }}"),
        json!({ "ids": ids }),
    ));
    attacks.push((
        "a large text, used often".to_owned(),
        format!(
            "query($t: String!) {{ {} }}",
            "search(query: $t) { totalCount } ".repeat(300)
        ),
        json!({ "t": "x".repeat(1 << 19) }),
    ));
    attacks
}

#[test]
fn every_attack_is_refused_at_once() {
    let table = table();
    let mut slow = Vec::new();
    for (name, document, variables) in attacks() {
        let mut shortest = Duration::MAX;
        // Others use the machine too: the shortest of a few is what it takes.
        for _ in 0..10 {
            let start = Instant::now();
            let verdict = judge(&document, None, &variables, &table);
            shortest = shortest.min(start.elapsed());
            let Err(refused) = verdict else {
                panic!("{name} passes: {verdict:?}")
            };
            let guard = matches!(refused, Refused::Guard(_));
            assert!(guard, "{name}: the parser is not the one to refuse it: {refused:?}");
            if shortest < LONGEST / 10 {
                break;
            }
        }
        println!("{:>9.3} ms  {name}", shortest.as_secs_f64() * 1_000.0);
        if shortest > LONGEST {
            slow.push(format!("{name}: {shortest:?}"));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
