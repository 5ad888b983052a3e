//! Errors at the edge of the schema: the codes that clients see, the payload errors, and the boundary that lets nothing
//! else out.

use std::any::TypeId;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextPrepareRequest, NextRequest, NextSubscribe,
};
use async_graphql::{
    Context, Enum, ErrorExtensionValues, Interface, Object, Pos, Request, Response, ServerError, ServerResult,
};
use futures_util::stream::{BoxStream, StreamExt};

use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::{ContextExt, RequestInfo};
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::platform::page::PageError;

/// A failure of the request as a whole, shown under `errors` with `extensions.code`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub enum ApiError {
    /// Nobody is signed in.
    Unauthenticated,
    /// The viewer may not.
    Forbidden,
    /// An argument makes no sense.
    BadUserInput(Message),
}

impl ApiError {
    /// An argument makes no sense; `message` says why.
    pub fn bad_input(message: Message) -> Self {
        Self::BadUserInput(message)
    }

    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Unauthenticated => message!("unauthenticated"),
            Self::Forbidden => message!("forbidden"),
            Self::BadUserInput(message) => message.clone(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput(_) => "BAD_USER_INPUT",
        }
    }
}

/// What a payload error is about. Codes are stable; messages are for people.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// A value is malformed or out of range.
    InvalidInput,
    /// What the input names does not exist, or not for the viewer.
    NotFound,
    /// Another row has the value already.
    AlreadyExists,
    /// There are fewer units than asked for.
    InsufficientStock,
    /// The row has changed since it was read.
    StaleVersion,
    /// The stock is not what `expectedOnHand` says.
    StockMismatch,
    /// The cart has become an order.
    CartCompleted,
    /// The cart lacks something that checkout needs.
    CartIncomplete,
    /// The total is not what the client expected, or not what was paid.
    TotalMismatch,
    /// The gateway refused the payment.
    PaymentDeclined,
    /// The shopper must confirm the payment first.
    PaymentActionRequired,
    /// The gateway has not answered yet: try again soon.
    PaymentPending,
    /// No such way to pay.
    UnknownGateway,
}

/// An expected failure of a mutation, with the place in the input that it is about.
#[derive(Interface, Clone, Debug)]
#[graphql(
    field(name = "code", ty = "&ErrorCode", desc = "What it is about; stable."),
    field(name = "message", ty = "String", desc = "The same for people."),
    field(
        name = "path",
        ty = "&Vec<String>",
        desc = "The place in the input, outermost first: `lines`, `0`, `quantity`."
    )
)]
pub enum UserError {
    /// A value of the input, or a state, stands against it.
    Input(InputError),
    /// There are fewer units than asked for.
    InsufficientStock(InsufficientStockError),
    /// The row has changed since it was read.
    StaleVersion(StaleVersionError),
    /// The payment did not go through.
    Payment(PaymentError),
    /// The total is another one.
    TotalMismatch(TotalMismatchError),
}

macro_rules! user_errors {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            base: Base,
            $($field: $type,)*
        }

        $(#[$doc])*
        #[Object]
        impl $name {
            $($(#[$field_doc])*
            async fn $field(&self) -> &$type {
                &self.$field
            })*

            /// What it is about; stable.
            async fn code(&self) -> &ErrorCode {
                &self.base.code
            }

            /// The same for people.
            async fn message(&self, ctx: &Context<'_>) -> String {
                self.base.message.render(ctx.request().locale)
            }

            /// The place in the input, outermost first.
            async fn path(&self) -> &Vec<String> {
                &self.base.path
            }
        }
    )*};
}

#[derive(Clone, Debug)]
struct Base {
    code: ErrorCode,
    message: Message,
    path: Vec<String>,
}

user_errors! {
    /// A value of the input, or a state, stands against it.
    InputError {}

    /// There are fewer units than asked for.
    InsufficientStockError {
        /// Units that can be had now.
        available_quantity: i32,
        /// The variant that is short.
        variant_id: async_graphql::ID,
    }

    /// The row has changed since it was read: read it again.
    StaleVersionError {
        /// The version it has now.
        current_version: i32,
    }

    /// The payment did not go through.
    PaymentError {
        /// The reason in the gateway's words.
        gateway_code: Option<String>,
    }

    /// The total is not what the client expected, or not what was paid: show the new one and ask again.
    TotalMismatchError {
        /// The total as it is now.
        actual_total: crate::graphql::scalar::MoneyObject,
    }
}

impl Base {
    fn new(code: ErrorCode, message: Message, path: &[&str]) -> Self {
        Self {
            code,
            message,
            path: path.iter().map(|p| (*p).to_owned()).collect(),
        }
    }
}

