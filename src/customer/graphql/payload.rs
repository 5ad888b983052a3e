//! What is answered about customers.

use async_graphql::{ID, Result, SimpleObject};

use crate::account::WeakPassword;
use crate::customer::graphql::address::CustomerAddressObject;
use crate::customer::graphql::throttled;
use crate::customer::graphql::types::CustomerObject;
use crate::customer::query::Customer;
use crate::customer::{BlockError, BookError, ChangeEmailError, NameError, RegisterError, VerifyError};
use crate::graphql::error::{ErrorCode, UserError, Warning};

/// A customer, or why nothing was done.
#[derive(SimpleObject, Default)]
pub struct CustomerPayload {
    /// The customer as they are now; null on errors.
    pub(super) customer: Option<CustomerObject>,
    /// Why nothing was done: INVALID_INPUT, WEAK_PASSWORD, INVALID_TOKEN, ALREADY_EXISTS, NOT_FOUND.
    pub(super) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(super) warnings: Vec<Warning>,
}

/// Whether it was done.
#[derive(SimpleObject, Default)]
pub struct CustomerRequestPayload {
    /// Whether it was done, as far as the one who asks may know.
    pub(crate) ok: bool,
    /// Why not: INVALID_INPUT, INVALID_CREDENTIALS, INVALID_TOKEN, NOT_FOUND.
    pub(crate) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(crate) warnings: Vec<Warning>,
}

/// An address, or why nothing was done.
#[derive(SimpleObject, Default)]
pub struct CustomerAddressPayload {
    /// The address as it is now; null on errors.
    pub(super) address: Option<CustomerAddressObject>,
    /// Why nothing was done: INVALID_INPUT, LIMIT_REACHED, NOT_FOUND.
    pub(super) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(super) warnings: Vec<Warning>,
}

/// What is gone, or why nothing was done.
#[derive(SimpleObject, Default)]
pub struct CustomerAddressDeletePayload {
    /// The id of the address that is gone; null on errors.
    pub(super) deleted_id: Option<ID>,
    /// Why nothing was done: NOT_FOUND.
    pub(super) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(super) warnings: Vec<Warning>,
}

impl CustomerPayload {
    pub(super) fn of<E>(result: Result<Customer, E>, show: impl FnOnce(E) -> Result<UserError>) -> Result<Self> {
        Ok(match result {
            Ok(customer) => Self {
                customer: Some(CustomerObject(customer)),
                ..Self::default()
            },
            Err(error) => Self {
                errors: vec![show(error)?],
                ..Self::default()
            },
        })
    }
}

impl CustomerRequestPayload {
    pub(crate) fn of<T, E>(result: Result<T, E>, show: impl FnOnce(E) -> Result<UserError>) -> Result<Self> {
        Ok(match result {
            Ok(_) => Self {
                ok: true,
                ..Self::default()
            },
            Err(error) => Self {
                errors: vec![show(error)?],
                ..Self::default()
            },
        })
    }
}

pub(super) fn register_error(error: RegisterError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        RegisterError::Email => UserError::invalid(message, &["email"]),
        RegisterError::Password(weak) => weak_password(weak),
        RegisterError::Name(name) => UserError::invalid(message, &[name.0]),
        RegisterError::Throttled(why) => return Err(throttled(&why)),
        RegisterError::Fault(fault) => return Err(fault.into()),
    })
}

fn weak_password(weak: WeakPassword) -> UserError {
    UserError::new(ErrorCode::WeakPassword, weak.message(), &["password"])
}

pub(super) fn verify_error(error: VerifyError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        VerifyError::Token => UserError::new(ErrorCode::InvalidToken, message, &["token"]),
        VerifyError::Email => UserError::invalid(message, &["email"]),
        VerifyError::Throttled(why) => return Err(throttled(&why)),
        VerifyError::Fault(fault) => return Err(fault.into()),
    })
}

pub(super) fn name_error(error: NameError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        NameError::Name(name) => UserError::invalid(message, &[name.0]),
        NameError::NotFound => UserError::not_found(message, &[]),
        NameError::Fault(fault) => return Err(fault.into()),
    })
}

pub(super) fn change_email_error(error: ChangeEmailError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        ChangeEmailError::Email => UserError::invalid(message, &["newEmail"]),
        ChangeEmailError::Password => UserError::new(ErrorCode::InvalidCredentials, message, &["password"]),
        ChangeEmailError::NotFound => UserError::not_found(message, &[]),
        ChangeEmailError::Token => UserError::new(ErrorCode::InvalidToken, message, &["token"]),
        ChangeEmailError::Taken => UserError::new(ErrorCode::AlreadyExists, message, &["token"]),
        ChangeEmailError::Throttled(why) => return Err(throttled(&why)),
        ChangeEmailError::Fault(fault) => return Err(fault.into()),
    })
}

pub(super) fn book_error(error: BookError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        BookError::Address(error) => UserError::invalid(message, &["address", error.field()]),
        BookError::Full => UserError::new(ErrorCode::LimitReached, message, &[]),
        BookError::NotFound => UserError::not_found(message, &["id"]),
        BookError::Fault(fault) => return Err(fault.into()),
    })
}

pub(super) fn block_error(error: BlockError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        BlockError::NotFound | BlockError::NoAccount => UserError::not_found(message, &["id"]),
        BlockError::Fault(fault) => return Err(fault.into()),
    })
}
