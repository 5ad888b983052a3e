//! The schema as a whole: its shape, who sees what of it, how long answers keep, and the subgraph.

mod caching;
mod federation;
mod idor;
mod inputs;
mod introspection;
mod shape;
mod visibility;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::Shop;

const INTROSPECTION: &str = "{ __schema { types { kind name description
    interfaces { name } possibleTypes { name }
    fields(includeDeprecated: true) { name description args { name type { ...Ref } } type { ...Ref } }
    inputFields { name } enumValues(includeDeprecated: true) { name } } } }
    fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The types of the schema by name, as a shop shows them; those of introspection are left out.
async fn types(shop: &Shop) -> BTreeMap<String, Value> {
    let mut data = shop.data(INTROSPECTION, json!({})).await;
    let types = data["__schema"]["types"].take();
    let types = types.as_array().cloned().expect("types");
    let named = types.into_iter().map(|ty| (text(&ty["name"]), ty));
    named.filter(|(name, _)| !name.starts_with("__")).collect()
}

/// The id of one of each: of all that implements Node. Seen by staff.
async fn ids(shop: &Shop) -> BTreeMap<String, Value> {
    let order = shop.bought().await;
    let document = "{ products(first: 100) { nodes { id variants(first: 1) { id } category { id }
        collections(first: 1) { nodes { id } } } } }";
    let data = shop.data(document, json!({})).await;
    let products = list(&data["products"]["nodes"]).iter();
    let product = products
        .clone()
        .find(|p| p.pointer("/collections/nodes/0").is_some() && p["category"].is_object());
    let product = product.expect("a product of a collection and a category");
    let customer = shop.customer("node@example.com").await;
    let customer = customer.data("{ me { id } }", json!({})).await;
    let owner = shop.staff().data("{ roles { nodes { id } } }", json!({})).await["roles"]["nodes"][0]["id"].clone();
    let input = json!({ "email": "one@example.com", "roleIds": [owner] });
    let staff = shop
        .staff()
        .changed("staffInvite", input, "staffUser { id roles { id } }")
        .await;
    let ids = [
        ("Product", product["id"].clone()),
        ("ProductVariant", product["variants"][0]["id"].clone()),
        ("Category", product["category"]["id"].clone()),
        ("Collection", product["collections"]["nodes"][0]["id"].clone()),
        ("Order", order["id"].clone()),
        ("Customer", customer["me"]["id"].clone()),
        ("StaffUser", staff["staffUser"]["id"].clone()),
        ("Role", staff["staffUser"]["roles"][0]["id"].clone()),
        ("ApiKey", shop.api_key(&["orders.read"], None).await.1.into()),
    ];
    ids.into_iter().map(|(name, id)| (name.to_owned(), id)).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The names in a list of `{ name }`.
fn names(value: &Value) -> BTreeSet<String> {
    list(value).iter().map(|one| text(&one["name"])).collect()
}

/// A type as the schema definition language writes it, for example `[Product!]!`.
fn written(ty: &Value) -> String {
    match ty["kind"].as_str() {
        Some("NON_NULL") => format!("{}!", written(&ty["ofType"])),
        Some("LIST") => format!("[{}]", written(&ty["ofType"])),
        _ => text(&ty["name"]),
    }
}

/// The fields of a type with their types.
fn fields(ty: &Value) -> BTreeMap<String, String> {
    let fields = list(&ty["fields"]).iter();
    fields
        .map(|field| (text(&field["name"]), written(&field["type"])))
        .collect()
}
