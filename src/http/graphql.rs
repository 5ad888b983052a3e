//! GraphQL over HTTP. The only place that instantiates the executor: everybody else calls [`Endpoint::execute`], which
//! is not generic, so that the schema is compiled once.

pub mod cost;
mod scan;

use async_graphql::{Request, Response as GraphqlResponse, Schema, Variables};
use axum::body::Bytes;
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::app::App;
use crate::graphql::batch::Batch;
use crate::graphql::context::RequestInfo;
use crate::graphql::error::{ApiError, Boundary};
use crate::graphql::root::{MerxSchema, Mutation, Query};
use crate::http::viewer;

/// How deep a document may nest.
const DEPTH_MAX: usize = 15;
/// Aliases in a document.
const ALIASES_MAX: usize = 30;
/// Fields that a document may select, fragments expanded.
const COMPLEXITY_MAX: usize = 2_000;
/// Largest document in bytes.
const DOCUMENT_MAX: usize = 64 << 10;

/// The endpoint: the application behind its schema. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint {
    app: App,
    schema: MerxSchema,
}

/// The schema as text.
pub fn sdl() -> String {
    build().finish().sdl()
}

fn build() -> async_graphql::SchemaBuilder<Query, Mutation, async_graphql::EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), async_graphql::EmptySubscription)
        .extension(Boundary)
        .limit_depth(DEPTH_MAX)
        .limit_aliases(ALIASES_MAX)
        .limit_complexity(COMPLEXITY_MAX)
}

/// A GraphQL request as it comes over the wire.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<serde_json::Map<String, serde_json::Value>>,
}

/// A GraphQL request in the address of a GET.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UrlRequest {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<String>,
}

impl Endpoint {
    /// The endpoint of `app`.
    pub fn new(app: App) -> Self {
        let mut builder = build().data(app.clone());
        if app.config.is_production() {
            builder = builder.disable_introspection().disable_suggestions();
        }
        Self {
            schema: builder.finish(),
            app,
        }
    }

    /// The application behind it.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Runs a document for whoever sent `headers`.
    pub async fn execute(
        &self,
        headers: &HeaderMap,
        document: &str,
        operation: Option<String>,
        variables: serde_json::Value,
    ) -> GraphqlResponse {
        let info = viewer::request_info(&self.app, headers);
        if document.len() > DOCUMENT_MAX {
            return refuse(
                &info,
                &ApiError::bad_input(format!("the document is larger than {DOCUMENT_MAX} bytes")),
            );
        }
        if holds_nul(&variables)
            || document.contains('\0')
            || document.contains("\\u0000")
            || document.contains("\\u{0")
        {
            let message = "text must not contain the character U+0000: the database cannot keep it";
            return refuse(&info, &ApiError::bad_input(message));
        }
        let scope = match viewer::scope(&self.app, headers).await {
            Ok(Ok(scope)) => scope,
            Ok(Err(error)) => return refuse(&info, &error),
            Err(fault) => {
                tracing::error!(request_id = info.request_id, %fault, "no scope");
                return internal(&info);
            }
        };
        let mut request = Request::new(document)
            .variables(Variables::from_json(variables))
            .data(Batch::loader(self.app.clone(), scope.clone()))
            .data(scope)
            .data(info);
        if let Some(operation) = operation {
            request = request.operation_name(operation);
        }
        self.schema.execute(request).await
    }
}

/// Whether a text in `value` contains U+0000.
fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(items) => items.iter().any(holds_nul),
        serde_json::Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

fn error_response(info: &RequestInfo, message: String, code: &str) -> GraphqlResponse {
    let mut error = async_graphql::ServerError::new(message, None);
    let mut extensions = async_graphql::ErrorExtensionValues::default();
    extensions.set("code", code);
    extensions.set("requestId", info.request_id.as_str());
    error.extensions = Some(extensions);
    GraphqlResponse::from_errors(vec![error])
}

fn refuse(info: &RequestInfo, error: &ApiError) -> GraphqlResponse {
    let code = match error {
        ApiError::Unauthenticated => "UNAUTHENTICATED",
        ApiError::Forbidden => "FORBIDDEN",
        ApiError::BadUserInput(_) => "BAD_USER_INPUT",
    };
    error_response(info, error.to_string(), code)
}

fn internal(info: &RequestInfo) -> GraphqlResponse {
    error_response(
        info,
        format!("internal error (request {})", info.request_id),
        "INTERNAL",
    )
}

pub(super) async fn post(State(endpoint): State<Endpoint>, headers: HeaderMap, body: Bytes) -> Response {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "send application/json");
    }
    let wire: Wire = match serde_json::from_slice(&body) {
        Ok(wire) => wire,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("not a GraphQL request: {error}")),
    };
    let variables = wire.variables.map_or(serde_json::Value::Null, Into::into);
    answer(
        endpoint
            .execute(&headers, &wire.query, wire.operation_name, variables)
            .await,
    )
}

pub(super) async fn get(
    State(endpoint): State<Endpoint>,
    headers: HeaderMap,
    url: Result<UrlQuery<UrlRequest>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(UrlQuery(wire)) = url else {
        return problem(StatusCode::BAD_REQUEST, "query is missing");
    };
    let variables = match wire.variables.as_deref().map(serde_json::from_str).transpose() {
        Ok(variables) => variables.unwrap_or(serde_json::Value::Null),
        Err(error) => return problem(StatusCode::BAD_REQUEST, &format!("variables: {error}")),
    };
    // A link must change nothing: only queries come by GET.
    if let Ok(document) = async_graphql::parser::parse_query(&wire.query) {
        let changes = document
            .operations
            .iter()
            .any(|(_, operation)| operation.node.ty != async_graphql::parser::types::OperationType::Query);
        if changes {
            let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "only queries may be sent by GET");
            response
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("POST"));
            return response;
        }
    }
    answer(
        endpoint
            .execute(&headers, &wire.query, wire.operation_name, variables)
            .await,
    )
}

/// A request that never reached the executor.
fn problem(status: StatusCode, message: &str) -> Response {
    let body = serde_json::json!({ "errors": [{ "message": message, "extensions": { "code": "BAD_REQUEST" } }] });
    (status, axum::Json(body)).into_response()
}

fn answer(response: GraphqlResponse) -> Response {
    match serde_json::to_vec(&response) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "answer cannot be written");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal error")
        }
    }
}
