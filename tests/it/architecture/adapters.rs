//! Outside systems: one crate, one adapter, named in one place.

use super::source::Source;
use super::{Rule, SDKS, enforce, refuse_words, repository};

#[test]
fn r6_an_sdk_has_one_adapter() {
    let rule: Rule = |sources| {
        let sdks = SDKS.map(|(name, _)| name);
        refuse_words(sources, &sdks, |source, word| {
            let homes = SDKS
                .iter()
                .filter(|(name, _)| *name == word)
                .flat_map(|(_, homes)| homes.iter());
            // A port may call the module of an adapter like the crate.
            let module = source.code.contains(&format!("mod {word};"));
            !module
                && !homes.into_iter().any(|home| source.path.starts_with(home))
                && source.code.contains(&format!("{word}::"))
        })
    };
    let bad = [
        ("src/search/query.rs", "use tantivy::Index;"),
        ("src/cart/jobs.rs", "use apalis::prelude::*;"),
        ("src/order/mail.rs", "use lettre::Message;"),
    ];
    enforce("R6: an SDK crate appears in one adapter", rule, &["src"], &bad);
}

/// The adapters: types outside a port's `mod.rs` that implement a trait which it declares, with the port's folder.
fn adapters(sources: &[Source]) -> Vec<(String, String)> {
    let mut adapters = Vec::new();
    for port in sources.iter().filter(|s| s.path.ends_with("/mod.rs")) {
        let folder = port.path.trim_end_matches("mod.rs");
        let traits: Vec<&str> = port
            .code
            .match_indices("pub trait ")
            .filter_map(|(at, found)| {
                port.code[at + found.len()..]
                    .split(|c: char| !c.is_alphanumeric())
                    .next()
            })
            .collect();
        for source in sources
            .iter()
            .filter(|s| s.path.starts_with(folder) && s.path != port.path)
        {
            for name in &traits {
                let start = format!("impl {name} for ");
                for (at, found) in source.code.match_indices(&start) {
                    let rest = &source.code[at + found.len()..];
                    let adapter = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                    adapters.push((folder.to_owned(), adapter.to_owned()));
                }
            }
        }
    }
    adapters
}

#[test]
fn r7_app_alone_names_adapters() {
    fn rule(sources: &[Source]) -> Vec<String> {
        let mut found = Vec::new();
        for (folder, adapter) in adapters(sources) {
            let others = sources
                .iter()
                .filter(|s| !s.path.starts_with(&folder) && s.path != "src/app.rs");
            found.extend(refuse_one(others, &adapter));
        }
        found
    }
    fn refuse_one<'a>(sources: impl Iterator<Item = &'a Source>, word: &str) -> Vec<String> {
        sources
            .flat_map(|s| {
                s.lines_with_word(word)
                    .into_iter()
                    .map(move |line| format!("{}:{line}: {word}", s.path))
            })
            .collect()
    }
    let bad = [
        Source::new("src/mail/transport/mod.rs", "pub trait Transport {}"),
        Source::new(
            "src/mail/transport/pigeon.rs",
            "pub struct Pigeon; impl Transport for Pigeon {}",
        ),
        Source::new("src/order/jobs.rs", "use crate::mail::transport::Pigeon;"),
    ];
    assert_eq!(rule(&bad), ["src/order/jobs.rs:1: Pigeon"]);
    let tree = Source::below(repository(), "src");
    assert!(
        adapters(&tree).len() >= 3,
        "the ports are not found: {:?}",
        adapters(&tree)
    );
    let found = rule(&tree);
    assert!(
        found.is_empty(),
        "R7: app.rs and the port alone name an adapter\n{}",
        found.join("\n")
    );
}
