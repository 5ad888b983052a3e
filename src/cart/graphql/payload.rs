//! What a change of a cart answers.

use async_graphql::{Result, SimpleObject};

use crate::cart::graphql::types::CartObject;
use crate::cart::{CartError, LoadedCart};
use crate::graphql::error::{ErrorCode, UserError, Warning};

/// Answer of every change of a cart.
#[derive(SimpleObject)]
pub struct CartPayload {
    /// The cart as it is now; null on errors.
    pub(super) cart: Option<CartObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, INSUFFICIENT_STOCK, CART_COMPLETED.
    pub(super) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(super) warnings: Vec<Warning>,
}

pub(super) fn payload(result: Result<LoadedCart, CartError>, warnings: Vec<Warning>) -> Result<CartPayload> {
    match result {
        Ok(cart) => Ok(CartPayload {
            cart: Some(CartObject(cart)),
            errors: Vec::new(),
            warnings,
        }),
        Err(CartError::Fault(fault)) => Err(fault.into()),
        Err(error) => Ok(CartPayload {
            cart: None,
            errors: vec![user_error(error)],
            warnings: Vec::new(),
        }),
    }
}

/// A cart error as clients see it.
fn user_error(error: CartError) -> UserError {
    let message = error.message();
    let at = |line: usize, field: &str| ["lines".to_owned(), line.to_string(), field.to_owned()];
    let path = |line: usize, field: &str| at(line, field).to_vec();
    let (code, path) = match error {
        CartError::Insufficient {
            line,
            variant,
            available,
        } => {
            let path = path(line, "quantity");
            return UserError::insufficient(variant, available, &path.iter().map(String::as_str).collect::<Vec<_>>());
        }
        CartError::NotFound => (ErrorCode::NotFound, vec!["cartToken".to_owned()]),
        CartError::Completed => (ErrorCode::CartCompleted, vec!["cartToken".to_owned()]),
        CartError::TooManyLines => (ErrorCode::InvalidInput, vec!["lines".to_owned()]),
        CartError::Quantity { line, .. } => (ErrorCode::InvalidInput, path(line, "quantity")),
        CartError::NoVariant { line } => (ErrorCode::NotFound, path(line, "variantId")),
        CartError::NoLine { line } => (ErrorCode::NotFound, path(line, "id")),
        CartError::Attributes { line } => (ErrorCode::InvalidInput, path(line, "attributes")),
        CartError::Email => (ErrorCode::InvalidInput, vec!["email".to_owned()]),
        CartError::Address(which, error) => (
            ErrorCode::InvalidInput,
            vec![which.to_owned(), error.field().to_owned()],
        ),
        CartError::Delivery => (ErrorCode::InvalidInput, vec!["deliveryOptionId".to_owned()]),
        // Callers show faults as what they are; see `payload`.
        CartError::Fault(_) => (ErrorCode::InvalidInput, Vec::new()),
    };
    UserError::new(code, message, &path.iter().map(String::as_str).collect::<Vec<_>>())
}
