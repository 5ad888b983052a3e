//! Changes of accounts.

use async_graphql::{Context, Object, Result};

use crate::account::graphql::input::{
    PasswordChangeInput, PasswordResetInput, PasswordResetRequestInput, SessionCreateInput, SessionRefreshInput,
    SessionRevokeInput, TokenTransport,
};
use crate::account::graphql::payload::{
    PasswordPayload, SessionPayload, SessionRevokePayload, change_error, refresh_error, request_error, reset_error,
    revoke_error, sign_in_error,
};
use crate::account::graphql::signed_in;
use crate::account::{
    Account, ChangePassword, Lifetime, Revoke, SecondFactor, SignIn, Signed, Subject, change_password, cookie,
    refresh_session, request_reset, reset_password, revoke_sessions, sign_in,
};
use crate::graphql::context::{ContextExt, Cookies};
use crate::graphql::error::ApiError;
use crate::platform::locale::message;

/// Changes of accounts.
#[derive(Default)]
pub struct AccountMutation;

/// Puts the refresh token of `signed` where it goes, and gives the rest.
pub(super) fn hand_over(
    ctx: &Context<'_>,
    (account, signed): (Account, Signed),
    transport: TokenTransport,
) -> SessionPayload {
    let refresh_token = match transport {
        TokenTransport::Body => Some(signed.refresh_token),
        TokenTransport::Cookie => {
            let lifetime = Lifetime::of(account.kind).idle;
            let secure = ctx.app().config.is_production();
            ctx.append_http_header("set-cookie", cookie::keep(&signed.refresh_token, lifetime, secure));
            None
        }
    };
    SessionPayload {
        subject: Some(Subject::of(&account)),
        access_token: Some(signed.access_token),
        refresh_token,
        expires_at: Some(signed.expires_at),
        ..SessionPayload::default()
    }
}

/// Refuses a cookie where none can be set.
pub(super) fn check_transport(ctx: &Context<'_>, transport: TokenTransport) -> Result<(), ApiError> {
    if transport == TokenTransport::Cookie && matches!(ctx.request().cookies, Cookies::Unheard) {
        return Err(ApiError::bad_input(message!("cookie-transport")));
    }
    Ok(())
}

fn clear_cookie(ctx: &Context<'_>) {
    if let Cookies::Read(Some(_)) = ctx.request().cookies {
        ctx.append_http_header("set-cookie", cookie::clear(ctx.app().config.is_production()));
    }
}

/// The token of the argument, else that of the cookie, and how the next one goes back.
fn refresh_token(ctx: &Context<'_>, given: Option<String>) -> Option<(String, TokenTransport)> {
    match (given, &ctx.request().cookies) {
        (Some(token), _) => Some((token, TokenTransport::Body)),
        (None, Cookies::Read(Some(token))) => Some((token.clone(), TokenTransport::Cookie)),
        (None, _) => None,
    }
}

#[Object]
impl AccountMutation {
    /// Signs in. An unknown address and a wrong password get the same answer. Too many attempts get RATE_LIMITED.
    async fn session_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and how.")] input: SessionCreateInput,
    ) -> Result<SessionPayload> {
        check_transport(ctx, input.transport)?;
        let cmd = SignIn {
            kind: input.kind.into(),
            email: input.email,
            password: input.password,
            second: SecondFactor {
                totp: input.totp,
                recovery_code: input.recovery_code,
            },
        };
        match Box::pin(sign_in(ctx.app(), &ctx.request().client, cmd)).await {
            Ok(opened) => Ok(hand_over(ctx, opened, input.transport)),
            Err(error) => Ok(SessionPayload {
                errors: vec![sign_in_error(error)?],
                ..SessionPayload::default()
            }),
        }
    }

    /// Exchanges a refresh token for the next pair of tokens; the cookie's, when it is sent to `/graphql/session` without
    /// one. A refresh token works once: when it comes again after ten seconds, its session ends.
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it goes on with.")] input: SessionRefreshInput,
    ) -> Result<SessionPayload> {
        let Some((token, transport)) = refresh_token(ctx, input.refresh_token) else {
            return Err(ApiError::bad_input(message!("refresh-token-missing")).into());
        };
        match Box::pin(refresh_session(ctx.app(), &ctx.request().client, &token)).await {
            Ok(opened) => Ok(hand_over(ctx, opened, transport)),
            Err(error) => {
                let errors = vec![refresh_error(error)?];
                clear_cookie(ctx);
                Ok(SessionPayload {
                    errors,
                    ..SessionPayload::default()
                })
            }
        }
    }

    /// Signs out: ends the session that asks, another one of the same account, or all of them.
    async fn session_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which; none: the one that asks.")] input: SessionRevokeInput,
    ) -> Result<SessionRevokePayload> {
        let token = refresh_token(ctx, input.refresh_token);
        let which = match (&token, input.session_id) {
            (Some((token, _)), None) => Revoke::Of(token, input.all),
            (_, id) => {
                let (account, current) = signed_in(ctx)?;
                if input.all {
                    Revoke::All(account)
                } else {
                    Revoke::One(account, id.map_or(current, |id| id.0))
                }
            }
        };
        match Box::pin(revoke_sessions(ctx.app(), which)).await {
            Ok(count) => {
                clear_cookie(ctx);
                Ok(SessionRevokePayload {
                    revoked: true,
                    count: i32::try_from(count).unwrap_or(i32::MAX),
                    ..SessionRevokePayload::default()
                })
            }
            Err(error) => Ok(SessionRevokePayload {
                errors: vec![revoke_error(error)?],
                ..SessionRevokePayload::default()
            }),
        }
    }

    /// Sets another password for who asks, ends all other sessions, and tells so by mail. Needs somebody who has signed
    /// in.
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old one and the new one.")] input: PasswordChangeInput,
    ) -> Result<PasswordPayload> {
        let (account, session) = signed_in(ctx)?;
        let cmd = ChangePassword {
            account,
            session,
            current: input.current_password,
            new: input.new_password,
        };
        PasswordPayload::of(Box::pin(change_password(ctx.app(), cmd)).await, change_error)
    }

    /// Sends a letter that sets a new password, if the address has an account. The answer does not tell whether it has.
    async fn password_reset_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: PasswordResetRequestInput,
    ) -> Result<PasswordPayload> {
        let client = &ctx.request().client;
        let requested = Box::pin(request_reset(ctx.app(), client, input.kind.into(), &input.email)).await;
        PasswordPayload::of(requested, request_error)
    }

    /// Sets a new password with what the letter said, and ends all sessions.
    async fn password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the letter said, and the new password.")] input: PasswordResetInput,
    ) -> Result<PasswordPayload> {
        let client = &ctx.request().client;
        let reset = Box::pin(reset_password(ctx.app(), client, &input.token, &input.new_password)).await;
        PasswordPayload::of(reset, reset_error)
    }
}
