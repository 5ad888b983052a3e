//! People who sign in.

use clap::Args;

/// People who sign in.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Accounts")]
pub struct Accounts {
    /// Address of the storefront, such as `https://shop.example`: the links of mails begin with it. Never taken from a
    /// request. Required in production; in development it defaults to `http://localhost:3000`.
    #[arg(
        long = "storefront-url",
        alias = "merx-storefront-url",
        env = "MERX_STOREFRONT_URL",
        global = true
    )]
    pub storefront_url: Option<String>,
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

impl Accounts {
    /// The address of the storefront, without a slash at the end.
    pub fn storefront_url(&self) -> &str {
        let url = self.storefront_url.as_deref().unwrap_or("http://localhost:3000");
        url.trim_end_matches('/')
    }
}
