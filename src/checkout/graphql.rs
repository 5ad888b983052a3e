//! Checkout in the schema.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::payment::payment::PaymentStatus;
use entity::{PaymentId, PaymentMethodId};

use crate::checkout::{
    CompleteCheckout, CompleteError, Completed, NotReady, StartError, StartPayment, complete, start_payment,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, ErrorCode, UserError, Warning};
use crate::graphql::id::Gid;
use crate::graphql::scalar::MoneyInput;
use crate::inventory::Shortage;
use crate::order::OrderObject;
use crate::payment::{PaymentObject, gift_card};
use crate::platform::locale::message;

/// A payment to start.
#[derive(InputObject)]
pub struct PaymentStartInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// One of the `paymentGateways` of the channel.
    gateway: String,
    /// The means of payment, as the gateway's script gave it. The test gateway takes `tok_success`, `tok_decline`,
    /// `tok_3ds`, `tok_late`, `tok_silent`; `gift_card` takes the code of the card.
    token: Option<String>,
    /// Where the browser returns to after an action.
    return_url: Option<String>,
    /// How much to pay, from the smallest unit up to what is still to be paid; the payment then comes beside the others of
    /// the cart, of which there are five at most. Not given: all that paid payments leave, in place of the open ones; with a
    /// gift card as much of it as it holds. Where they leave nothing the payment that paid is given, and nothing charged.
    amount: Option<MoneyInput>,
    /// The total of the cart that the shopper has seen: TOTAL_MISMATCH when it is another one now, and nothing is charged.
    expected_total: Option<MoneyInput>,
    /// A means of payment that the customer keeps with the gateway.
    payment_method_id: Option<Gid<PaymentMethodId>>,
    /// Keep the means of payment for the customer. Refused with INVALID_INPUT where nobody has signed in, or the gateway
    /// keeps none.
    save_payment_method: Option<bool>,
}

/// Answer of `paymentStart`.
#[derive(SimpleObject)]
pub struct PaymentStartPayload {
    /// The payment; null when none was started.
    payment: Option<PaymentObject>,
    /// What went wrong: NOT_FOUND, INVALID_INPUT, CART_COMPLETED, CART_INCOMPLETE, INSUFFICIENT_STOCK,
    /// UNKNOWN_GATEWAY, PAYMENT_DECLINED, NOTHING_DUE, TOTAL_MISMATCH, LIMIT_REACHED, GIFT_CARD_INVALID.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// A checkout to complete.
#[derive(InputObject)]
pub struct CheckoutCompleteInput {
    /// The cart; else X-Cart-Token.
    cart_token: Option<String>,
    /// A payment that pays it rather than others. Not needed: all payments of the cart count, and where nothing is due none
    /// is.
    payment_id: Option<Gid<PaymentId>>,
    /// The total that the shopper has seen. When it is another one now: TOTAL_MISMATCH, the payments of the cart are called
    /// off, and what was paid goes back. When there is an order already it must be the total of that.
    expected_total: Option<MoneyInput>,
}

/// Answer of `checkoutComplete`.
#[derive(SimpleObject)]
pub struct CheckoutCompletePayload {
    /// The order; null when there is none.
    order: Option<OrderObject>,
    /// Why there is none: NOT_FOUND, INVALID_INPUT, CART_INCOMPLETE, INSUFFICIENT_STOCK, TOTAL_MISMATCH,
    /// PAYMENT_DECLINED, PAYMENT_ACTION_REQUIRED, PAYMENT_PENDING, PAYMENT_INSUFFICIENT.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// The way from a cart to an order.
#[derive(Default)]
pub struct CheckoutMutation;

#[Object]
impl CheckoutMutation {
    /// Reserves the stock of a cart for a time and opens a payment with a gateway. Without an amount, earlier payments of
    /// the cart that are not paid are called off, and a cart that is paid is not paid again: its payment is given.
    async fn payment_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The payment.")] input: PaymentStartInput,
    ) -> Result<PaymentStartPayload> {
        let (app, viewer) = (ctx.app(), ctx.scope().viewer);
        let refused = |error| {
            Ok(PaymentStartPayload {
                payment: None,
                errors: vec![error],
                warnings: Vec::new(),
            })
        };
        let amount = match input.amount.map(|money| money.money()).transpose() {
            Ok(amount) => amount,
            Err(message) => return refused(UserError::invalid(message, &["amount"])),
        };
        let expected_total = match input.expected_total.map(|money| money.money()).transpose() {
            Ok(total) => total,
            Err(message) => return refused(UserError::invalid(message, &["expectedTotal"])),
        };
        if input.gateway == gift_card::GATEWAY
            && let Err(throttled) = gift_card::attempt(app, viewer, &ctx.request().client.address).await
        {
            return Err(ApiError::RateLimited(throttled.retry_after_seconds()).into());
        }
        let command = StartPayment {
            cart_token: ctx.cart_token(input.cart_token)?,
            gateway: input.gateway,
            token: input.token,
            return_url: input.return_url,
            customer: viewer.customer(),
            amount,
            expected_total,
            payment_method: input.payment_method_id.map(|id| id.0),
            save_method: input.save_payment_method.unwrap_or(false),
        };
        let payment = match Box::pin(start_payment(app, command)).await {
            Ok(payment) => payment,
            Err(StartError::Fault(fault)) => return Err(fault.into()),
            Err(error) => return refused(start_error(error)),
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

    /// Makes the order of a cart whose payments are exactly its total. Asked again with the same cart it gives the same order.
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
            payment: input.payment_id.map(|id| id.0),
            expected_total,
            customer: ctx.scope().viewer.customer(),
        };
        match Box::pin(complete(ctx.app(), command)).await {
            Ok(Completed { order, written }) => Ok(CheckoutCompletePayload {
                order: Some(OrderObject::of(ctx, order, written).await?),
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
        StartError::NotReady(reason) => not_ready(reason),
        StartError::UnknownGateway => UserError::new(ErrorCode::UnknownGateway, message, &["gateway"]),
        StartError::NothingDue => UserError::new(ErrorCode::NothingDue, message, &["cartToken"]),
        StartError::Amount(_) => UserError::invalid(message, &["amount"]),
        StartError::TotalMismatch(actual) => UserError::total_mismatch(actual),
        StartError::TooMany => UserError::new(ErrorCode::LimitReached, message, &["amount"]),
        StartError::NoMethod => UserError::not_found(message, &["paymentMethodId"]),
        StartError::MethodNotKept => UserError::invalid(message, &["savePaymentMethod"]),
        StartError::Away => UserError::payment(ErrorCode::PaymentPending, message, None),
        StartError::GiftCard(_) => UserError::new(ErrorCode::GiftCardInvalid, message, &["token"]),
        // Callers show faults as what they are.
        StartError::Fault(_) => UserError::invalid(message, &[]),
    }
}

fn not_ready(reason: NotReady) -> UserError {
    let message = reason.message();
    match reason {
        NotReady::Incomplete(missing) => UserError::new(ErrorCode::CartIncomplete, message, &[missing.field()]),
        NotReady::Unavailable { line } => {
            UserError::new(ErrorCode::CartIncomplete, message, &["lines", &line.to_string()])
        }
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
        CompleteError::Insufficient(missing) => UserError::payment_insufficient(missing),
        CompleteError::NotReady(reason) => not_ready(reason),
        // Callers show faults as what they are.
        CompleteError::Fault(_) => UserError::invalid(message, &[]),
    }
}
