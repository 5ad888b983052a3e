//! The database and the jobs in it.

use std::path::Path;

use tokio::time::timeout;

use super::Check;
use crate::command::probe::PATIENCE;
use crate::config::Config;
use crate::ledger;
use crate::platform::db::{self, Db};
use crate::platform::jobs::queue_depths;
use crate::staff::has_owner;

const NAME: &str = "database";

/// Reachable, new enough, migrated, seeded; no job given up.
pub(super) async fn checks(config: &Config) -> Vec<Check> {
    let url = config.database_url();
    if let Some(check) = not_made_yet(&url) {
        return vec![check];
    }
    // The message of a failed connection may hold the address, and the address a password.
    let unreachable = |found: String| {
        let found = if found.contains(&url) {
            "it does not open".to_owned()
        } else {
            found
        };
        vec![Check::fail(
            NAME,
            format!("no answer: {found}"),
            "start the database, and compare DATABASE_URL with its host, port, user, password and name",
        )]
    };
    let options = db::Options {
        connections: 1,
        statement_timeout: None,
    };
    let db = match timeout(PATIENCE, db::connect(&url, options)).await {
        Ok(Ok(db)) => db,
        Ok(Err(error)) => return unreachable(error.to_string()),
        Err(_) => return unreachable(format!("nothing within {} seconds", PATIENCE.as_secs())),
    };
    let checks = match timeout(PATIENCE, inspect(&db)).await {
        Ok(checks) => checks,
        Err(_) => unreachable(format!("nothing within {} seconds", PATIENCE.as_secs())),
    };
    if let Err(error) = db.close().await {
        tracing::debug!(%error, "closing the database");
    }
    checks
}

/// A SQLite file that is not there would be made by opening it; a doctor only looks.
fn not_made_yet(url: &str) -> Option<Check> {
    let path = url.strip_prefix("sqlite:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    let path = path.split('?').next().unwrap_or(path);
    if path.starts_with(":memory:") || Path::new(path).exists() {
        return None;
    }
    Some(Check::warn(
        NAME,
        format!("{path} is not there yet"),
        "merx serve makes it; so does merx migrate",
    ))
}

async fn inspect(db: &Db) -> Vec<Check> {
    let state = match db::inspect(db).await {
        Ok(state) => state,
        Err(error) => {
            return vec![Check::fail(
                NAME,
                format!("it refuses to say its version: {error}"),
                "check that DATABASE_URL names a SQLite file or a PostgreSQL server",
            )];
        }
    };
    let mut checks = Vec::new();
    if !state.supported {
        checks.push(Check::fail(
            NAME,
            format!("{} is too old", state.version),
            "move to PostgreSQL 15 or newer",
        ));
    }
    if let Some(extension) = state.missing_extension {
        checks.push(Check::fail(
            NAME,
            format!("the server has no extension {extension}, which the job queue needs"),
            "install the contrib package of PostgreSQL",
        ));
    }
    if state.pending > 0 {
        checks.push(Check::fail(
            NAME,
            format!("{}, {} migrations are missing", state.version, state.pending),
            "run merx migrate; merx serve does so when it starts",
        ));
        return checks;
    }
    if checks.is_empty() {
        checks.push(Check::ok(NAME, format!("{}, all migrations applied", state.version)));
    }
    checks.push(shop(db).await);
    checks.push(owner(db).await);
    checks.push(jobs(db).await);
    checks.push(books(db).await);
    checks
}

async fn shop(db: &Db) -> Check {
    let name = "shop";
    match db::is_empty_database(db).await {
        Ok(false) => Check::ok(name, "there is one"),
        Ok(true) => Check::warn(
            name,
            "the database has no channel: every request will fail",
            "run merx seed --demo",
        ),
        Err(error) => Check::fail(name, error.to_string(), "run merx migrate"),
    }
}

async fn owner(db: &Db) -> Check {
    let name = "owner";
    match has_owner(db).await {
        Ok(true) => Check::ok(name, "there is one"),
        Ok(false) => Check::warn(
            name,
            "nobody can manage the shop",
            "run merx user create-admin, or set MERX_ADMIN_EMAIL and MERX_ADMIN_PASSWORD",
        ),
        Err(error) => Check::fail(name, error.to_string(), "run merx migrate"),
    }
}

async fn books(db: &Db) -> Check {
    let name = "books";
    let found = match timeout(PATIENCE / 2, ledger::violations(db)).await {
        Ok(found) => found,
        Err(_) => {
            return Check::warn(
                name,
                "there is too much to look at in a moment",
                "ask for ledgerCheck: the worker looks every six hours",
            );
        }
    };
    match found {
        Ok(found) => match found.first() {
            None => Check::ok(name, "they balance, and agree with orders and payments"),
            Some(first) => Check::fail(
                name,
                format!(
                    "{} rules do not hold, such as {} of {}: {} should be {}",
                    found.len(),
                    first.rule,
                    first.subject,
                    first.found,
                    first.expected
                ),
                "see docs/guides/payments.md; somebody may have changed rows by hand",
            ),
        },
        Err(error) => Check::fail(name, error.to_string(), "run merx migrate"),
    }
}

async fn jobs(db: &Db) -> Check {
    let name = "jobs";
    match queue_depths(db).await {
        Ok(queues) => {
            let (open, dead) = queues
                .iter()
                .fold((0, 0), |(open, dead), queue| (open + queue.open, dead + queue.dead));
            if dead == 0 {
                return Check::ok(name, format!("{open} waiting, none given up"));
            }
            let of_queues: Vec<String> = queues
                .iter()
                .filter(|queue| queue.dead > 0)
                .map(|queue| format!("{} in {}", queue.dead, queue.name))
                .collect();
            Check::warn(
                name,
                format!("{open} waiting, {dead} given up ({})", of_queues.join(", ")),
                "look for \"job is dead\" in the log of the worker for the reasons",
            )
        }
        Err(error) => Check::fail(name, error.to_string(), "run merx migrate: it makes the job tables"),
    }
}
