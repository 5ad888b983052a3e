//! Where the pages of the shop are, for links in letters.

use clap::Args;

use super::ConfigError;

/// The storefront of a developer.
const DEVELOPMENT: &str = "http://localhost:3000";

/// Where the pages of the shop are.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Storefront")]
pub struct Storefront {
    /// Address of the storefront, which links in letters lead to. Not set: `http://localhost:3000` in development; in
    /// production letters have no links then, only codes. Production takes https only.
    #[arg(
        long = "storefront-url",
        alias = "merx-storefront-url",
        env = "MERX_STOREFRONT_URL",
        global = true
    )]
    pub storefront_url: Option<String>,
}

impl Storefront {
    pub(super) fn check(&self, production: bool) -> Result<(), ConfigError> {
        let Some(url) = &self.storefront_url else { return Ok(()) };
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://").filter(|_| !production));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/[]%".contains(c);
        match rest {
            Some(rest)
                if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') && rest.chars().all(plain) =>
            {
                Ok(())
            }
            _ => Err(ConfigError::StorefrontUrl(url.clone())),
        }
    }

    pub(super) fn page(&self, production: bool, path: &str, secret: Option<&str>) -> Option<String> {
        let base = match &self.storefront_url {
            Some(url) => url.trim_end_matches('/'),
            None if production => return None,
            None => DEVELOPMENT,
        };
        // Behind the `#`, a secret reaches neither the logs of servers nor the Referer of what the page loads.
        let secret = secret.map(|secret| format!("#token={secret}")).unwrap_or_default();
        Some(format!("{base}/{path}{secret}"))
    }
}
