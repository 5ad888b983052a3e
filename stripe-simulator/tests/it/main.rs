//! The simulator against its own promises. `sdk/` holds it against Stripe's libraries.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod chaos;
mod money;
mod support;
mod webhooks;
