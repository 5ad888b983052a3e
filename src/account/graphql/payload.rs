//! What is answered about accounts.

use async_graphql::{ComplexObject, Context, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::account::graphql::throttled;
use crate::account::graphql::types::ViewerObject;
use crate::account::{
    ChangePasswordError, RefreshError, RequestResetError, ResetPasswordError, RevokeError, SignInError, Subject,
    WeakPassword,
};
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::platform::locale::message;

/// Tokens, or why there are none.
#[derive(SimpleObject, Default)]
#[graphql(complex)]
pub struct SessionPayload {
    /// Who has signed in.
    #[graphql(skip)]
    pub(super) subject: Option<Subject>,
    /// Goes into `Authorization: Bearer …`, for a quarter of an hour.
    pub(super) access_token: Option<String>,
    /// Gets the next pair of tokens, once. Null where it went into the cookie.
    pub(super) refresh_token: Option<String>,
    /// Until when the access token is believed.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// Why there are no tokens: INVALID_CREDENTIALS, EMAIL_NOT_VERIFIED (at a provider), MFA_REQUIRED, MFA_INVALID, INVALID_TOKEN,
    /// PROVIDER_AWAY.
    pub(super) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(super) warnings: Vec<Warning>,
}

impl SessionPayload {
    /// No tokens, for these reasons.
    pub(super) fn refused(errors: Vec<UserError>) -> Self {
        Self {
            errors,
            ..Self::default()
        }
    }
}

#[ComplexObject]
impl SessionPayload {
    /// Who has signed in. What only they may see is asked for with the access token.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<ViewerObject>> {
        match self.subject {
            Some(subject) => ViewerObject::of(ctx, subject).await,
            None => Ok(None),
        }
    }
}

/// Whether sessions ended.
#[derive(SimpleObject, Default)]
pub struct SessionRevokePayload {
    /// Whether what was named is over now.
    pub(super) revoked: bool,
    /// How many sessions went on until now.
    pub(super) count: i32,
    /// Why none was ended: NOT_FOUND.
    pub(super) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(super) warnings: Vec<Warning>,
}

/// Whether it was done.
#[derive(SimpleObject, Default)]
pub struct PasswordPayload {
    /// Whether it was done.
    pub(super) ok: bool,
    /// Why not: INVALID_CREDENTIALS, WEAK_PASSWORD, INVALID_TOKEN, INVALID_INPUT.
    pub(super) errors: Vec<UserError>,
    /// What was done differently from what was asked.
    pub(super) warnings: Vec<Warning>,
}

impl PasswordPayload {
    pub(super) fn of<E>(result: std::result::Result<(), E>, show: impl FnOnce(E) -> Result<UserError>) -> Result<Self> {
        Ok(match result {
            Ok(()) => Self {
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

pub(super) fn sign_in_error(error: SignInError) -> Result<UserError> {
    Ok(match error {
        SignInError::Credentials => UserError::new(ErrorCode::InvalidCredentials, message!("credentials-wrong"), &[]),
        SignInError::MfaRequired => UserError::new(ErrorCode::MfaRequired, message!("mfa-required"), &["totp"]),
        SignInError::MfaInvalid => UserError::new(ErrorCode::MfaInvalid, message!("mfa-code-wrong"), &["totp"]),
        SignInError::Throttled(why) => return Err(throttled(&why)),
        SignInError::Fault(fault) => return Err(fault.into()),
    })
}

pub(super) fn refresh_error(error: RefreshError) -> Result<UserError> {
    match error {
        RefreshError::Invalid => Ok(invalid_token("refreshToken")),
        RefreshError::Fault(fault) => Err(fault.into()),
    }
}

pub(super) fn revoke_error(error: RevokeError) -> Result<UserError> {
    match error {
        RevokeError::NotFound => Ok(UserError::not_found(message!("session-not-found"), &["sessionId"])),
        RevokeError::Fault(fault) => Err(fault.into()),
    }
}

pub(super) fn change_error(error: ChangePasswordError) -> Result<UserError> {
    Ok(match error {
        ChangePasswordError::Wrong => UserError::new(
            ErrorCode::InvalidCredentials,
            message!("password-wrong"),
            &["currentPassword"],
        ),
        ChangePasswordError::Weak(weak) => weak_password(weak, &["newPassword"]),
        ChangePasswordError::Throttled(why) => return Err(throttled(&why)),
        ChangePasswordError::Fault(fault) => return Err(fault.into()),
    })
}

pub(super) fn request_error(error: RequestResetError) -> Result<UserError> {
    Ok(match error {
        RequestResetError::Email => UserError::invalid(message!("email-malformed"), &["email"]),
        RequestResetError::Throttled(why) => return Err(throttled(&why)),
        RequestResetError::Fault(fault) => return Err(fault.into()),
    })
}

pub(super) fn reset_error(error: ResetPasswordError) -> Result<UserError> {
    Ok(match error {
        ResetPasswordError::Secret => invalid_token("token"),
        ResetPasswordError::Weak(weak) => weak_password(weak, &["newPassword"]),
        ResetPasswordError::Throttled(why) => return Err(throttled(&why)),
        ResetPasswordError::Fault(fault) => return Err(fault.into()),
    })
}

fn invalid_token(field: &str) -> UserError {
    UserError::new(ErrorCode::InvalidToken, message!("token-invalid"), &[field])
}

/// A password that may not be set, at `path` in the input.
pub(crate) fn weak_password(weak: WeakPassword, path: &[&str]) -> UserError {
    UserError::new(ErrorCode::WeakPassword, weak.message(), path)
}
