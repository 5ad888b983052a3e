//! What staff does with payments, in the schema.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::PaymentId;

use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::Gid;
use crate::graphql::page::{Connection, Count};
use crate::graphql::scalar::MoneyInput;
use crate::payment::capture::{CaptureError, CapturePayment, capture};
use crate::payment::disputes::{DisputeFilter, ListError, count_disputes, list_disputes};
use crate::payment::graphql::PaymentObject;
use crate::payment::graphql::moved::{DisputeObject, DisputeStatus};
use crate::payment::query::Payment;
use crate::payment::void::{VoidError, VoidPayment, void};
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;

/// Authorised money to take.
#[derive(InputObject)]
pub struct PaymentCaptureInput {
    /// The payment.
    payment_id: Gid<PaymentId>,
    /// How much; all that is left when not given.
    amount: Option<MoneyInput>,
    /// Whether the rest is let go; yes when not given. Many gateways capture once only, and let it go in any case.
    #[graphql(name = "final")]
    is_final: Option<bool>,
}

/// Authorised money to let go.
#[derive(InputObject)]
pub struct PaymentVoidInput {
    /// The payment.
    payment_id: Gid<PaymentId>,
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $errors:literal })*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub struct $name {
            /// The payment as it is now; null on errors.
            payment: Option<PaymentObject>,
            #[doc = $errors]
            errors: Vec<UserError>,
            /// What was done differently from what was asked.
            warnings: Vec<Warning>,
        }

        impl $name {
            fn done(payment: Payment) -> Result<Self> {
                let currency = payment.currency_code.parse()?;
                Ok(Self {
                    payment: Some(PaymentObject::new(payment, currency)),
                    errors: Vec::new(),
                    warnings: Vec::new(),
                })
            }

            fn refused(error: UserError) -> Self {
                Self {
                    payment: None,
                    errors: vec![error],
                    warnings: Vec::new(),
                }
            }
        }
    )*};
}

payloads! {
    /// Answer of `paymentCapture`.
    PaymentCapturePayload {
        "Why nothing was taken: NOT_FOUND, INVALID_INPUT, NOT_AUTHORIZED, AMOUNT_TOO_LARGE, GATEWAY_REFUSED."
    }

    /// Answer of `paymentVoid`.
    PaymentVoidPayload {
        "Why nothing was let go: NOT_FOUND, NOT_AUTHORIZED."
    }
}

/// Staff changes of payments.
#[derive(Default)]
pub struct PaymentMutation;

#[Object]
impl PaymentMutation {
    /// Takes money that was authorised. When the gateway does not answer, the capture goes on by itself: see
    /// `capturingAmount`. Staff only: `payments.capture`.
    #[graphql(guard = "Needs(Permission::PaymentsCapture)", visible = "visible::payments_capture")]
    async fn payment_capture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The capture.")] input: PaymentCaptureInput,
    ) -> Result<PaymentCapturePayload> {
        let amount = match input.amount.map(|money| money.money()).transpose() {
            Ok(amount) => amount,
            Err(message) => return Ok(PaymentCapturePayload::refused(UserError::invalid(message, &["amount"]))),
        };
        let command = CapturePayment {
            payment: input.payment_id.0,
            amount,
            is_final: input.is_final.unwrap_or(true),
        };
        match Box::pin(capture(ctx.app(), ctx.scope(), &ctx.actor(), command)).await {
            Ok(payment) => PaymentCapturePayload::done(payment),
            Err(CaptureError::Fault(fault)) => Err(fault.into()),
            Err(error) => Ok(PaymentCapturePayload::refused(capture_error(error))),
        }
    }

    /// Lets money go that was authorised and not captured. Staff only: `payments.capture`.
    #[graphql(guard = "Needs(Permission::PaymentsCapture)", visible = "visible::payments_capture")]
    async fn payment_void(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment.")] input: PaymentVoidInput,
    ) -> Result<PaymentVoidPayload> {
        let command = VoidPayment {
            payment: input.payment_id.0,
        };
        let error = match Box::pin(void(ctx.app(), ctx.scope(), &ctx.actor(), command)).await {
            Ok(payment) => return PaymentVoidPayload::done(payment),
            Err(VoidError::Fault(fault)) => return Err(fault.into()),
            Err(error @ VoidError::NoPayment) => UserError::not_found(error.message(), &["paymentId"]),
            Err(error @ VoidError::NotAuthorized) => {
                UserError::new(ErrorCode::NotAuthorized, error.message(), &["paymentId"])
            }
        };
        Ok(PaymentVoidPayload::refused(error))
    }
}

fn capture_error(error: CaptureError) -> UserError {
    let message = error.message();
    match error {
        CaptureError::NoPayment => UserError::not_found(message, &["paymentId"]),
        CaptureError::NotAuthorized => UserError::new(ErrorCode::NotAuthorized, message, &["paymentId"]),
        CaptureError::TooLarge(left) => UserError::amount_too_large(message, left),
        CaptureError::Refused(reason) => UserError::payment(ErrorCode::GatewayRefused, message, Some(reason)),
        // Callers show faults as what they are.
        CaptureError::Amount | CaptureError::Fault(_) => UserError::invalid(message, &["amount"]),
    }
}

/// A filter of disputes.
#[derive(InputObject, Clone, Debug, Default)]
pub struct DisputeWhere {
    /// That stand so.
    status: Option<DisputeStatus>,
}

struct Disputes(DisputeFilter);

#[async_trait::async_trait]
impl Count for Disputes {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_disputes(&ctx.app().db, ctx.scope(), &self.0).await?)
    }
}

/// Staff queries of payments.
#[derive(Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// What banks dispute, newest first: with the permission for one channel what was paid there. Staff only:
    /// `orders.read`.
    #[graphql(
        guard = "Needs(Permission::OrdersRead)",
        visible = "visible::orders_read",
        cache_control(no_cache, private)
    )]
    async fn disputes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.", name = "where")] filter: Option<DisputeWhere>,
        #[graphql(desc = "Disputes a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<DisputeObject>> {
        let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
        let filter = DisputeFilter {
            status: filter.and_then(|filter| filter.status).map(Into::into),
        };
        let page = match list_disputes(&ctx.app().db, ctx.scope(), &filter, &args).await {
            Ok(page) => page,
            Err(ListError::Page(error)) => return Err(error.into()),
            Err(ListError::Fault(fault)) => return Err(fault.into()),
        };
        Ok(Connection::new(page, DisputeObject, Disputes(filter)))
    }
}
