//! `merx serve`.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::app::App;
use crate::config::{Admin, Config, DEMO_ADMIN};
use crate::http;
use crate::http::server::Settings;
use crate::platform::error::{Fault, Result};
use crate::platform::stop::Phase;

/// Longest time from the order to stop to the end of the process.
const STOP_MAX: Duration = Duration::from_secs(29);
/// Longest time that the start waits for what is recommended by.
const WARM_MAX: Duration = Duration::from_secs(10);

/// Starts the server and stays until the process is told to stop. In development an empty database gets the demo shop.
pub(super) async fn serve(config: Config, given: Vec<(OsString, OsString)>) -> Result<ExitCode> {
    let app = super::open_to_work(config, given).await?;
    for service in super::doctor::not_used_yet(&app.config) {
        tracing::warn!("{service}");
    }
    super::user::first_admin(&app).await?;
    super::seed::seed_if_empty(&app).await?;
    crate::search::prepare(&app).await?;
    warm(&app).await;
    let edge = http::edge(&app)?;
    let listener = bind(app.config.server.listen).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let worker = app
        .config
        .shop
        .worker_in_process
        .then(|| tokio::spawn(super::worker::work(app.clone(), stopped.clone())));
    let followers = tokio::spawn(futures_util::future::join3(
        crate::analytics::follow(app.clone(), stopped.clone()),
        crate::experiment::follow(app.clone(), stopped.clone()),
        crate::recommendation::insight::follow(app.clone(), stopped),
    ));
    if let Some(address) = app.config.server.metrics_listen {
        let listener = bind(address).await?;
        let router = http::metrics_router(app.clone());
        tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "metrics listener ended");
            }
        });
    }
    let demo = !app.config.is_production() && super::user::has_demo_admin(&app).await?;
    announce(&app, address, demo);
    let settings = Settings::of(&app.config);
    let server = tokio::spawn(http::server::serve(listener, edge, settings, app.stop.clone()));
    told_to_stop().await;
    let end = Instant::now() + STOP_MAX;
    leave(&app).await;
    let _ = stop.send(true);
    let ended = async {
        server.await.map_err(|e| Fault::part("server", e))?;
        followers.await.map_err(|e| Fault::part("followers", e))?;
        match worker {
            Some(worker) => worker.await.map_err(|e| Fault::part("worker", e)),
            None => Ok(()),
        }
    };
    match timeout_at(end, ended).await {
        Ok(ended) => ended?,
        Err(_) => tracing::warn!("jobs were cut: they did not end in time, and will be tried again"),
    }
    if let Err(error) = crate::search::flush(&app).await {
        tracing::warn!(%error, "the last searches were not logged");
    }
    Ok(ExitCode::SUCCESS)
}

/// Has recommendations in memory before anybody asks. A server that has much to read does not keep shoppers waiting for
/// that: it goes on reading while it listens.
async fn warm(app: &App) {
    let app = app.clone();
    let warmed = tokio::spawn(async move {
        if let Err(error) = crate::recommendation::warm(&app).await {
            tracing::warn!(%error, "recommendations are not in memory yet, the first who asks waits for them");
        }
    });
    if timeout(WARM_MAX, warmed).await.is_err() {
        tracing::warn!("recommendations are still being read");
    }
}

/// First says that it is not ready and goes on for a while, so that load balancers look elsewhere before the listener
/// is gone. Who tells it to stop once more does not want to wait for that.
async fn leave(app: &App) {
    app.stop.enter(Phase::Leaving);
    tracing::info!("stopping");
    tokio::select! {
        () = sleep(app.config.stop_delay()) => {}
        () = told_to_stop() => {}
    }
    app.stop.enter(Phase::Stopping);
}

async fn bind(address: std::net::SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .map_err(|e| Fault::part("listening", format!("{address}: {e}")))
}

#[expect(clippy::print_stdout, reason = "the answer of the command to the person who gave it")]
fn announce(app: &App, address: std::net::SocketAddr, demo: bool) {
    println!("GraphQL   http://{address}/graphql");
    if app.config.graphiql() {
        println!("GraphiQL  http://{address}/graphiql");
    }
    println!("Health    http://{address}/livez  http://{address}/readyz");
    if demo {
        let Admin { email, password } = DEMO_ADMIN;
        println!("Staff     {email} with the password {password}   (demo account, development only)");
    }
}

/// Ends when the process gets SIGTERM or Ctrl+C.
pub(super) async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    _ = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => {
                let _ = interrupt.await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
