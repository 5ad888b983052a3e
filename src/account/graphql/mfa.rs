//! The second factor in the schema: for customers and staff alike, each their own.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

use crate::account::graphql::{signed_in, throttled};
use crate::account::mfa::{
    MfaChange, MfaError, MfaSetup, MfaStatus, confirm, disable, renew_recovery_codes, setup, status,
};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};

/// The payload error of `error`; whoever tried too much, and whatever failed underneath, fails as a whole.
fn refused(error: MfaError) -> Result<Vec<UserError>> {
    let message = error.message();
    let (code, path): (_, &[&str]) = match error {
        MfaError::AlreadySetUp => (ErrorCode::AlreadyExists, &[]),
        MfaError::NotSetUp => (ErrorCode::NotFound, &[]),
        MfaError::WrongPassword => (ErrorCode::InvalidCredentials, &["password"]),
        MfaError::WrongCode => (ErrorCode::MfaInvalid, &["code"]),
        MfaError::Throttled(why) => return Err(throttled(&why)),
        MfaError::Fault(fault) => return Err(fault.into()),
    };
    Ok(vec![UserError::new(code, message, path)])
}

/// Begins a second factor.
#[derive(InputObject)]
pub struct MfaSetupInput {
    /// The password of the account; not needed where the account has none.
    password: Option<String>,
}

/// Proves that the app shows the right codes.
#[derive(InputObject)]
pub struct MfaConfirmInput {
    /// The code that the app shows.
    code: String,
}

/// Proves that it is really you.
#[derive(InputObject)]
pub struct MfaDisableInput {
    /// The password of the account; not needed where the account has none.
    password: Option<String>,
    /// The code that the app shows, or a recovery code.
    code: String,
}

/// Proves that it is really you.
#[derive(InputObject)]
pub struct MfaRecoveryCodesRenewInput {
    /// The password of the account; not needed where the account has none.
    password: Option<String>,
    /// The code that the app shows, or a recovery code.
    code: String,
}

/// Answer of `mfaSetup`.
#[derive(SimpleObject)]
pub struct MfaSetupPayload {
    /// The secret in letters, for who cannot scan; null on errors.
    secret: Option<String>,
    /// The same as `otpauth://totp/…`: show it as a QR code; null on errors.
    otpauth_url: Option<String>,
    /// Why there is none: ALREADY_EXISTS, INVALID_CREDENTIALS.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of `mfaConfirm`.
#[derive(SimpleObject)]
pub struct MfaConfirmPayload {
    /// Ten codes that stand in for the app, each once: keep them where the app is not. They are never shown again. Null
    /// on errors.
    recovery_codes: Option<Vec<String>>,
    /// Why the second factor does not count yet: MFA_INVALID, NOT_FOUND.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of `mfaDisable`.
#[derive(SimpleObject)]
pub struct MfaDisablePayload {
    /// Whether the second factor is gone.
    disabled: bool,
    /// Why it is not: INVALID_CREDENTIALS, MFA_INVALID, NOT_FOUND.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of `mfaRecoveryCodesRenew`.
#[derive(SimpleObject)]
pub struct MfaRecoveryCodesRenewPayload {
    /// Ten new codes; the old ones no longer work. They are never shown again. Null on errors.
    recovery_codes: Option<Vec<String>>,
    /// Why the old ones stay: INVALID_CREDENTIALS, MFA_INVALID, NOT_FOUND.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Your second factor.
#[derive(SimpleObject)]
#[graphql(name = "Mfa")]
pub struct MfaObject {
    /// Whether it is asked for when you sign in.
    enabled: bool,
    /// Whether the shop insists on one: without it you may do nothing but set it up.
    required: bool,
    /// Recovery codes that still work.
    recovery_codes_left: i32,
}

impl From<MfaStatus> for MfaObject {
    fn from(status: MfaStatus) -> Self {
        Self {
            enabled: status.enabled,
            required: status.required,
            recovery_codes_left: i32::try_from(status.recovery_codes_left).unwrap_or(i32::MAX),
        }
    }
}

/// Queries of the second factor.
#[derive(Default)]
pub struct MfaQuery;

#[Object]
impl MfaQuery {
    /// Your second factor; null when nobody has signed in.
    #[graphql(cache_control(no_cache, private))]
    async fn mfa(&self, ctx: &Context<'_>) -> Result<Option<MfaObject>> {
        let Ok((account, _)) = signed_in(ctx) else {
            return Ok(None);
        };
        Ok(Some(status(ctx.app(), account).await?.into()))
    }
}

/// Changes of the second factor.
#[derive(Default)]
pub struct MfaMutation;

#[Object]
impl MfaMutation {
    /// Begins a second factor: gives what an authenticator app needs. It counts from `mfaConfirm` on.
    async fn mfa_setup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Your password.")] input: MfaSetupInput,
    ) -> Result<MfaSetupPayload> {
        let (account, _) = signed_in(ctx)?;
        let (begun, errors) = match Box::pin(setup(ctx.app(), account, input.password.as_deref())).await {
            Ok(begun) => (Some(begun), Vec::new()),
            Err(error) => (None, refused(error)?),
        };
        let (secret, otpauth_url) = begun.map(|MfaSetup { secret, uri }| (secret, uri)).unzip();
        Ok(MfaSetupPayload {
            secret,
            otpauth_url,
            errors,
            warnings: Vec::new(),
        })
    }

    /// Makes the second factor count, with the first code of the app. Your other sessions end.
    async fn mfa_confirm(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code.")] input: MfaConfirmInput,
    ) -> Result<MfaConfirmPayload> {
        let own = signed_in(ctx)?;
        let (recovery_codes, errors) = match Box::pin(confirm(ctx.app(), &ctx.actor(), own, &input.code)).await {
            Ok(codes) => (Some(codes), Vec::new()),
            Err(error) => (None, refused(error)?),
        };
        Ok(MfaConfirmPayload {
            recovery_codes,
            errors,
            warnings: Vec::new(),
        })
    }

    /// Takes the second factor away. Your other sessions end.
    async fn mfa_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What proves that it is you.")] input: MfaDisableInput,
    ) -> Result<MfaDisablePayload> {
        let (account, session) = signed_in(ctx)?;
        let change = MfaChange {
            account,
            session,
            password: input.password,
            code: input.code,
        };
        let errors = match Box::pin(disable(ctx.app(), &ctx.actor(), change)).await {
            Ok(()) => Vec::new(),
            Err(error) => refused(error)?,
        };
        Ok(MfaDisablePayload {
            disabled: errors.is_empty(),
            errors,
            warnings: Vec::new(),
        })
    }

    /// Gives ten new recovery codes; the old ones no longer work.
    async fn mfa_recovery_codes_renew(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What proves that it is you.")] input: MfaRecoveryCodesRenewInput,
    ) -> Result<MfaRecoveryCodesRenewPayload> {
        let (account, session) = signed_in(ctx)?;
        let change = MfaChange {
            account,
            session,
            password: input.password,
            code: input.code,
        };
        let (recovery_codes, errors) = match Box::pin(renew_recovery_codes(ctx.app(), &ctx.actor(), change)).await {
            Ok(codes) => (Some(codes), Vec::new()),
            Err(error) => (None, refused(error)?),
        };
        Ok(MfaRecoveryCodesRenewPayload {
            recovery_codes,
            errors,
            warnings: Vec::new(),
        })
    }
}
