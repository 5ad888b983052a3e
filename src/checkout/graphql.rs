//! Checkout in the schema.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::PaymentId;
use entity::payment::payment::PaymentStatus;

use crate::checkout::{CompleteCheckout, CompleteError, StartError, StartPayment, complete, start_payment};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::id::Gid;
use crate::graphql::scalar::MoneyInput;
use crate::inventory::Shortage;
use crate::order::OrderObject;
use crate::payment::PaymentObject;
use crate::platform::locale::message;

/// A payment to start.
#[derive(InputObject)]
pub struct PaymentStartInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// One of the `paymentGateways` of the channel.
    gateway: String,
    /// The means of payment, as the gateway's script gave it. The test gateway takes `tok_success`, `tok_decline`,
    /// `tok_3ds`, `tok_late`, `tok_silent`.
    token: Option<String>,
    /// Where the browser returns to after an action.
    return_url: Option<String>,
    /// Keep the means of payment for the customer. No gateway of this version can: true is refused with INVALID_INPUT.
    save_payment_method: Option<bool>,
}

/// Answer of `paymentStart`.
#[derive(SimpleObject)]
pub struct PaymentStartPayload {
    /// The payment; null when none was started.
    payment: Option<PaymentObject>,
    /// What went wrong: NOT_FOUND, INVALID_INPUT, CART_COMPLETED, CART_INCOMPLETE, INSUFFICIENT_STOCK,
    /// UNKNOWN_GATEWAY, PAYMENT_DECLINED.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// A checkout to complete.
#[derive(InputObject)]
pub struct CheckoutCompleteInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// The payment that pays it.
    payment_id: Gid<PaymentId>,
    /// The total that the shopper has seen: TOTAL_MISMATCH when it is another one now.
    expected_total: Option<MoneyInput>,
}

/// Answer of `checkoutComplete`.
#[derive(SimpleObject)]
pub struct CheckoutCompletePayload {
    /// The order; null when there is none.
    order: Option<OrderObject>,
    /// Why there is none: NOT_FOUND, INVALID_INPUT, CART_INCOMPLETE, INSUFFICIENT_STOCK, TOTAL_MISMATCH,
    /// PAYMENT_DECLINED, PAYMENT_ACTION_REQUIRED, PAYMENT_PENDING.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// The way from a cart to an order.
#[derive(Default)]
pub struct CheckoutMutation;

#[Object]
impl CheckoutMutation {
    /// Reserves the stock of a cart for a time and opens a payment with a gateway. An earlier payment of the cart is
    /// called off.
    async fn payment_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment.")] input: PaymentStartInput,
    ) -> Result<PaymentStartPayload> {
        let app = ctx.app();
        if input.save_payment_method == Some(true) {
            return Ok(PaymentStartPayload {
                payment: None,
                errors: vec![UserError::invalid(
                    message!("payment-methods-not-kept"),
                    &["savePaymentMethod"],
                )],
                warnings: Vec::new(),
            });
        }
        let command = StartPayment {
            cart_token: ctx.cart_token(input.cart_token)?,
            gateway: input.gateway,
            token: input.token,
            return_url: input.return_url,
            customer: ctx.scope().viewer.customer(),
        };
        let payment = match Box::pin(start_payment(app, command)).await {
            Ok(payment) => payment,
            Err(StartError::Fault(fault)) => return Err(fault.into()),
            Err(error) => {
                return Ok(PaymentStartPayload {
                    payment: None,
                    errors: vec![start_error(error)],
                    warnings: Vec::new(),
                });
            }
        };
        let declined = payment.status == PaymentStatus::Failed;
        let error = || {
            let code = payment.failure.clone();
            UserError::payment(ErrorCode::PaymentDeclined, message!("payment-declined"), code)
        };
        let errors = declined.then(error).into_iter().collect();
        let currency = payment.currency_code.parse()?;
        Ok(PaymentStartPayload {
            payment: Some(PaymentObject::new(payment, currency)),
            errors,
            warnings: Vec::new(),
        })
    }

    /// Makes the order of a paid cart. Asked again with the same cart it gives the same order.
    async fn checkout_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The checkout.")] input: CheckoutCompleteInput,
    ) -> Result<CheckoutCompletePayload> {
        let refused = |error| {
            Ok(CheckoutCompletePayload {
                order: None,
                errors: vec![error],
                warnings: Vec::new(),
            })
        };
        let expected_total = match input.expected_total.map(|money| money.money()).transpose() {
            Ok(total) => total,
            Err(message) => return refused(UserError::invalid(message, &["expectedTotal"])),
        };
        let command = CompleteCheckout {
            cart_token: ctx.cart_token(input.cart_token)?,
            payment: input.payment_id.0,
            expected_total,
            customer: ctx.scope().viewer.customer(),
        };
        match Box::pin(complete(ctx.app(), command)).await {
            Ok(order) => Ok(CheckoutCompletePayload {
                order: Some(OrderObject::new(order)?),
                errors: Vec::new(),
                warnings: Vec::new(),
            }),
            Err(CompleteError::Fault(fault)) => Err(fault.into()),
            Err(error) => refused(complete_error(error)),
        }
    }
}

fn shortage_error(shortage: Shortage) -> UserError {
    UserError::insufficient(shortage.variant, shortage.available, &["cartToken"])
}

fn start_error(error: StartError) -> UserError {
    let message = error.message();
    match error {
        StartError::Shortage(shortage) => shortage_error(shortage),
        StartError::NoCart => UserError::not_found(message, &["cartToken"]),
        StartError::Completed => UserError::new(ErrorCode::CartCompleted, message, &["cartToken"]),
        StartError::Incomplete(missing) => UserError::new(ErrorCode::CartIncomplete, message, &[missing.field()]),
        StartError::Unavailable { line } => {
            UserError::new(ErrorCode::CartIncomplete, message, &["lines", &line.to_string()])
        }
        StartError::UnknownGateway => UserError::new(ErrorCode::UnknownGateway, message, &["gateway"]),
        // Callers show faults as what they are.
        StartError::Fault(_) => UserError::invalid(message, &[]),
    }
}

fn complete_error(error: CompleteError) -> UserError {
    let message = error.message();
    match error {
        CompleteError::Shortage(shortage) => shortage_error(shortage),
        CompleteError::NoCart => UserError::not_found(message, &["cartToken"]),
        CompleteError::NoPayment => UserError::not_found(message, &["paymentId"]),
        CompleteError::Declined(code) => UserError::payment(ErrorCode::PaymentDeclined, message, code),
        CompleteError::ActionRequired => UserError::payment(ErrorCode::PaymentActionRequired, message, None),
        CompleteError::Pending => UserError::payment(ErrorCode::PaymentPending, message, None),
        CompleteError::TotalMismatch(actual) => UserError::total_mismatch(actual),
        CompleteError::Cart(error) => start_error(error),
        // Callers show faults as what they are.
        CompleteError::Fault(_) => UserError::invalid(message, &[]),
    }
}
