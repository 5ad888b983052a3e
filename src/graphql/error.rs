//! Errors at the edge of the schema: the codes that clients see, the payload errors, and the boundary that lets nothing
//! else out.

use std::any::TypeId;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextPrepareRequest, NextRequest};
use async_graphql::{
    Enum, ErrorExtensionValues, Interface, Pos, Request, Response, ServerError, ServerResult, SimpleObject,
};

use crate::graphql::batch::Shared;
use crate::graphql::context::RequestInfo;
use crate::platform::error::Fault;
use crate::platform::page::PageError;

/// A failure of the request as a whole, shown under `errors` with `extensions.code`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// The viewer may not.
    #[error("not allowed")]
    Forbidden,
    /// An argument makes no sense.
    #[error("{0}")]
    BadUserInput(String),
}

impl ApiError {
    /// An argument makes no sense; `message` says why.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::BadUserInput(message.into())
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
    field(name = "message", ty = "&String", desc = "The same for people."),
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
        #[derive(SimpleObject, Clone, Debug)]
        #[graphql(complex)]
        pub struct $name {
            #[graphql(skip)]
            base: Base,
            $($(#[$field_doc])* $field: $type,)*
        }

        #[async_graphql::ComplexObject]
        impl $name {
            /// What it is about; stable.
            async fn code(&self) -> &ErrorCode {
                &self.base.code
            }

            /// The same for people.
            async fn message(&self) -> &String {
                &self.base.message
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
    message: String,
    path: Vec<String>,
}

/// A value of the input, or a state, stands against it.
#[derive(SimpleObject, Clone, Debug)]
pub struct InputError {
    /// What it is about; stable.
    code: ErrorCode,
    /// The same for people.
    message: String,
    /// The place in the input, outermost first.
    path: Vec<String>,
}

user_errors! {
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

/// A place in an input.
fn path_of(path: &[&str]) -> Vec<String> {
    path.iter().map(|p| (*p).to_owned()).collect()
}

impl UserError {
    /// An error that is told by its code alone.
    pub fn new(code: ErrorCode, message: impl Into<String>, path: &[&str]) -> Self {
        Self::Input(InputError {
            code,
            message: message.into(),
            path: path_of(path),
        })
    }

    /// A value is malformed or out of range.
    pub fn invalid(message: impl Into<String>, path: &[&str]) -> Self {
        Self::new(ErrorCode::InvalidInput, message, path)
    }

    /// What the input names does not exist, or not for the viewer.
    pub fn not_found(message: impl Into<String>, path: &[&str]) -> Self {
        Self::new(ErrorCode::NotFound, message, path)
    }

    /// Only `available` units of `variant` can be had.
    pub fn insufficient(variant: entity::VariantId, available: i64, path: &[&str]) -> Self {
        let message = match available {
            0 => "sold out".to_owned(),
            n => format!("only {n} left"),
        };
        Self::InsufficientStock(InsufficientStockError {
            base: Base {
                code: ErrorCode::InsufficientStock,
                message,
                path: path_of(path),
            },
            available_quantity: i32::try_from(available.max(0)).unwrap_or(i32::MAX),
            variant_id: variant.to_string().into(),
        })
    }

    /// The row is at `current` now.
    pub fn stale(current: i32, path: &[&str]) -> Self {
        Self::StaleVersion(StaleVersionError {
            base: Base {
                code: ErrorCode::StaleVersion,
                message: format!("changed in the meantime: it is at version {current}"),
                path: path_of(path),
            },
            current_version: current,
        })
    }

    /// The payment did not go through.
    pub fn payment(code: ErrorCode, message: impl Into<String>, gateway_code: Option<String>) -> Self {
        Self::Payment(PaymentError {
            base: Base {
                code,
                message: message.into(),
                path: Vec::new(),
            },
            gateway_code,
        })
    }

    /// The total is `actual`.
    pub fn total_mismatch(actual: crate::platform::money::Money) -> Self {
        Self::TotalMismatch(TotalMismatchError {
            base: Base {
                code: ErrorCode::TotalMismatch,
                message: format!("the total is {} {}", actual.decimal(), actual.currency),
                path: path_of(&["expectedTotal"]),
            },
            actual_total: actual.into(),
        })
    }
}

/// Something was done, but not quite as asked.
#[derive(SimpleObject, Clone, Debug)]
pub struct Warning {
    /// What it is about; stable.
    pub code: WarningCode,
    /// The same for people.
    pub message: String,
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

/// The boundary: after it, every error has a code and a request id, and none says more than it should.
pub struct Boundary;

/// The boundary around one request.
#[derive(Default)]
struct Around {
    /// Known once the request is prepared: before that, extensions do not see its data.
    request_id: OnceLock<String>,
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
        if !response.errors.is_empty() {
            let request_id = self.request_id.get().map_or("", String::as_str);
            response.errors = response.errors.into_iter().map(|e| disclose(e, request_id)).collect();
        }
        response
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
            let _ = self.request_id.set(info.request_id.clone());
        }
        next.run(ctx, request).await
    }
}

/// What a client may see of `error`. async-graphql turns any `Display` error into the public message on a bare `?`, but
/// keeps its source: only sources that are named here are shown.
fn disclose(error: ServerError, request_id: &str) -> ServerError {
    let code = match &error.source {
        // Parser, validation and coercion say what they say about the document of the client itself.
        None => Some(if error.path.is_empty() {
            validation_code(&error.message)
        } else {
            "BAD_USER_INPUT"
        }),
        Some(source) => {
            let api = source.downcast_ref::<ApiError>().map(ApiError::code);
            api.or_else(|| source.downcast_ref::<PageError>().map(|_| "BAD_USER_INPUT"))
        }
    };
    let mut shown = match code {
        Some(_) => ServerError { source: None, ..error },
        None => {
            let cause = describe(&error);
            tracing::error!(request_id, path = ?error.path, cause, "internal error");
            let mut masked = ServerError::new(format!("internal error (request {request_id})"), None);
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
