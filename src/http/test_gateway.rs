//! The page of the test gateway: what a bank's page is to a real one.

use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use entity::PaymentId;
use serde::Deserialize;

use crate::http::Endpoint;

/// What the shopper answers.
#[derive(Deserialize)]
pub(super) struct Answer {
    success: bool,
}

/// Asks the shopper.
pub(super) async fn page(Path(payment): Path<String>) -> Response {
    match payment.parse::<PaymentId>() {
        Ok(payment) => Html(format!(
            "<!doctype html><meta charset=utf-8><title>Test gateway</title><h1>Confirm payment</h1><p>{payment}</p>\
             <form method=post><button name=success value=true>Confirm</button> \
             <button name=success value=false>Refuse</button></form>"
        ))
        .into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Takes the answer.
pub(super) async fn answer(
    State(endpoint): State<Endpoint>,
    Path(payment): Path<String>,
    Form(answer): Form<Answer>,
) -> Response {
    let (Ok(payment), Some(gateway)) = (payment.parse::<PaymentId>(), endpoint.app().payments.get("test")) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match gateway.confirm(payment, answer.success).await {
        Ok(()) => Html("<!doctype html><meta charset=utf-8><title>Test gateway</title><p>Done. Go back to the shop.")
            .into_response(),
        Err(error) => {
            tracing::error!(%error, "test gateway");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
