//! Whose it is: every argument that takes an id is called by one customer with the ids of another, and answers as if they
//! named nothing. The arguments are read from the schema: one that is new and in no list below fails the test.

use std::collections::BTreeMap;

use entity::write_bits;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::{Map, Value, json};

use crate::schema::{list, text, written};
use crate::support::{PASSWORD, Shop, home};

/// What a customer sees of the schema, with all that inputs are made of.
const INTROSPECTION: &str = "{ __schema { types { kind name
    fields(includeDeprecated: true) { name args { ...Input } type { ...Ref } }
    inputFields { ...Input } enumValues { name } } } }
    fragment Input on __InputValue { name defaultValue type { ...Ref } }
    fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// A place that takes an id: a field of a type, and the way through its arguments.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    of: String,
    field: String,
    way: Vec<String>,
}

/// What an id may name at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Something that anybody may name.
    Public,
    /// Something of this kind, which is somebody's.
    Private(&'static str),
    /// Anything.
    Any,
}

/// The kinds of things that are somebody's, by the prefix of their ids.
const PRIVATE: [&str; 10] = [
    "customer",
    "address",
    "session",
    "cart",
    "cartline",
    "order",
    "orderline",
    "orderevent",
    "payment",
    "paymentmethod",
];

fn class(place: &Place) -> Class {
    let last = place.way.last().map_or("", String::as_str);
    match (place.field.as_str(), last) {
        ("node", "id") | ("nodes", "ids") => Class::Any,
        ("order", "id") => Class::Private("order"),
        ("customerAddressUpdate" | "customerAddressDelete", "id") => Class::Private("address"),
        ("cartLinesUpdate", "id") | ("cartLinesRemove", "lineIds") => Class::Private("cartline"),
        ("checkoutComplete", "paymentId") => Class::Private("payment"),
        ("paymentMethodDelete" | "paymentMethodMakeDefault", "id") | ("paymentStart", "paymentMethodId") => {
            Class::Private("paymentmethod")
        }
        ("sessionRevoke", "sessionId") => Class::Private("session"),
        ("productsCompare", "ids") => Class::Public,
        ("product" | "productVariant" | "category" | "collection", "id") => Class::Public,
        // One that waits names nothing: question::posting tells.
        ("productAnswerCreate", "questionId") => Class::Public,
        (_, "variantId" | "productId" | "categoryId" | "deliveryOptionId") => Class::Public,
        _ => panic!("{place:?} takes an id: say in {} what it may name", file!()),
    }
}

/// The schema by type.
struct Schema(BTreeMap<String, Value>);

/// The type below lists and `!`.
fn named(ty: &Value) -> &Value {
    match ty["ofType"] {
        Value::Null => ty,
        _ => named(&ty["ofType"]),
    }
}

fn is_required(input: &Value) -> bool {
    input["type"]["kind"] == "NON_NULL" && input["defaultValue"].is_null()
}

impl Schema {
    async fn seen_by(shop: &Shop) -> Self {
        let data = shop.data(INTROSPECTION, json!({})).await;
        let types = list(&data["__schema"]["types"]).iter();
        Self(types.map(|ty| (text(&ty["name"]), ty.clone())).collect())
    }

