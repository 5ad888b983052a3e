//! Sign-in at a provider, in the schema.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::account::external::{Arrival, Begin, BeginError, CameBack, ExternalError, begin, finish, prove};
use crate::account::graphql::input::{AccountKind, TokenTransport};
use crate::account::graphql::mutation::{check_transport, hand_over};
use crate::account::graphql::payload::SessionPayload;
use crate::account::graphql::throttled;
use crate::account::{Account, Signed, Subject};
use crate::customer;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::staff;

/// A provider that people may sign in at.
#[derive(SimpleObject)]
pub struct SignInProvider {
    /// Its name in `externalSignInStart`.
    name: String,
    /// Its name for people.
    label: String,
    /// Whose accounts sign in there.
    kinds: Vec<AccountKind>,
}

/// Who wants to sign in where.
#[derive(InputObject)]
pub struct ExternalSignInStartInput {
    /// The name of the provider; `signInProviders` lists them.
    provider: String,
    /// The kind of the account: a customer, unless told otherwise.
    #[graphql(default)]
    kind: AccountKind,
    /// Where the provider sends the browser afterwards: one of the addresses that are set up for it.
    redirect_uri: String,
}

/// Answer of `externalSignInStart`.
#[derive(SimpleObject)]
pub struct ExternalSignInStartPayload {
    /// Where the browser goes; null on errors.
    authorization_url: Option<String>,
    /// What `externalSignInComplete` needs besides what the provider sends along. It stays in the browser, for example in
    /// `sessionStorage`: it proves that whoever comes back is who went. Null on errors.
    ticket: Option<String>,
    /// Until when the browser must be back; null on errors.
    expires_at: Option<DateTime<Utc>>,
    /// Why nobody can go there: NOT_FOUND, INVALID_INPUT, PROVIDER_AWAY.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// What a browser comes back with.
#[derive(InputObject)]
pub struct ExternalSignInCompleteInput {
    /// `state`, as the provider sent it along.
    state: String,
    /// The ticket of `externalSignInStart`.
    ticket: String,
    /// `code`, as the provider sent it along. Not needed after MFA_REQUIRED: the provider is not asked again.
    code: Option<String>,
    /// The six digits that the authenticator shows now, after an answer with MFA_REQUIRED.
    totp: Option<String>,
    /// A recovery code in place of `totp`.
    recovery_code: Option<String>,
    /// How the refresh token comes back.
    #[graphql(default)]
    transport: TokenTransport,
}

fn begin_error(error: BeginError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        BeginError::NoProvider => UserError::not_found(message, &["provider"]),
        BeginError::Redirect => UserError::invalid(message, &["redirectUri"]),
        BeginError::Away => UserError::new(ErrorCode::ProviderAway, message, &["provider"]),
        BeginError::Throttled(why) => return Err(throttled(&why)),
        BeginError::Fault(fault) => return Err(fault.into()),
    })
}

fn complete_error(error: ExternalError) -> Result<UserError> {
    let message = error.message();
    let (code, path): (_, &[&str]) = match error {
        ExternalError::State => (ErrorCode::InvalidToken, &["state"]),
        ExternalError::Refused => (ErrorCode::InvalidCredentials, &["code"]),
        ExternalError::Away => (ErrorCode::ProviderAway, &[]),
        ExternalError::EmailNotProven | ExternalError::AccountNotProven => (ErrorCode::EmailNotVerified, &[]),
        ExternalError::Unknown => (ErrorCode::InvalidCredentials, &[]),
        ExternalError::MfaRequired => (ErrorCode::MfaRequired, &["totp"]),
        ExternalError::MfaInvalid => (ErrorCode::MfaInvalid, &["totp"]),
        ExternalError::Throttled(why) => return Err(throttled(&why)),
        ExternalError::Fault(fault) => return Err(fault.into()),
    };
    Ok(UserError::new(code, message, path))
}

/// Who came back, signed in: a customer who was never here gets an account on the way.
async fn complete(ctx: &Context<'_>, input: ExternalSignInCompleteInput) -> Result<(Account, Signed), ExternalError> {
    let app = ctx.app();
    let back = CameBack {
        state: input.state,
        ticket: input.ticket,
        code: input.code,
    };
    let (arrival, way) = prove(app, &back).await?;
    let account = match arrival {
        Arrival::Known(account) => *account,
        Arrival::New(newcomer) => customer::arrive(app, &newcomer, ctx.request().locale).await?,
    };
    if let Subject::Staff(id) = Subject::of(&account) {
        staff::join_by_provider(app, &ctx.actor(), id).await?;
    }
    let second = input.totp.as_deref().or(input.recovery_code.as_deref());
    let signed = finish(app, &ctx.request().client, way, (&account, second)).await?;
    Ok((account, signed))
}

/// Queries of providers.
#[derive(Default)]
pub struct ExternalQuery;

#[Object]
impl ExternalQuery {
    /// The providers that people may sign in at, for the buttons of a sign-in page.
    #[graphql(cache_control(max_age = 300))]
    async fn sign_in_providers(&self, ctx: &Context<'_>) -> Vec<SignInProvider> {
        let all = ctx.app().providers.all().iter();
        all.map(|known| SignInProvider {
            name: known.settings.name.clone(),
            label: known.settings.label.clone(),
            kinds: known.settings.kinds.iter().map(|kind| (*kind).into()).collect(),
        })
        .collect()
    }
}

/// Sign-in at a provider.
#[derive(Default)]
pub struct ExternalMutation;

#[Object]
impl ExternalMutation {
    /// Begins a sign-in at a provider of OpenID Connect: send the browser to `authorizationUrl`.
    async fn external_sign_in_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: ExternalSignInStartInput,
    ) -> Result<ExternalSignInStartPayload> {
        let cmd = Begin {
            provider: input.provider,
            kind: input.kind.into(),
            redirect_uri: input.redirect_uri,
        };
        let (begun, errors) = match Box::pin(begin(ctx.app(), &ctx.request().client.address, cmd)).await {
            Ok(begun) => (Some(begun), Vec::new()),
            Err(error) => (None, vec![begin_error(error)?]),
        };
        Ok(ExternalSignInStartPayload {
            authorization_url: begun.as_ref().map(|begun| begun.authorization_url.clone()),
            ticket: begun.as_ref().map(|begun| begun.ticket.clone()),
            expires_at: begun.map(|begun| begun.expires_at),
            errors,
            warnings: Vec::new(),
        })
    }

    /// Ends a sign-in at a provider: opens a session, as `sessionCreate` does. A customer who was never here gets an
    /// account, if the provider has confirmed the address; members of staff are invited first.
    async fn external_sign_in_complete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the browser came back with.")] input: ExternalSignInCompleteInput,
    ) -> Result<SessionPayload> {
        let transport = input.transport;
        check_transport(ctx, transport)?;
        match Box::pin(complete(ctx, input)).await {
            Ok(opened) => Ok(hand_over(ctx, opened, transport)),
            Err(error) => Ok(SessionPayload::refused(vec![complete_error(error)?])),
        }
    }
}
