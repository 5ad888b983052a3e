//! The boundary: after it every error has a code and a request id, and none says more than it should.

use std::any::TypeId;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest, NextRequest, NextResolve,
    NextSubscribe, NextValidation, ResolveInfo,
};
use async_graphql::{ErrorExtensionValues, Pos, Request, Response, ServerError, ServerResult, ValidationResult, Value};
use futures_util::stream::{BoxStream, StreamExt};
use parking_lot::Mutex;

use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::RequestInfo;
use crate::graphql::error::ApiError;
use crate::graphql::once;
use crate::graphql::validated::Verdict;
use crate::platform::error::Fault;
use crate::platform::locale::message;
use crate::platform::page::PageError;

/// The answer to a request that nothing was executed for; `retry_after` is in seconds.
pub fn request_error(
    message: &str,
    location: Option<(usize, usize)>,
    code: &str,
    request_id: &str,
    retry_after: Option<u64>,
) -> Response {
    let position = location.map(|(line, column)| Pos { line, column });
    let mut error = ServerError::new(message, position);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    extensions.set("requestId", request_id);
    if let Some(seconds) = retry_after {
        extensions.set("retryAfter", seconds);
    }
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}

/// Most fields and items of lists that an answer may take to resolve. The cost of a document is an estimate; this is not.
const RESOLVED_MAX: usize = 50_000;

/// Most errors that an answer tells of when nothing was executed.
const ERRORS_MAX: usize = 10;

/// After how many seconds a part that has too much to do may be asked again.
const BUSY_FOR: u64 = 2;

/// The boundary: after it, every error has a code and a request id, and none says more than it should.
pub struct Boundary;

/// The boundary around one request.
#[derive(Default)]
struct Around {
    /// Known once the request is prepared: before that, extensions do not see its data.
    info: Arc<OnceLock<RequestInfo>>,
    /// Whether the request is a stream of answers.
    streams: AtomicBool,
    /// Errors of fields that may be null, and are.
    fields: Arc<Mutex<Vec<ServerError>>>,
    /// Fields and items of lists resolved so far.
    resolved: Arc<AtomicUsize>,
}

impl ExtensionFactory for Boundary {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Around::default())
    }
}

#[async_trait::async_trait]
impl Extension for Around {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        response.errors.append(&mut self.fields.lock());
        cut_off(&mut response, &self.resolved);
        disclose_all(&mut response, &self.info);
        response
    }

    /// async-graphql hands the error of a field to the object around it, even where the field may be null. By the
    /// specification the field is null then, and the rest of the answer stands.
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        if self.resolved.fetch_add(1, Ordering::Relaxed) >= RESOLVED_MAX {
            // Whatever else runs ends here too, one step after the other.
            return Err(ServerError::new("", None));
        }
        let nullable = !info.return_type.ends_with('!');
        let resolved = if info.parent_type == "Mutation" {
            // Apart from the frames of all other fields, which are many on one stack.
            Box::pin(once::resolve(ctx, info, next)).await
        } else {
            next.run(ctx, info).await
        };
        match resolved {
            Err(error) if nullable && self.resolved.load(Ordering::Relaxed) < RESOLVED_MAX => {
                self.fields.lock().push(error);
                Ok(None)
            }
            resolved => resolved,
        }
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        self.streams.store(true, Ordering::Relaxed);
        let (info, fields, resolved) = (
            Arc::clone(&self.info),
            Arc::clone(&self.fields),
            Arc::clone(&self.resolved),
        );
        let answers = next.run(ctx, stream).map(move |mut response| {
            response.errors.append(&mut fields.lock());
            cut_off(&mut response, &resolved);
            // Each event may take as much again.
            resolved.store(0, Ordering::Relaxed);
            disclose_all(&mut response, &info);
            response
        });
        answers.boxed()
    }

    async fn execute(&self, ctx: &ExtensionContext<'_>, operation: Option<&str>, next: NextExecute<'_>) -> Response {
        if !self.streams.load(Ordering::Relaxed) {
            return next.run(ctx, operation).await;
        }
        // What was read for the event before may have changed.
        next.run_with_data(ctx, operation, Batch::afresh(ctx)).await
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        match ctx.data_opt::<Verdict>() {
            Some(verdict) => verdict.or(next.run(ctx)).await,
            None => next.run(ctx).await,
        }
    }

    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let info = request
            .data
            .get(&TypeId::of::<RequestInfo>())
            .and_then(|info| info.downcast_ref::<RequestInfo>());
        if let Some(info) = info {
            let _ = self.info.set(info.clone());
        }
        next.run(ctx, request).await
    }
}

