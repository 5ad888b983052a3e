//! What the configuration says of Stripe.

use crate::config::Config;
use crate::platform::secret::Secret;

/// Where Stripe is.
const BASE: &str = "https://api.stripe.com";

/// What the configuration says of Stripe.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub secret_key: Secret,
    pub publishable_key: Option<String>,
    /// What may sign webhooks; several while one is replaced.
    pub webhook_secrets: Vec<Secret>,
    pub base: String,
    pub https_only: bool,
}

impl Settings {
    /// None when Stripe is not configured.
    pub fn from_config(config: &Config) -> Option<Self> {
        let services = &config.services;
        let secrets = services.stripe_webhook_secret.as_ref().map_or("", Secret::expose);
        Some(Self {
            secret_key: services.stripe_secret_key.clone()?,
            publishable_key: services.stripe_publishable_key.clone(),
            webhook_secrets: secrets
                .split(',')
                .map(str::trim)
                .filter(|secret| !secret.is_empty())
                .map(Secret::from)
                .collect(),
            base: services.stripe_api_base.clone().unwrap_or_else(|| BASE.to_owned()),
            https_only: config.is_production(),
        })
    }
}
