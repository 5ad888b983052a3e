//! People who sign in.

use clap::{Args, ValueEnum};

/// Whether staff must have a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum StaffMfa {
    /// Whoever wants.
    #[default]
    Optional,
    /// Everybody: who signs in without one may do nothing but set one up.
    Required,
}

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
}
