//! Metrics for Prometheus, on a listener of their own.

use std::fmt::Write;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::app::App;
use crate::platform::jobs::queue_depths;

/// The routes of the metrics listener.
pub fn metrics_router(app: App) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app)
}

async fn metrics(State(app): State<App>) -> Response {
    let mut text = String::new();
    let _ = writeln!(text, "# HELP merx_sql_statements_total SQL statements sent.");
    let _ = writeln!(text, "# TYPE merx_sql_statements_total counter");
    let _ = writeln!(text, "merx_sql_statements_total {}", app.db.statements());
    let lost = app.search.log().lost();
    let _ = writeln!(
        text,
        "# HELP merx_searches_unlogged_total Searches that the log could not take."
    );
    let _ = writeln!(text, "# TYPE merx_searches_unlogged_total counter");
    let _ = writeln!(text, "merx_searches_unlogged_total {lost}");
    let lost = "merx_exposures_lost_total";
    let _ = writeln!(text, "# HELP {lost} Exposures of experiments that were not written.");
    let _ = writeln!(text, "# TYPE {lost} counter");
    let _ = writeln!(text, "{lost} {}", app.experiments.lost());
    let lost = "merx_recommendations_uncounted_total";
    let _ = writeln!(text, "# HELP {lost} Recommendations that were shown and not counted.");
    let _ = writeln!(text, "# TYPE {lost} counter");
    let _ = writeln!(text, "{lost} {}", app.shown.lost());
    match queue_depths(&app.db).await {
        Ok(queues) => {
            let _ = writeln!(text, "# HELP merx_jobs Jobs by queue and state.");
            let _ = writeln!(text, "# TYPE merx_jobs gauge");
            for queue in queues {
                let _ = writeln!(
                    text,
                    "merx_jobs{{queue=\"{}\",state=\"open\"}} {}",
                    queue.name, queue.open
                );
                let _ = writeln!(
                    text,
                    "merx_jobs{{queue=\"{}\",state=\"dead\"}} {}",
                    queue.name, queue.dead
                );
            }
        }
        Err(error) => tracing::warn!(%error, "no metrics of the queues"),
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
