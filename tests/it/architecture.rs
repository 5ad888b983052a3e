//! The rules of ARCHITECTURE.md, enforced on the text of the code. Each rule is shown a bad snippet too, so that a rule
//! that no longer sees anything fails.

mod adapters;
mod habits;
mod imports;
mod source;

use std::path::Path;

use source::{Named, Source};

/// The core domains, lowest row first. A domain may use the rows before its own.
const ROWS: [&[&str]; 10] = [
    &["channel", "mail", "media"],
    &["audit", "ledger"],
    &["account"],
    &["customer", "staff"],
    &["catalog"],
    &["inventory", "shipping", "tax", "promotion", "payment"],
    &["cart"],
    &["order"],
    &["fraud"],
    &["checkout", "privacy"],
];
/// They listen and read; no core domain imports them. Lowest first: one may use those before it.
const SATELLITES: [&str; 7] = [
    "analytics",
    "experiment",
    "search",
    "recommendation",
    "question",
    "sustainability",
    "webhook",
];
/// What is no domain.
const FRAME: [&str; 8] = ["app", "command", "config", "graphql", "http", "lib", "main", "platform"];
/// Names that say nothing.
const EMPTY_NAMES: [&str; 6] = ["utils", "helpers", "common", "manager", "service", "misc"];
/// Crates of outside systems, with the folders of their one adapter.
const SDKS: [(&str, &[&str]); 17] = [
    ("apalis", &["src/platform/jobs/", "src/platform/db/"]),
    ("apalis_postgres", &["src/platform/jobs/", "src/platform/db/"]),
    ("apalis_sqlite", &["src/platform/jobs/", "src/platform/db/"]),
    ("stripe", &["src/payment/gateway/stripe"]),
    ("async_stripe", &["src/payment/gateway/stripe"]),
    ("stripe_client_core", &["src/payment/gateway/stripe/"]),
    ("miniserde", &["src/payment/gateway/stripe/"]),
    ("meilisearch_sdk", &["src/search/engine/meilisearch"]),
    ("tantivy", &["src/search/engine/tantivy"]),
    ("object_store", &["src/media/store/s3"]),
    ("lettre", &["src/mail/transport/smtp"]),
    ("redis", &["src/platform/redis"]),
    ("openidconnect", &["src/account/external/oidc/"]),
    (
        "reqwest",
        &[
            "src/account/external/oidc/",
            "src/payment/gateway/stripe/",
            "src/search/embedder/http",
            "src/search/engine/meilisearch/",
        ],
    ),
    ("totp_rs", &["src/account/mfa/totp"]),
    ("parquet", &["src/recommendation/exchange/form"]),
    ("plotters", &["src/command/eval/"]),
];
/// Longest file in lines.
const LINES_MAX: usize = 450;

/// What a rule finds: `file:line: what`.
type Rule = fn(&[Source]) -> Vec<String>;

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Fails when the code breaks `rule`, and when `rule` does not see what is wrong with `bad`.
fn enforce(name: &str, rule: Rule, folders: &[&str], bad: &[(&str, &str)]) {
    for (path, text) in bad {
        let found = rule(&[Source::new(path, text)]);
        assert!(
            found.iter().any(|f| f.starts_with(&format!("{path}:"))),
            "{name}: the rule does not see that {path} must not say\n{text}\nbut says {found:?}"
        );
    }
    let tree: Vec<Source> = folders.iter().flat_map(|f| Source::below(repository(), f)).collect();
    assert!(tree.len() > 3, "{name}: no code found");
    let found = rule(&tree);
    assert!(found.is_empty(), "{name}\n{}", found.join("\n"));
}

fn row_of(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

fn is_satellite(module: &str) -> bool {
    orbit_of(module).is_some()
}

/// The place of a satellite among them.
fn orbit_of(module: &str) -> Option<usize> {
    SATELLITES.iter().position(|satellite| *satellite == module)
}

/// The paths of the files for which `applies`, that `forbids` refuses.
fn refuse_paths(
    sources: &[Source],
    applies: impl Fn(&Source) -> bool,
    forbids: impl Fn(&Source, &Named) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|s| applies(s)) {
        for named in source.named().iter().filter(|n| forbids(source, n)) {
            found.push(format!(
                "{}:{}: crate::{}",
                source.path,
                named.line,
                named.parts.join("::")
            ));
        }
    }
    found
}

/// The files for which `applies`, and the lines in which one of `words` stands.
fn refuse_words(sources: &[Source], words: &[&str], applies: impl Fn(&Source, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for word in words.iter().filter(|w| applies(source, w)) {
            let lines = source.lines_with_word(word);
            found.extend(lines.iter().map(|line| format!("{}:{line}: {word}", source.path)));
        }
    }
    found
}

/// The lines in which one of `texts` stands.
fn refuse_text(sources: &[Source], texts: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for text in texts {
            let lines = source.lines_with(text);
            found.extend(
                lines
                    .iter()
                    .map(|line| format!("{}:{line}: {}", source.path, text.trim())),
            );
        }
    }
    found
}
