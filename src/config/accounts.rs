//! People who sign in.

use clap::Args;

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
}
