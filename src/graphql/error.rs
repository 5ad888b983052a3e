//! Errors of the schema: the codes that clients see, and the payload errors. What else may go wrong passes
//! [`Boundary`](super::boundary::Boundary).

use async_graphql::{Context, Enum, Interface, Object};

use crate::graphql::context::ContextExt;
use crate::platform::locale::{Message, message};

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
    /// The answer would take too much.
    CostLimit(Message),
    /// Something else is going on with the same thing: trying again later helps.
    Conflict(Message),
    /// The key was used for something else.
    IdempotencyMismatch,
    /// The change must not happen twice, and came without a key.
    IdempotencyKeyRequired,
    /// Too much was tried; in so many seconds there may be more.
    RateLimited(u64),
}

impl ApiError {
    /// An argument makes no sense; `message` says why.
    pub fn bad_input(message: Message) -> Self {
        Self::BadUserInput(message)
    }

    /// Something else is going on with the same thing; `message` says what.
    pub fn conflict(message: Message) -> Self {
        Self::Conflict(message)
    }

    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Unauthenticated => message!("unauthenticated"),
            Self::Forbidden => message!("forbidden"),
            Self::IdempotencyMismatch => message!("idempotency-mismatch"),
            Self::IdempotencyKeyRequired => message!("idempotency-key-required"),
            Self::BadUserInput(message) | Self::CostLimit(message) | Self::Conflict(message) => message.clone(),
            Self::RateLimited(seconds) => message!("rate-limited", seconds = *seconds),
        }
    }

    /// In how many seconds trying again makes sense.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited(seconds) => Some(*seconds),
            _ => None,
        }
    }

    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput(_) => "BAD_USER_INPUT",
            Self::CostLimit(_) => "COST_LIMIT",
            Self::Conflict(_) => "CONFLICT",
            Self::IdempotencyMismatch => "IDEMPOTENCY_MISMATCH",
            Self::IdempotencyKeyRequired => "IDEMPOTENCY_KEY_REQUIRED",
            Self::RateLimited(_) => "RATE_LIMITED",
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
    /// There are as many as there may be.
    LimitReached,
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
    /// The payments do not make up the total: `missing` says by how much.
    PaymentInsufficient,
    /// There is nothing to pay: everything is paid, or costs nothing. Complete the checkout.
    NothingDue,
    /// The gift card is unknown, over, of another currency, or does not hold so much.
    GiftCardInvalid,
    /// More than can be captured or given back.
    AmountTooLarge,
    /// Nothing of the payment is authorised.
    NotAuthorized,
    /// Nothing was captured.
    NotCaptured,
    /// The gateway refused to capture, or to give money back.
    GatewayRefused,
    /// The password is one that may not be set.
    WeakPassword,
    /// The address must be confirmed first.
    EmailNotVerified,
    /// The secret is unknown, used or too old.
    InvalidToken,
    /// It takes a permission that the viewer does not have there.
    PermissionMissing,
    /// The shop would be left without an owner.
    LastOwner,
    /// Address or password is not right.
    InvalidCredentials,
    /// The second factor is needed.
    MfaRequired,
    /// The code of the second factor is wrong, or was used before.
    MfaInvalid,
    /// The provider that people sign in at does not answer.
    ProviderAway,
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
    /// Something is still to be paid.
    PaymentInsufficient(PaymentInsufficientError),
    /// More than can be captured or given back.
    AmountTooLarge(AmountTooLargeError),
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

    /// The payments of the cart do not make up its total: start another payment.
    PaymentInsufficientError {
        /// What is still to be paid.
        missing: crate::graphql::scalar::MoneyObject,
    }

    /// More than can be captured or given back.
    AmountTooLargeError {
        /// What can be.
        available: crate::graphql::scalar::MoneyObject,
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

    /// Only `available` can be captured or given back; `message` says so.
    pub fn amount_too_large(message: Message, available: crate::platform::money::Money) -> Self {
        Self::AmountTooLarge(AmountTooLargeError {
            base: Base::new(ErrorCode::AmountTooLarge, message, &["amount"]),
            available: available.into(),
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

    /// So much is still to be paid.
    pub fn payment_insufficient(missing: crate::platform::money::Money) -> Self {
        Self::PaymentInsufficient(PaymentInsufficientError {
            base: Base::new(
                ErrorCode::PaymentInsufficient,
                message!("payment-insufficient", missing = missing),
                &[],
            ),
            missing: missing.into(),
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