/// An answer that grew beyond all estimates is none: how long the lists of a shop are is known only when they are read.
fn cut_off(response: &mut Response, resolved: &AtomicUsize) {
    if resolved.load(Ordering::Relaxed) > RESOLVED_MAX {
        let message = message!("answer-too-large", max = RESOLVED_MAX);
        let error = ApiError::CostLimit(message).into();
        let error: async_graphql::Error = error;
        *response = Response::from_errors(vec![error.into_server_error(Pos::default())]);
    }
}

fn disclose_all(response: &mut Response, info: &OnceLock<RequestInfo>) {
    if !response.errors.is_empty() {
        // A document can be wrong in more places than an answer should tell of.
        if response.errors.iter().all(|error| error.path.is_empty()) {
            response.errors.truncate(ERRORS_MAX);
        }
        let unknown = RequestInfo::default();
        let info = info.get().unwrap_or(&unknown);
        let errors = std::mem::take(&mut response.errors).into_iter();
        response.errors = errors.map(|error| disclose(error, info)).collect();
    }
}

/// What a client may see of `error`. async-graphql turns any `Display` error into the public message on a bare `?`, but
/// keeps its source: only sources that are named here are shown.
fn disclose(error: ServerError, info: &RequestInfo) -> ServerError {
    let request_id = info.request_id.as_str();
    let mut retry_after = None;
    let known = match &error.source {
        // Parser, validation and coercion say what they say about the document of the client itself, in English.
        None => Some(if error.path.is_empty() {
            (validation_code(&error.message), None)
        } else {
            ("BAD_USER_INPUT", None)
        }),
        Some(source) => {
            let api = source.downcast_ref::<ApiError>();
            retry_after = api.and_then(ApiError::retry_after);
            let api = api.map(|e| (e.code(), Some(e.message())));
            let page = || source.downcast_ref::<PageError>();
            let busy = || matches!(source.downcast_ref::<Fault>(), Some(Fault::Busy(_)));
            api.or_else(|| page().map(|e| ("BAD_USER_INPUT", Some(e.message()))))
                .or_else(|| {
                    busy().then(|| {
                        retry_after = Some(BUSY_FOR);
                        ("OVERLOADED", Some(message!("server-busy")))
                    })
                })
        }
    };
    let code = known.as_ref().map(|(code, _)| *code);
    let mut shown = match known {
        Some((_, message)) => ServerError {
            message: message.map_or(error.message, |message| message.render(info.locale)),
            source: None,
            ..error
        },
        None => {
            let cause = describe(&error);
            tracing::error!(request_id, path = ?error.path, cause, "internal error");
            let message = message!("internal", request = request_id);
            let mut masked = ServerError::new(message.render(info.locale), None);
            masked.locations.clone_from(&error.locations);
            masked.path.clone_from(&error.path);
            masked
        }
    };
    let mut extensions = shown.extensions.take().unwrap_or_default();
    extensions.set("code", code.unwrap_or("INTERNAL"));
    extensions.set("requestId", request_id);
    if let Some(seconds) = retry_after {
        extensions.set("retryAfter", seconds);
    }
    shown.extensions = Some(extensions);
    shown
}

fn validation_code(message: &str) -> &'static str {
    if message.contains("too complex") || message.contains("too deep") || message.contains("recursion depth") {
        "COST_LIMIT"
    } else if message.starts_with("Invalid value for argument") {
        // A value, not the document: the client's input does not fit.
        "BAD_USER_INPUT"
    } else {
        "GRAPHQL_VALIDATION_FAILED"
    }
}

/// The whole story for the log.
fn describe(error: &ServerError) -> String {
    let mut text = error.message.clone();
    let source = error.source.as_ref();
    let fault: Option<&Fault> = source
        .and_then(|s| s.downcast_ref::<Fault>())
        .or_else(|| source.and_then(|s| s.downcast_ref::<Shared>()).map(|s| &*s.0));
    let mut cause = fault.and_then(std::error::Error::source);
    while let Some(next) = cause {
        text.push_str(": ");
        text.push_str(&next.to_string());
        cause = next.source();
    }
    text
}