    /// All places that take an id.
    fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (of, ty) in self.0.iter().filter(|(name, _)| !name.starts_with("__")) {
            for field in list(&ty["fields"]) {
                for argument in list(&field["args"]) {
                    let mut ways = Vec::new();
                    self.walk(argument, &mut Vec::new(), &mut ways);
                    places.extend(ways.into_iter().map(|way| Place {
                        of: of.clone(),
                        field: text(&field["name"]),
                        way,
                    }));
                }
            }
        }
        places
    }

    fn walk(&self, input: &Value, here: &mut Vec<String>, ways: &mut Vec<Vec<String>>) {
        let ty = text(&named(&input["type"])["name"]);
        here.push(text(&input["name"]));
        if ty == "ID" {
            ways.push(here.clone());
        }
        // Filters nest in themselves: once around is enough.
        if here.len() < 6 {
            for field in list(&self.0[&ty]["inputFields"]) {
                if named(&field["type"])["name"] != ty {
                    self.walk(field, here, ways);
                }
            }
        }
        here.pop();
    }

    /// A value for an input: what is required, and what leads to `target`, where `id` goes.
    fn value(
        &self,
        input: &Value,
        ty: &Value,
        here: &[String],
        target: &[String],
        id: &Value,
        samples: &Samples,
    ) -> Value {
        match ty["kind"].as_str() {
            Some("NON_NULL") => self.value(input, &ty["ofType"], here, target, id, samples),
            Some("LIST") => json!([self.value(input, &ty["ofType"], here, target, id, samples)]),
            Some("INPUT_OBJECT") => {
                let mut object = Map::new();
                for field in list(&self.0[&text(&ty["name"])]["inputFields"]) {
                    let mut there = here.to_vec();
                    there.push(text(&field["name"]));
                    if is_required(field) || target.starts_with(&there) {
                        let value = self.value(field, &field["type"], &there, target, id, samples);
                        object.insert(text(&field["name"]), value);
                    }
                }
                Value::Object(object)
            }
            Some("ENUM") => self.0[&text(&ty["name"])]["enumValues"][0]["name"].clone(),
            _ if here == target => id.clone(),
            _ => samples.of(&text(&input["name"]), &text(&ty["name"])),
        }
    }

    /// What is selected of an answer: all that needs no argument, one level deep.
    fn selection(&self, ty: &Value) -> String {
        let ty = &self.0[&text(&named(ty)["name"])];
        let free = |field: &&Value| !list(&field["args"]).iter().any(is_required);
        let mut names = vec!["__typename".to_owned()];
        for field in list(&ty["fields"]).iter().filter(free) {
            let name = text(&field["name"]);
            let kind = text(&named(&field["type"])["kind"]);
            names.push(match (name.as_str(), kind.as_str()) {
                ("errors", _) => "errors { __typename code message path }".to_owned(),
                (_, "SCALAR" | "ENUM") => name,
                _ => format!("{name} {{ __typename }}"),
            });
        }
        format!("{{ {} }}", names.join(" "))
    }

    /// The document that calls `place` with `id`, and its variables.
    fn call(&self, place: &Place, id: &Value, samples: &Samples) -> (String, Value) {
        let fields = list(&self.0[&place.of]["fields"]).iter();
        let field = fields
            .into_iter()
            .find(|f| f["name"] == place.field.as_str())
            .expect("the field");
        let (mut declared, mut passed, mut variables) = (Vec::new(), Vec::new(), Map::new());
        for argument in list(&field["args"]) {
            let name = text(&argument["name"]);
            let here = vec![name.clone()];
            if is_required(argument) || place.way.starts_with(&here) {
                declared.push(format!("${name}: {}", written(&argument["type"])));
                passed.push(format!("{name}: ${name}"));
                let value = self.value(argument, &argument["type"], &here, &place.way, id, samples);
                variables.insert(name, value);
            }
        }
        let kind = match place.of.as_str() {
            "Query" => "query",
            "Mutation" => "mutation",
            other => panic!("{other}.{} takes an id and is not called here", place.field),
        };
        let (declared, passed) = (declared.join(", "), passed.join(", "));
        let (field, shown) = (&place.field, self.selection(&field["type"]));
        let document = format!("{kind}({declared}) {{ {field}({passed}) {shown} }}");
        (document, Value::Object(variables))
    }
}

/// Values for what must be there besides.
struct Samples {
    variant: String,
}

impl Samples {
    fn of(&self, name: &str, ty: &str) -> Value {
        match (name, ty) {
            ("variantId", "ID") => json!(self.variant),
            (_, "ID") => panic!("no sample of an id for {name}"),
            (_, "Int") => json!(1),
            (_, "Boolean") => json!(true),
            ("countryCode", _) => json!("US"),
            ("gateway", _) => json!("test"),
            ("email" | "newEmail", _) => json!("somebody@example.com"),
            _ => json!("text"),
        }
    }
}

