//! `merx doctor`: tries everything that is configured and says what to do about what does not work.

mod database;
mod own;
mod payments;
mod services;

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use crate::config::Config;
use crate::platform::error::Result;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, but somebody should know.
    Warn,
    /// It does not work.
    Fail,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        })
    }
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// How it came out.
    pub level: Level,
    /// The thing.
    pub name: &'static str,
    /// What was found. Never a secret.
    pub found: String,
    /// What to do about it; none where all is well.
    pub advice: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            name,
            found: found.into(),
            advice: None,
        }
    }

    fn warn(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: Level::Warn,
            name,
            found: found.into(),
            advice: Some(advice.into()),
        }
    }

    fn fail(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            level: Level::Fail,
            ..Self::warn(name, found, advice)
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:4}  {:12}  {}", self.level, self.name, self.found)?;
        match &self.advice {
            Some(advice) => write!(f, "  -> {advice}"),
            None => Ok(()),
        }
    }
}

/// Tries everything in `config`. Takes some seconds where services do not answer; changes nothing but a file that it
/// makes and removes in the data folder.
pub async fn checks(config: &Config) -> Vec<Check> {
    let mut checks = own::checks(config);
    checks.extend(database::checks(config).await);
    checks.extend(services::checks(config).await);
    checks
}

/// What `config` names and this version does not use yet, a sentence each.
pub fn not_used_yet(config: &Config) -> Vec<String> {
    services::not_used_yet(&config.services)
}

/// Prints the checks; fails when one of them does.
pub(super) async fn doctor(config: Config) -> Result<ExitCode> {
    let checks = checks(&config).await;
    let mut out = std::io::stdout().lock();
    for check in &checks {
        writeln!(out, "{check}")?;
    }
    let failed = checks.iter().any(|check| check.level == Level::Fail);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
