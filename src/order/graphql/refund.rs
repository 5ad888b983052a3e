//! Refunds of orders in the schema.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::payment::refund::RefundLine;
use entity::{OrderId, OrderLineId, PaymentId};

use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::Gid;
use crate::graphql::scalar::MoneyInput;
use crate::order::graphql::OrderObject;
use crate::order::refund::{CreateRefund, RefundError, create_refund};
use crate::payment::RefundObject;
use crate::platform::permission::Permission;

/// Units of an order line to refund.
#[derive(InputObject, Clone, Copy)]
pub struct RefundLineInput {
    /// The line of the order.
    order_line_id: Gid<OrderLineId>,
    /// Units, at least 1.
    quantity: i32,
    /// Whether they go back into stock; no when not given.
    restock: Option<bool>,
}

/// Money to give back. With neither amount nor lines nor shipping: all that is left of the order.
#[derive(InputObject)]
pub struct RefundCreateInput {
    /// The order.
    order_id: Gid<OrderId>,
    /// The payment that it goes back to; those of the order when not given, gift cards last.
    payment_id: Option<Gid<PaymentId>>,
    /// How much; what lines and shipping come to when not given, tax and discounts included.
    amount: Option<MoneyInput>,
    /// Which units it is for.
    lines: Option<Vec<RefundLineInput>>,
    /// Whether it is for the delivery; no when not given.
    shipping: Option<bool>,
    /// Why, for people.
    reason: Option<String>,
}

/// Answer of `refundCreate`.
#[derive(SimpleObject, Default)]
pub struct RefundCreatePayload {
    /// The first of the refunds; null on errors. PENDING: the gateway has not answered yet.
    refund: Option<RefundObject>,
    /// One for each payment that money goes back to.
    refunds: Vec<RefundObject>,
    /// The order as it is now; null on errors.
    order: Option<OrderObject>,
    /// Why nothing went back: NOT_FOUND, INVALID_INPUT, AMOUNT_TOO_LARGE, NOT_CAPTURED, GATEWAY_REFUSED.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Staff changes of orders.
#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Gives money back to a buyer. Staff only: `payments.refund`.
    #[graphql(guard = "Needs(Permission::PaymentsRefund)", visible = "visible::payments_refund")]
    async fn refund_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refund.")] input: RefundCreateInput,
    ) -> Result<RefundCreatePayload> {
        let refused = |error| {
            Ok(RefundCreatePayload {
                errors: vec![error],
                ..RefundCreatePayload::default()
            })
        };
        let amount = match input.amount.map(|money| money.money()).transpose() {
            Ok(amount) => amount,
            Err(message) => return refused(UserError::invalid(message, &["amount"])),
        };
        let lines = input.lines.unwrap_or_default().into_iter().map(|line| RefundLine {
            order_line: line.order_line_id.0,
            quantity: line.quantity,
            restock: line.restock.unwrap_or(false),
            restocked: 0,
        });
        let command = CreateRefund {
            order: input.order_id.0,
            payment: input.payment_id.map(|id| id.0),
            amount,
            lines: lines.collect(),
            shipping: input.shipping.unwrap_or(false),
            reason: input.reason,
        };
        match Box::pin(create_refund(ctx.app(), ctx.scope(), &ctx.actor(), command)).await {
            Ok(done) => {
                let refunds = || done.refunds.iter().cloned().map(RefundObject::new);
                Ok(RefundCreatePayload {
                    refund: refunds().next().transpose()?,
                    refunds: refunds().collect::<Result<_, _>>()?,
                    order: Some(OrderObject::new(done.order)?),
                    ..RefundCreatePayload::default()
                })
            }
            Err(RefundError::Fault(fault)) => Err(fault.into()),
            Err(error) => refused(refund_error(error)),
        }
    }
}

fn refund_error(error: RefundError) -> UserError {
    let message = error.message();
    match error {
        RefundError::NoOrder => UserError::not_found(message, &["orderId"]),
        RefundError::NoPayment => UserError::not_found(message, &["paymentId"]),
        RefundError::NoLine { index } => UserError::not_found(message, &["lines", &index.to_string(), "orderLineId"]),
        RefundError::Units { index, .. } => UserError::invalid(message, &["lines", &index.to_string(), "quantity"]),
        RefundError::Shipping => UserError::invalid(message, &["shipping"]),
        RefundError::Amount => UserError::invalid(message, &["amount"]),
        RefundError::NotCaptured => UserError::new(ErrorCode::NotCaptured, message, &["orderId"]),
        RefundError::TooLarge(left) => UserError::amount_too_large(message, left),
        RefundError::Refused(reason) => UserError::payment(ErrorCode::GatewayRefused, message, Some(reason)),
        // Callers show faults as what they are.
        RefundError::TooLong | RefundError::Fault(_) => UserError::invalid(message, &["reason"]),
    }
}
