//! Crates that stand alone, and habits of every file.

use super::source::Source;
use super::{EMPTY_NAMES, LINES_MAX, Rule, enforce, refuse_text, refuse_words, repository};

#[test]
fn r8_entity_and_migration_stand_alone() {
    let rule: Rule = |sources| {
        refuse_words(
            sources,
            &["merx", "async_graphql", "axum", "entity", "migration"],
            |source, word| {
                // The crate may say its own name.
                !source.path.starts_with(&format!("{word}/"))
            },
        )
    };
    let bad = [
        ("entity/src/x.rs", "use merx::platform::money::Money;"),
        ("migration/src/x.rs", "use entity::catalog::product;"),
    ];
    enforce(
        "R8: entity knows no server, migration no entity",
        rule,
        &["entity/src", "migration/src"],
        &bad,
    );
    for (krate, others) in [("entity", ["merx", "migration"]), ("migration", ["merx", "entity"])] {
        let manifest = std::fs::read_to_string(repository().join(krate).join("Cargo.toml")).expect("a manifest");
        let dependencies = manifest.split("[dependencies]").nth(1).expect("dependencies");
        for other in others {
            let depends = dependencies
                .lines()
                .any(|l| l.split(['.', ' ', '=']).next() == Some(other));
            assert!(!depends, "{krate}/Cargo.toml:1: R8: depends on {other}");
        }
    }
}

#[test]
fn r9_tests_include_no_source_files() {
    let rule: Rule = |sources| refuse_text(sources, &["#[path", "include!("]);
    let bad = [("tests/it/x.rs", "#[path = \"../../src/cart/lines.rs\"] mod lines;")];
    enforce("R9: tests go through the public face", rule, &["tests"], &bad);
}

#[test]
fn names_say_something() {
    let rule: Rule = |sources| {
        let mut found = Vec::new();
        for source in sources {
            for part in source.path.split('/').map(|p| p.trim_end_matches(".rs")) {
                if EMPTY_NAMES.contains(&part) {
                    found.push(format!("{}:1: {part} says nothing", source.path));
                }
            }
        }
        found
    };
    let bad = [("src/cart/utils.rs", ""), ("src/common/mod.rs", "")];
    enforce(
        "names say what is inside",
        rule,
        &["src", "entity", "migration", "tests"],
        &bad,
    );
}

#[test]
fn nothing_is_silenced_or_left_open() {
    let rule: Rule = |sources| refuse_text(sources, &["#[allow", "#![allow", "todo!", "unimplemented!", "#[ignore"]);
    let bad = [
        ("src/a.rs", "#[allow(dead_code)]"),
        ("src/b.rs", "fn f() { todo!() }"),
        ("src/c.rs", "fn f() { unimplemented!(\"later\") }"),
        ("tests/it/d.rs", "#[test]\n#[ignore]\nfn t() {}"),
    ];
    enforce(
        "lints are expected with a reason, tests run, code is there",
        rule,
        &["src", "entity", "migration", "tests"],
        &bad,
    );
}

#[test]
fn src_does_not_panic_on_purpose() {
    let rule: Rule = |sources| refuse_text(sources, &[".unwrap()", ".expect(", "panic!("]);
    let bad = [("src/a.rs", "let x = y.unwrap();"), ("src/b.rs", "y.expect(\"there\")")];
    enforce("errors are values", rule, &["src", "entity", "migration"], &bad);
}

#[test]
fn files_are_short() {
    let rule: Rule = |sources| {
        let long = sources.iter().filter(|s| s.code.lines().count() > LINES_MAX);
        long.map(|s| format!("{}:{}: more than {LINES_MAX} lines", s.path, s.code.lines().count()))
            .collect()
    };
    let long = "\n".repeat(LINES_MAX + 1);
    enforce(
        "a file is read in one go",
        rule,
        &["src", "entity", "migration", "tests"],
        &[("src/a.rs", &long)],
    );
}

#[test]
fn the_scanner_reads_rust() {
    let source = Source::new(
        "src/cart/lines.rs",
        "// use crate::comment::X;\nuse crate::{a, b::{c as d, e::*}, f::g};\nlet t = \"crate::text::Y\"; let q = '\"';\n\
         fn f<'a>(x: &'a crate::h::I<u8>) { super::j::k(r#\"crate::raw\"#) }",
    );
    let named: Vec<_> = source
        .named()
        .iter()
        .map(|n| format!("{} {}", n.line, n.parts.join("::")))
        .collect();
    assert_eq!(named, ["2 a", "2 b::c", "2 b::e", "2 f::g", "4 h::I", "4 cart::j::k"]);
}
