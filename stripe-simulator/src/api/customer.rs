//! Customers.

use serde_json::{Value, json};

use crate::error::Outcome;
use crate::fields::{Fields, Object, object};
use crate::params::Params;
use crate::world::World;

const KIND: &str = "customer";

const KNOWN: &[&str] = &[
    "address",
    "balance",
    "description",
    "email",
    "invoice_prefix",
    "invoice_settings",
    "metadata",
    "name",
    "payment_method",
    "phone",
    "preferred_locales",
    "shipping",
    "source",
    "tax_exempt",
    "validate",
];

const COPIED: &[&str] = &["description", "email", "name", "phone", "shipping"];

fn copy(params: &Params, customer: &mut Object) {
    params.copy(COPIED, customer);
    if let Some(address) = params.nested("address") {
        customer.set("address", address.address());
    }
}

/// `POST /v1/customers`.
pub fn create(world: &mut World, params: &Params) -> Outcome {
    params.allow(KNOWN)?;
    let prefix = world.letters(8).to_uppercase();
    let mut customer = object(json!({
        "id": world.id("cus"),
        "object": KIND,
        "address": null,
        "balance": 0,
        "created": world.now(),
        "currency": null,
        "default_source": null,
        "delinquent": false,
        "description": null,
        "discount": null,
        "email": null,
        "invoice_prefix": prefix,
        "invoice_settings": {
            "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null,
        },
        "livemode": false,
        "metadata": {},
        "name": null,
        "next_invoice_sequence": 1,
        "phone": null,
        "preferred_locales": [],
        "shipping": null,
        "tax_exempt": "none",
        "test_clock": null,
    }));
    params.merge_metadata(&mut customer);
    copy(params, &mut customer);
    world.put(&customer);
    if let Some(id) = params.text("payment_method") {
        let mut method = super::payment_method::find(world, id)?;
        super::payment_method::attach(world, &mut method, customer.text("id"))?;
    }
    world.emit("customer.created", &customer);
    Ok(customer)
}

/// `GET /v1/customers/:id`: a deleted one is a stub.
pub fn retrieve(world: &World, id: &str) -> Outcome {
    match world.objects.get(id).filter(|found| found.flag("_deleted")) {
        Some(_) => Ok(stub(id)),
        None => world.get(KIND, id, "id"),
    }
}

/// `POST /v1/customers/:id`.
pub fn update(world: &mut World, id: &str, params: &Params) -> Outcome {
    params.allow(KNOWN)?;
    let mut customer = world.get(KIND, id, "id")?;
    params.merge_metadata(&mut customer);
    copy(params, &mut customer);
    if let Some(settings) = params.nested("invoice_settings") {
        let mut kept = customer.object("invoice_settings").cloned().unwrap_or_default();
        settings.copy(&["default_payment_method", "footer"], &mut kept);
        customer.set("invoice_settings", kept);
    }
    world.put(&customer);
    world.emit("customer.updated", &customer);
    Ok(customer)
}

/// `DELETE /v1/customers/:id`; the customer's payment methods are detached.
pub fn delete(world: &mut World, id: &str) -> Outcome {
    let mut customer = world.get(KIND, id, "id")?;
    let theirs: Vec<Object> = world
        .all("payment_method")
        .filter(|method| method.text(KIND) == id)
        .cloned()
        .collect();
    for mut method in theirs {
        method.set(KIND, Value::Null);
        method.set("_used", true);
        world.put(&method);
    }
    world.emit("customer.deleted", &customer);
    customer.set("_deleted", true);
    world.put(&customer);
    Ok(stub(id))
}

fn stub(id: &str) -> Object {
    object(json!({ "id": id, "object": KIND, "deleted": true }))
}