impl UserError {
    /// An error that is told by its code alone.
    pub fn new(code: ErrorCode, message: Message, path: &[&str]) -> Self {
        Self::Input(InputError {
            base: Base::new(code, message, path),
        })
    }

    /// A value is malformed or out of range.
    pub fn invalid(message: Message, path: &[&str]) -> Self {
        Self::new(ErrorCode::InvalidInput, message, path)
    }

    /// What the input names does not exist, or not for the viewer.
    pub fn not_found(message: Message, path: &[&str]) -> Self {
        Self::new(ErrorCode::NotFound, message, path)
    }

    /// Only `available` units of `variant` can be had.
    pub fn insufficient(variant: entity::VariantId, available: i64, path: &[&str]) -> Self {
        let available = available.max(0);
        let message = message!("units-left", available = available);
        Self::InsufficientStock(InsufficientStockError {
            base: Base::new(ErrorCode::InsufficientStock, message, path),
            available_quantity: i32::try_from(available).unwrap_or(i32::MAX),
            variant_id: variant.to_string().into(),
        })
    }

    /// The row is at `current` now.
    pub fn stale(current: i32, path: &[&str]) -> Self {
        Self::StaleVersion(StaleVersionError {
            base: Base::new(
                ErrorCode::StaleVersion,
                message!("version-stale", version = current),
                path,
            ),
            current_version: current,
        })
    }

    /// The payment did not go through.
    pub fn payment(code: ErrorCode, message: Message, gateway_code: Option<String>) -> Self {
        Self::Payment(PaymentError {
            base: Base::new(code, message, &[]),
            gateway_code,
        })
    }

    /// The total is `actual`.
    pub fn total_mismatch(actual: crate::platform::money::Money) -> Self {
        Self::TotalMismatch(TotalMismatchError {
            base: Base::new(
                ErrorCode::TotalMismatch,
                message!("total-mismatch", total = actual),
                &["expectedTotal"],
            ),
            actual_total: actual.into(),
        })
    }
}

/// Something was done, but not quite as asked.
#[derive(Clone, Debug)]
pub struct Warning {
    code: WarningCode,
    message: Message,
}

impl Warning {
    /// What was done differently, and how to say it.
    pub fn new(code: WarningCode, message: Message) -> Self {
        Self { code, message }
    }
}

/// Something was done, but not quite as asked.
#[Object]
impl Warning {
    /// What it is about; stable.
    async fn code(&self) -> WarningCode {
        self.code
    }

    /// The same for people.
    async fn message(&self, ctx: &Context<'_>) -> String {
        self.message.render(ctx.request().locale)
    }
}

/// What a warning is about.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningCode {
    /// A line was joined with an equal one.
    LinesMerged,
}

/// The answer to a request that nothing was executed for.
pub fn request_error(
    message: &str,
    location: Option<(usize, usize)>,
    code: &str,
    request_id: &str,
    retry_after: Option<Duration>,
) -> Response {
    let position = location.map(|(line, column)| Pos { line, column });
    let mut error = ServerError::new(message, position);
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    extensions.set("requestId", request_id);
    if let Some(pause) = retry_after {
        extensions.set("retryAfter", pause.as_secs().max(1));
    }
    error.extensions = Some(extensions);
    Response::from_errors(vec![error])
}

/// Most errors that an answer tells of when nothing was executed.
const ERRORS_MAX: usize = 10;

/// The boundary: after it, every error has a code and a request id, and none says more than it should.
pub struct Boundary;

/// The boundary around one request.
#[derive(Default)]
struct Around {
    /// Known once the request is prepared: before that, extensions do not see its data.
    info: Arc<OnceLock<RequestInfo>>,
    /// Whether the request is a stream of answers.
    streams: AtomicBool,
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
        disclose_all(&mut response, &self.info);
        response
    }

    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        self.streams.store(true, Ordering::Relaxed);
        let info = Arc::clone(&self.info);
        let answers = next.run(ctx, stream).map(move |mut response| {
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
    let known = match &error.source {
        // Parser, validation and coercion say what they say about the document of the client itself, in English.
        None => Some(if error.path.is_empty() {
            (validation_code(&error.message), None)
        } else {
            ("BAD_USER_INPUT", None)
        }),
        Some(source) => {
            let api = source.downcast_ref::<ApiError>().map(|e| (e.code(), Some(e.message())));
            let page = || source.downcast_ref::<PageError>();
            api.or_else(|| page().map(|e| ("BAD_USER_INPUT", Some(e.message()))))
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