/// A customer with one of each, by kind.
struct Person {
    shop: Shop,
    things: BTreeMap<&'static str, Value>,
    open_cart: Value,
    paid_cart: Value,
}

impl Person {
    async fn new(shop: &Shop, email: &str, variant: &str) -> Self {
        let me = shop.customer(email).await;
        let other_session = shop.customer_in(email, PASSWORD).await;
        let input = json!({ "address": home("1 Main St") });
        let address = me.changed("customerAddressCreate", input, "address { id }").await;
        let paid_cart = me.ready_cart(variant, 1).await;
        let payment = me.pay(&paid_cart, "tok_success").await["payment"]["id"].take();
        let order = me.complete(&paid_cart, &payment, Value::Null).await["order"].take();
        let document = "query($id: ID!) { me { id sessions { id current } } order(id: $id) { lines { id } events { nodes { id } } } }";
        let data = other_session.data(document, json!({ "id": order["id"] })).await;
        // The other one: the session that asks goes on.
        let sessions = list(&data["me"]["sessions"]).iter();
        let session = sessions
            .into_iter()
            .find(|session| session["current"] == true)
            .expect("a session");
        let open_cart = me.ready_cart(variant, 1).await;
        let things = [
            ("customer", data["me"]["id"].clone()),
            ("address", address["address"]["id"].clone()),
            ("session", session["id"].clone()),
            ("cart", open_cart["id"].clone()),
            ("cartline", open_cart["lines"][0]["id"].clone()),
            ("order", order["id"].clone()),
            ("orderline", data["order"]["lines"][0]["id"].clone()),
            ("orderevent", data["order"]["events"]["nodes"][0]["id"].clone()),
            ("payment", payment),
            ("paymentmethod", json!(kept_method(shop, &data["me"]["id"]).await)),
        ];
        for (kind, id) in &things {
            let prefix = id.as_str().and_then(|id| id.rsplit_once('_')).map(|(prefix, _)| prefix);
            assert_eq!(prefix, Some(*kind), "{things:?}");
        }
        Self {
            shop: me.requested_as("always-the-same"),
            things: things.into_iter().collect(),
            open_cart,
            paid_cart,
        }
    }

    /// The answer to a call, with its id blotted out.
    async fn calls(&self, schema: &Schema, place: &Place, id: &Value, samples: &Samples, cart: &Value) -> Value {
        let (document, variables) = schema.call(place, id, samples);
        let shop = self.shop.with_cart(cart["token"].as_str().expect("a token"));
        let mut answer = shop.send(&document, variables).await;
        answer.as_object_mut().expect("an answer").remove("extensions");
        let id = id.as_str().expect("an id");
        serde_json::from_str(&answer.to_string().replace(id, "the id")).expect("JSON")
    }
}

/// A means of payment that a customer keeps.
async fn kept_method(shop: &Shop, customer: &Value) -> String {
    let id: entity::PaymentMethodId = shop.app.ids.new_id();
    let row = entity::payment::payment_method::Model {
        id,
        customer_id: customer.as_str().and_then(|id| id.parse().ok()).expect("an id"),
        gateway: "test".to_owned(),
        reference: id.to_string(),
        details: entity::payment::payment_method::MethodDetails::default(),
        is_default: false,
        created_at: shop.app.clock.now(),
    };
    row.into_active_model().insert(&shop.app.db).await.expect("kept");
    id.to_string()
}

/// An id of `kind` that names nothing.
fn missing(shop: &Shop, kind: &str) -> Value {
    let mut id = format!("{kind}_");
    write_bits(shop.app.ids.uuid(), &mut id).expect("text");
    json!(id)
}

/// Whether an answer says that there is nothing: null, or NOT_FOUND.
fn says_nothing(answer: &Value) -> bool {
    let Some(field) = answer["data"].as_object().and_then(|data| data.values().next()) else {
        return false;
    };
    let not_found = list(&field["errors"]).iter().any(|error| error["code"] == "NOT_FOUND");
    field.is_null() || *field == json!([null]) || not_found
}

