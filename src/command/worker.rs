//! `merx worker`: the jobs, apart from the server.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::config::Config;
use crate::platform::error::Result;
use crate::platform::idempotency::forget_expired;
use crate::platform::jobs::{POLL, run_workers};

/// How often the worker does its rounds: lapsed reservations are given back, payments that were left open
/// are settled.
const ROUND: Duration = Duration::from_secs(10);

/// How often what is past of accounts is deleted, and whether it is time for a new key is asked.
const HOUSEKEEPING: Duration = Duration::from_secs(15 * 60);

/// Runs the jobs until the process is told to stop.
pub(super) async fn worker(config: Config, given: Vec<(OsString, OsString)>) -> Result<ExitCode> {
    let app = super::open_to_work(config, given).await?;
    let (stop, stopped) = watch::channel(false);
    tracing::info!(jobs = ?app.jobs.kinds(), "worker started");
    let work = work(app, stopped);
    tokio::pin!(work);
    tokio::select! {
        () = super::serve::told_to_stop() => {}
        () = &mut work => {}
    }
    let _ = stop.send(true);
    work.await;
    Ok(ExitCode::SUCCESS)
}

/// Jobs and rounds, until `stop` turns true.
pub(super) async fn work(app: App, mut stop: watch::Receiver<bool>) {
    let jobs = run_workers(&app.db, Arc::clone(&app.jobs), app.clone(), POLL, stop.clone());
    let (mut stop_keeping, mut stop_comparing) = (stop.clone(), stop.clone());
    let whole = crate::search::keep_whole(&app, stop.clone());
    let rounds = async {
        while !*stop.borrow() {
            if let Err(error) = crate::checkout::sweep(&app).await {
                tracing::warn!(%error, "lapsed reservations were not given back, will be tried again");
            }
            if let Err(error) = forget_expired(&app.db, &app.clock).await {
                tracing::warn!(%error, "old idempotency keys were not forgotten, will be tried again");
            }
            if let Err(error) = crate::checkout::settle(&app).await {
                tracing::warn!(%error, "payments that were left open were not settled, will be tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                _ = stop.changed() => {}
            }
        }
    };
    let housekeeping = async {
        while !*stop_keeping.borrow() {
            if let Err(error) = crate::account::rotate_keys(&app).await {
                tracing::warn!(%error, "the keys of access tokens were not looked after, will be tried again");
            }
            if let Err(error) = crate::payment::inbox::sweep(&app).await {
                tracing::warn!(%error, "old events of gateways were not deleted, will be tried again");
            }
            if let Err(error) = crate::account::sweep(&app).await {
                tracing::warn!(%error, "sessions that are past were not deleted, will be tried again");
            }
            if let Err(error) = crate::analytics::sweep(&app).await {
                tracing::warn!(%error, "old interactions were not deleted, will be tried again");
            }
            if let Err(error) = crate::experiment::sweep(&app).await {
                tracing::warn!(%error, "old exposures were not deleted, will be tried again");
            }
            if let Err(error) = crate::recommendation::exchange::sweep(&app).await {
                tracing::warn!(%error, "old exports were not deleted, will be tried again");
            }
            if let Err(error) = crate::recommendation::insight::roll_up(&app).await {
                tracing::warn!(%error, "what came of recommendations was not counted, will be tried again");
            }
            if let Err(error) = crate::recommendation::insight::sweep(&app).await {
                tracing::warn!(%error, "old counts of recommendations were not deleted, will be tried again");
            }
            if let Err(error) = crate::recommendation::drift::check_when_due(&app).await {
                tracing::warn!(%error, "nobody looked whether recommendations still fit, will be tried again");
            }
            if let Err(error) = crate::search::roll_up(&app).await {
                tracing::warn!(%error, "searches were not counted, will be tried again");
            }
            if let Err(error) = crate::search::sweep(&app).await {
                tracing::warn!(%error, "old searches were not deleted, will be tried again");
            }
            if let Err(error) = crate::ledger::check_when_due(&app).await {
                tracing::warn!(%error, "the books were not looked at, will be tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(HOUSEKEEPING) => {}
                _ = stop_keeping.changed() => {}
            }
        }
    };
    let comparing = async {
        while !*stop_comparing.borrow() {
            if let Err(error) = crate::payment::reconcile::reconcile_when_due(&app).await {
                tracing::warn!(%error, "books were not compared with those of gateways, will be tried again");
            }
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                _ = stop_comparing.changed() => {}
            }
        }
    };
    let (result, (), (), (), ()) = tokio::join!(jobs, rounds, housekeeping, comparing, whole);
    if let Err(error) = result {
        tracing::error!(%error, "workers ended");
    }
}
