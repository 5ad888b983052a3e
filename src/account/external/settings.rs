//! What is set up of providers: a JSON file, because there may be several and each has a secret.

use std::collections::HashSet;

use serde::Deserialize;

use crate::account::AccountKind;
use crate::config::Config;
use crate::platform::error::{Fault, Result};

/// Where the storefront takes people who come back, when nothing else is said.
const PAGE: &str = "account/external";

/// A provider as it is set up.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProviderSettings {
    /// Its name in the API: lower-case letters, digits and hyphens. Not to be changed: accounts are joined to it.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// Its address, as it stands in its ID tokens.
    pub issuer: String,
    /// What Merx is called there.
    pub client_id: String,
    /// What proves that it is Merx; some providers do with PKCE alone.
    pub client_secret: Option<String>,
    /// Whose accounts sign in there.
    pub kinds: Vec<AccountKind>,
    /// Where it may send browsers, letter by letter. The page of the storefront when nothing is said.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Whether its word counts that it asked for a second factor (`mfa` in `amr`).
    #[serde(default)]
    pub trust_mfa: bool,
}

/// What is wrong with the file of providers.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is not there, or may not be read.
    #[error("MERX_OIDC_PROVIDERS: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is not what it should be.
    #[error("MERX_OIDC_PROVIDERS: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A provider makes no sense.
    #[error("MERX_OIDC_PROVIDERS: provider \"{0}\": {1}")]
    Provider(String, &'static str),
}

/// The providers of the configuration, those of no file: none.
pub(super) fn read(config: &Config) -> Result<Vec<ProviderSettings>> {
    let Some(path) = &config.accounts.oidc_providers else {
        return Ok(Vec::new());
    };
    let read = || -> Result<Vec<ProviderSettings>, SettingsError> {
        let mut all: Vec<ProviderSettings> = serde_json::from_slice(&std::fs::read(path)?)?;
        let mut names = HashSet::new();
        for settings in &mut all {
            if settings.redirect_uris.is_empty() {
                settings.redirect_uris.extend(config.page(PAGE, None));
            }
            let wrong = match wrong(settings, config.is_production()) {
                None if !names.insert(settings.name.clone()) => Some("the name comes twice"),
                wrong => wrong,
            };
            if let Some(wrong) = wrong {
                return Err(SettingsError::Provider(settings.name.clone(), wrong));
            }
        }
        Ok(all)
    };
    read().map_err(|e| Fault::part("configuration", e))
}

/// What makes no sense about a provider.
fn wrong(settings: &ProviderSettings, production: bool) -> Option<&'static str> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let safe = |url: &str| url.starts_with("https://") || (!production && url.starts_with("http://"));
    if settings.name.is_empty() || !settings.name.chars().all(plain) {
        return Some("the name has lower-case letters, digits and hyphens");
    }
    if !safe(&settings.issuer) {
        return Some("the issuer begins with https://");
    }
    if settings.client_id.is_empty() || settings.client_secret.as_deref() == Some("") {
        return Some("clientId and clientSecret must not be empty");
    }
    if settings.kinds.is_empty() {
        return Some("kinds names staff, customer, or both");
    }
    // Apps have schemes of their own.
    let fits = |url: &String| url.contains("://") && !url.contains('#') && (safe(url) || !url.starts_with("http"));
    if settings.redirect_uris.is_empty() || !settings.redirect_uris.iter().all(fits) {
        return Some("redirectUris are https:// addresses without a fragment, or there is a MERX_STOREFRONT_URL");
    }
    None
}
