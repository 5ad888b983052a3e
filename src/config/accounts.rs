//! People who sign in.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ConfigError;

/// Whether staff must have a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StaffMfa {
    /// Whoever wants.
    #[default]
    Optional,
    /// Everybody: who signs in without one may do nothing but set one up.
    Required,
}

/// An address and a password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Admin<'a> {
    /// The address.
    pub email: &'a str,
    /// The password.
    pub password: &'a str,
}

/// The administrator of the demo shop. Production does not start with it.
pub const DEMO_ADMIN: Admin<'static> = Admin {
    email: "admin@example.com",
    password: "demo-admin-password",
};

/// People who sign in.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Accounts")]
pub struct Accounts {
    /// Who signs access tokens: their `iss`. Servers that share a database must agree on it.
    #[arg(
        long = "token-issuer",
        alias = "merx-token-issuer",
        env = "MERX_TOKEN_ISSUER",
        default_value = "merx",
        global = true
    )]
    pub token_issuer: String,
    /// Whether members of staff must have a second factor: optional, or required. Where it is required, a sign-in
    /// without one may do nothing but set one up.
    #[arg(
        long = "staff-mfa",
        alias = "merx-staff-mfa",
        env = "MERX_STAFF_MFA",
        default_value = "optional",
        global = true
    )]
    pub staff_mfa: StaffMfa,
    /// File of the providers of OpenID Connect that people may sign in at, as docs/guides/oidc.md describes it. Not set:
    /// none.
    #[arg(
        long = "oidc-providers",
        alias = "merx-oidc-providers",
        env = "MERX_OIDC_PROVIDERS",
        global = true
    )]
    pub oidc_providers: Option<PathBuf>,
    /// Address of the first administrator, who is made at the start of the server when the shop has no owner. Needs
    /// MERX_ADMIN_PASSWORD. In development `admin@example.com` when not set.
    #[arg(
        long = "admin-email",
        alias = "merx-admin-email",
        env = "MERX_ADMIN_EMAIL",
        global = true
    )]
    pub admin_email: Option<String>,
    /// Password of the first administrator. Only as a variable: arguments are seen by everybody on the machine. Remove it
    /// once the account is there.
    #[arg(
        long = "admin-password",
        env = "MERX_ADMIN_PASSWORD",
        hide = true,
        hide_env_values = true,
        global = true
    )]
    pub admin_password: Option<String>,
}

impl Accounts {
    /// The first administrator, when one is configured.
    pub fn admin(&self) -> Option<Admin<'_>> {
        Some(Admin {
            email: self.admin_email.as_deref()?,
            password: self.admin_password.as_deref()?,
        })
    }

    pub(super) fn check(&self, production: bool) -> Result<(), ConfigError> {
        if production && self.admin_password.as_deref() == Some(DEMO_ADMIN.password) {
            return Err(ConfigError::DemoPassword);
        }
        // The password alone is what `merx user create-admin --email …` is given.
        if self.admin_email.is_some() && self.admin_password.is_none() {
            return Err(ConfigError::NoAdminPassword);
        }
        Ok(())
    }
}