#[tokio::test]
async fn ids_of_others_name_nothing() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(20).await;
    let ann = Box::pin(Person::new(&shop, "ann@example.com", &variant)).await;
    let bob = Box::pin(Person::new(&shop, "bob@example.com", &variant)).await;
    let schema = Schema::seen_by(&ann.shop).await;
    let samples = Samples { variant };
    let mut calls = Vec::new();
    for place in schema.places() {
        match class(&place) {
            Class::Public => {}
            Class::Private(kind) => calls.push((place, kind)),
            Class::Any => calls.extend(PRIVATE.map(|kind| (place.clone(), kind))),
        }
    }
    let private: Vec<_> = calls
        .iter()
        .filter(|(place, _)| !place.field.starts_with("node"))
        .collect();
    assert!(private.len() >= 7, "{private:#?}");
    assert_eq!(calls.len() - private.len(), 2 * PRIVATE.len());

    let mut answers = Vec::new();
    for (place, kind) in &calls {
        let theirs = ann
            .calls(&schema, place, &bob.things[kind], &samples, &ann.open_cart)
            .await;
        let nothing = ann
            .calls(&schema, place, &missing(&shop, kind), &samples, &ann.open_cart)
            .await;
        assert_eq!(theirs, nothing, "{place:?} tells a {kind} of another from nothing");
        assert!(says_nothing(&theirs), "{place:?} with a {kind}: {theirs:#}");
        answers.push(theirs);
    }

    // The ids are real: their owner gets something else. What takes things away comes last.
    let mut own: Vec<_> = calls.iter().zip(&answers).collect();
    own.sort_by_key(|((place, _), _)| {
        ["Delete", "Remove", "Revoke"]
            .iter()
            .any(|word| place.field.contains(word))
    });
    for ((place, kind), nothing) in own {
        let is_node = matches!(class(place), Class::Any);
        if is_node && !["customer", "order"].contains(kind) {
            continue;
        }
        let cart = if *kind == "payment" {
            &bob.paid_cart
        } else {
            &bob.open_cart
        };
        let mine = bob.calls(&schema, place, &bob.things[kind], &samples, cart).await;
        assert_ne!(mine, *nothing, "{place:?} does nothing for the owner of the {kind}");
        assert!(!says_nothing(&mine), "{place:?} for the owner of the {kind}: {mine:#}");
    }
}

#[tokio::test]
async fn a_gateway_opens_nothing_of_others_either() {
    let shop = Shop::configured(|config| config.server.federation = true).await;
    let (variant, _) = shop.variant(20).await;
    let ann = Box::pin(Person::new(&shop, "ann@example.com", &variant)).await;
    let bob = Box::pin(Person::new(&shop, "bob@example.com", &variant)).await;
    let document = "query($of: [_Any!]!) { _entities(representations: $of) { __typename } }";
    let of = |who: &Person| {
        let kinds = [("Customer", "customer"), ("Order", "order"), ("Cart", "cart")];
        json!({ "of": kinds.map(|(name, kind)| json!({ "__typename": name, "id": who.things[kind] })) })
    };
    let token = ann.open_cart["token"].as_str().expect("a token");
    let seen = ann.shop.with_cart(token).data(document, of(&bob)).await;
    assert_eq!(seen["_entities"], json!([null, null, null]));
    let seen = ann.shop.with_cart(token).data(document, of(&ann)).await;
    let names: Vec<_> = list(&seen["_entities"])
        .iter()
        .map(|entity| text(&entity["__typename"]))
        .collect();
    assert_eq!(names, ["Customer", "Order", "Cart"]);
}

#[test]
#[should_panic(expected = "say in")]
fn an_argument_that_is_not_known_fails() {
    let schema = Schema(BTreeMap::from([
        (
            "Query".to_owned(),
            json!({ "name": "Query", "fields": [{ "name": "wishlist", "args": [{ "name": "id",
                "type": { "kind": "NON_NULL", "ofType": { "kind": "SCALAR", "name": "ID" } } }] }] }),
        ),
        ("ID".to_owned(), json!({ "kind": "SCALAR", "name": "ID" })),
    ]));
    schema.places().iter().map(class).for_each(drop);
}
