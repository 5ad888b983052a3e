//! What the binary makes of its environment.

use std::process::{Command, Output};

use merx::command::doctor::not_used_yet;
use merx::config::env_example;

use crate::support::config;

/// The names in `.env.example`.
fn variables() -> Vec<String> {
    let text = env_example();
    let lines = text.lines().filter_map(|line| line.strip_prefix('#')?.split_once('='));
    lines
        .map(|(name, _)| name.to_owned())
        .filter(|name| {
            name.chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
        .collect()
}

fn run(folder: &std::path::Path, arguments: &[&str], value: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_merx"));
    command.current_dir(folder).args(arguments);
    for name in variables() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.output().expect("the binary runs")
}

#[test]
fn every_variable_that_is_read_is_in_the_example() {
    let variables = variables();
    for name in ["RUST_LOG", "MERX_LISTEN", "DATABASE_URL", "S3_BUCKET"] {
        assert!(variables.iter().any(|v| v == name), "{name} is missing: {variables:?}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let help = String::from_utf8(run(folder.path(), &["--help"], None).stdout).expect("text");
    for part in help.split("[env: ").skip(1) {
        let name = part.split(['=', ']']).next().unwrap_or_default();
        assert!(variables.iter().any(|v| v == name), "{name} is missing: {variables:?}");
    }
}

#[test]
fn a_variable_set_to_nothing_is_not_set() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let without = run(folder.path(), &["doctor"], None);
    let empty = run(folder.path(), &["doctor"], Some(""));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(empty.status.success(), "{}{}", text(&empty.stderr), text(&empty.stdout));
    assert_eq!(text(&empty.stdout), text(&without.stdout));
    // What is set to something still counts.
    assert!(!run(folder.path(), &["doctor"], Some("x")).status.success());
}

#[test]
fn services_that_are_not_used_yet_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config(folder.path(), None);
    config.services = merx::config::Services::default();
    assert_eq!(not_used_yet(&config), [""; 0]);
    config.services.redis_url = Some("redis://somewhere".to_owned());
    config.services.s3_bucket = Some("pictures".to_owned());
    config.services.smtp_url = Some("smtp://user:secret@somewhere".to_owned());
    assert_eq!(
        not_used_yet(&config),
        [
            "s3 is configured, but this version does not use it yet: files are kept in the data folder instead",
            "smtp is configured, but this version does not use it yet: mail is written to files in the data folder instead",
        ]
    );
}
