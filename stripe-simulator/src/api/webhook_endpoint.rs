//! Webhook endpoints: where events go and with which secret they are signed.

use serde_json::json;

use crate::error::Outcome;
use crate::fields::{Fields, Object, object};
use crate::params::Params;
use crate::world::World;

const KIND: &str = "webhook_endpoint";

/// `POST /v1/webhook_endpoints`; the secret is told once, here. `_secret` sets one, for tests.
pub fn create(world: &mut World, params: &Params) -> Outcome {
    params.allow(&[
        "url",
        "enabled_events",
        "api_version",
        "connect",
        "description",
        "metadata",
        "_secret",
    ])?;
    let url = params.required("url")?;
    let events = params.texts("enabled_events");
    let secret = match params.text("_secret") {
        Some(secret) => secret.to_owned(),
        None => format!("whsec_{}", world.letters(32)),
    };
    let mut endpoint = object(json!({
        "id": world.id("we"),
        "object": KIND,
        "api_version": params.text("api_version"),
        "application": null,
        "created": world.now(),
        "description": params.text("description"),
        "enabled_events": if events.is_empty() { vec!["*"] } else { events },
        "livemode": false,
        "metadata": {},
        "status": "enabled",
        "url": url,
        "_secret": secret,
    }));
    params.merge_metadata(&mut endpoint);
    world.put(&endpoint);
    let mut told = endpoint;
    told.set("secret", secret);
    Ok(told)
}

/// `DELETE /v1/webhook_endpoints/:id`.
pub fn delete(world: &mut World, id: &str) -> Outcome {
    let mut endpoint = world.get(KIND, id, "id")?;
    endpoint.set("_deleted", true);
    world.put(&endpoint);
    Ok(Object::from_iter([
        ("id".to_owned(), id.into()),
        ("object".to_owned(), KIND.into()),
        ("deleted".to_owned(), true.into()),
    ]))
}
