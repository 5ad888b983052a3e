//! What clients say about accounts.

use async_graphql::{Enum, InputObject};
use entity::SessionId;

use crate::account;
use crate::graphql::id::Gid;

/// Whom an account opens the door for.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountKind {
    /// A customer.
    #[default]
    Customer,
    /// A member of staff.
    Staff,
}

impl From<AccountKind> for account::AccountKind {
    fn from(kind: AccountKind) -> Self {
        match kind {
            AccountKind::Customer => Self::Customer,
            AccountKind::Staff => Self::Staff,
        }
    }
}

impl From<account::AccountKind> for AccountKind {
    fn from(kind: account::AccountKind) -> Self {
        match kind {
            account::AccountKind::Customer => Self::Customer,
            account::AccountKind::Staff => Self::Staff,
        }
    }
}

/// How a refresh token comes to the client.
#[derive(Enum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenTransport {
    /// In the answer: for apps, which have a safe place for it.
    #[default]
    Body,
    /// In a cookie that no script can read and that is sent to `/graphql/session` alone: for browsers.
    Cookie,
}

/// Who signs in, and how.
#[derive(InputObject)]
pub struct SessionCreateInput {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// The kind of the account: a customer, unless told otherwise.
    #[graphql(default)]
    pub kind: AccountKind,
    /// The six digits that the authenticator shows now, after an answer with MFA_REQUIRED.
    pub totp: Option<String>,
    /// A recovery code in place of `totp`.
    pub recovery_code: Option<String>,
    /// How the refresh token comes back.
    #[graphql(default)]
    pub transport: TokenTransport,
}

/// What a session goes on with.
#[derive(InputObject, Default)]
pub struct SessionRefreshInput {
    /// The refresh token. Left out where it is in the cookie: `/graphql/session` reads that one.
    pub refresh_token: Option<String>,
}

/// Which session ends: the one that asks, when nothing is named.
#[derive(InputObject, Default)]
pub struct SessionRevokeInput {
    /// This one.
    pub session_id: Option<Gid<SessionId>>,
    /// All sessions of the account.
    #[graphql(default)]
    pub all: bool,
    /// The one that this refresh token goes on with; no access token is needed then.
    pub refresh_token: Option<String>,
}

/// The old password and the new one.
#[derive(InputObject)]
pub struct PasswordChangeInput {
    /// The password until now.
    pub current_password: String,
    /// The password from now on: 8 to 128 characters, none of those that are tried first.
    pub new_password: String,
}

/// Who has forgotten a password.
#[derive(InputObject)]
pub struct PasswordResetRequestInput {
    /// E-mail address.
    pub email: String,
    /// The kind of the account: a customer, unless told otherwise.
    #[graphql(default)]
    pub kind: AccountKind,
}

/// What the letter said, and the new password.
#[derive(InputObject)]
pub struct PasswordResetInput {
    /// The code of the letter, which is also behind `#token=` in its link.
    pub token: String,
    /// The password from now on: 8 to 128 characters, none of those that are tried first.
    pub new_password: String,
}
