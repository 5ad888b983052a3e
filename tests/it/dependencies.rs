//! What comes in from outside: licences, sources and unwanted crates, by the lists of `deny.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// A crate of the tree.
struct Dependency {
    name: String,
    version: String,
    /// Where it comes from, when that is not the registry.
    source: Option<String>,
    license: String,
}

/// All crates that are built, on the platform of whoever asks.
fn tree() -> Vec<Dependency> {
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tree", "--workspace", "--locked", "--offline", "--prefix", "none"])
        .args(["--edges", "normal,build,dev", "--format", "{p}|{l}|"])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    text.lines().filter_map(dependency).collect()
}

/// Reads `name v1.2.3 (source)|licence|`.
fn dependency(line: &str) -> Option<Dependency> {
    let mut columns = line.split('|');
    let mut package = columns.next()?.splitn(3, ' ');
    let (name, version) = (package.next()?.to_owned(), package.next()?.to_owned());
    let remark = package.next().filter(|r| *r != "(proc-macro)");
    Some(Dependency {
        name,
        version,
        source: remark.map(|r| r.trim_matches(['(', ')']).to_owned()),
        license: columns.next()?.to_owned(),
    })
}

fn deny_toml() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    std::fs::read_to_string(path).expect("deny.toml")
}

/// The lines of the list `key` of the section `section` of `toml`.
fn list<'a>(toml: &'a str, section: &str, key: &str) -> Vec<&'a str> {
    let body = toml.split(&format!("\n[{section}]\n")).nth(1).expect("the section");
    let body = body.split("\n[").next().unwrap_or_default();
    let list = body.split(&format!("\n{key} = [\n")).nth(1).expect("the list");
    list.lines().take_while(|line| *line != "]").collect()
}

/// The first quoted text of a line.
fn quoted(line: &str) -> Option<&str> {
    line.split('"').nth(1)
}

/// Whether `expression` can be met with the licences `allowed`. `/` is an old way to write OR.
fn licensed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    !words.is_empty() && any(&words, &mut at, allowed) && at == words.len()
}

fn any(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allowed);
    }
    met
}

fn all(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let first = words.get(*at).copied().unwrap_or_default();
    *at += 1;
    if first == "(" {
        let met = any(words, at, allowed);
        *at += 1;
        return met;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return allowed.contains(format!("{first} WITH {exception}").as_str());
    }
    allowed.contains(first)
}

#[test]
fn licences_are_permissive() {
    let toml = deny_toml();
    let allowed: BTreeSet<&str> = list(&toml, "licenses", "allow")
        .into_iter()
        .filter_map(quoted)
        .collect();
    assert!(licensed("(MIT OR GPL-3.0) AND Unicode-3.0", &allowed) && licensed("GPL-3.0/MIT", &allowed));
    for bad in [
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "Apache-2.0 WITH Other-exception",
        "",
        "MIT )",
    ] {
        assert!(!licensed(bad, &allowed), "{bad:?} was let through");
    }
    let tree = tree();
    assert!(tree.len() > 100, "cargo tells of {} crates", tree.len());
    let mut refused = BTreeSet::new();
    for dependency in &tree {
        let ours = dependency.source.as_deref().is_some_and(|s| s.starts_with('/'));
        // Says `license-file` in place of an identifier; the file is the MIT licence.
        let known = dependency.name == "apalis-postgres" && dependency.license.is_empty();
        if !ours && !known && !licensed(&dependency.license, &allowed) {
            refused.insert(format!(
                "{} {}: {}",
                dependency.name, dependency.version, dependency.license
            ));
        }
    }
    assert!(refused.is_empty(), "deny.toml does not allow {refused:#?}");
}

#[test]
fn crates_come_from_the_registry() {
    let strangers: BTreeSet<String> = tree()
        .into_iter()
        .filter_map(|d| {
            d.source
                .filter(|s| !s.starts_with(env!("CARGO_MANIFEST_DIR")) && s != "*")
        })
        .collect();
    assert!(strangers.is_empty(), "not from crates.io: {strangers:#?}");
    let git = dependency("a v1.0.0 (https://example.com/a.git#0123)|MIT|").expect("a line of the tree");
    assert_eq!(git.source.as_deref(), Some("https://example.com/a.git#0123"));
}

#[test]
fn unwanted_crates_stay_out() {
    let toml = deny_toml();
    let denied = list(&toml, "bans", "deny");
    assert!(denied.len() > 5, "the list is not found: {denied:?}");
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for dependency in tree() {
        versions.entry(dependency.name).or_default().insert(dependency.version);
    }
    let mut refused = Vec::new();
    for line in denied {
        let name = quoted(line).expect("a crate");
        let found = versions.get(name).map_or(0, BTreeSet::len);
        let limit = usize::from(line.contains("deny-multiple-versions = true"));
        if found > limit {
            refused.push(format!("{name}: {:?}; {line}", versions[name]));
        }
    }
    assert!(versions.contains_key("tokio"), "the tree is not read");
    assert!(refused.is_empty(), "{refused:#?}");
}
