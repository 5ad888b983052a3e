//! Stripe: what is configured of it, and whether it knows the key.

use super::Check;
use crate::config::{Config, Services};
use crate::payment::gateway::from_stripe;
use crate::platform::clock::Clock;
use crate::platform::error::{Result, story};
use crate::platform::id::Ids;

const NAME: &str = "stripe";

/// None when nothing of it is configured.
pub(super) async fn check(config: &Config) -> Option<Check> {
    let Services {
        stripe_secret_key: key,
        stripe_webhook_secret: webhook,
        stripe_api_base: base,
        ..
    } = &config.services;
    if key.is_none() && webhook.is_none() && base.is_none() {
        return None;
    }
    let Some(key) = key.as_ref().map(|key| key.expose()) else {
        return Some(Check::fail(
            NAME,
            "there is no key",
            "set STRIPE_SECRET_KEY too, or none of Stripe's variables",
        ));
    };
    let kind = |of: &str| {
        ["sk", "rk"]
            .iter()
            .any(|kind| key.starts_with(&format!("{kind}_{of}_")))
    };
    if !kind("test") && !kind("live") {
        return Some(Check::fail(
            NAME,
            "the secret key has not the shape of one",
            "STRIPE_SECRET_KEY starts with sk_test_ or sk_live_; pk_ is the public key",
        ));
    }
    let shaped = |secret: &str| secret.trim().starts_with("whsec_");
    if webhook.as_ref().is_some_and(|all| !all.expose().split(',').all(shaped)) {
        return Some(Check::fail(
            NAME,
            "the webhook secret has not the shape of one",
            "STRIPE_WEBHOOK_SECRET starts with whsec_; several stand apart by commas",
        ));
    }
    if let Err(error) = ask(config).await {
        return Some(Check::fail(
            NAME,
            story(&error),
            "correct STRIPE_SECRET_KEY or STRIPE_API_BASE, or remove them: only the test gateway takes payments then",
        ));
    }
    let production = config.is_production();
    Some(if kind("live") && !production {
        Check::warn(
            NAME,
            "a live key outside production: real money moves",
            "keep live keys out of development: set a key that starts with sk_test_",
        )
    } else if kind("test") && production {
        Check::warn(
            NAME,
            "a test key in production: no money moves",
            "set the key that starts with sk_live_ before the shop opens",
        )
    } else if webhook.is_none() {
        Check::warn(
            NAME,
            "it answers and knows the key, but nothing that it tells is believed without STRIPE_WEBHOOK_SECRET",
            "add an endpoint for /webhooks/stripe there, and set its secret; until then payments are asked about",
        )
    } else {
        Check::ok(NAME, "it answers and knows the key")
    })
}

/// Asks for the balance: nothing is changed, and only who has the key is told.
async fn ask(config: &Config) -> Result<()> {
    let clock = Clock::system();
    let ids = Ids::from_os(clock.clone())?;
    match from_stripe(config, &clock, &ids)? {
        Some(stripe) => stripe.check().await,
        None => Ok(()),
    }
}
