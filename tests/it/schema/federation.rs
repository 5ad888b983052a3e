//! The subgraph: what it says of itself, and the entities that it finds.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use merx::config::Environment;
use merx::http::{sdl, subgraph_sdl};
use serde_json::{Value, json};

use crate::schema::{ids, list, names, text, types};
use crate::support::Shop;

const ENTITIES: &str = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename
    ... on Product { id name } ... on ProductVariant { id sku } ... on Category { id slug }
    ... on Collection { id slug } ... on Order { id number } ... on Cart { id quantity }
    ... on Customer { id email } } }";

async fn subgraph() -> Shop {
    Shop::configured(|config| config.server.federation = true).await
}

fn of(name: &str, id: &Value) -> Value {
    json!({ "__typename": name, "id": id })
}

/// Types of a text with their fields, `Type.field`.
fn names_in(text: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for definition in parse_schema(text).expect("the text parses").definitions {
        let TypeSystemDefinition::Type(ty) = definition else {
            continue;
        };
        let fields = match &ty.node.kind {
            TypeKind::Object(object) => &object.fields[..],
            TypeKind::Interface(interface) => &interface.fields[..],
            _ => &[],
        };
        names.extend(
            fields
                .iter()
                .map(|field| format!("{}.{}", ty.node.name, field.node.name)),
        );
        names.insert(ty.node.name.to_string());
    }
    names
}

#[tokio::test]
async fn the_subgraph_is_what_everybody_sees() {
    let shop = Shop::demo().await;
    let mut seen = BTreeSet::new();
    for (name, ty) in types(&shop).await {
        seen.extend(names(&ty["fields"]).iter().map(|field| format!("{name}.{field}")));
        seen.insert(name);
    }
    for built_in in ["Boolean", "Float", "ID", "Int", "String"] {
        seen.remove(built_in);
    }
    let subgraph = subgraph_sdl();
    assert_eq!(names_in(&subgraph), seen);
    assert!(names_in(&sdl()).is_superset(&seen));
    for hidden in ["stockAdjust", "ProductCreatePayload", "_entities", "Staff only"] {
        assert!(!subgraph.contains(hidden), "{hidden}");
    }
    for entity in [
        "Cart",
        "Category implements Node",
        "Order implements Node",
        "ProductVariant implements Node",
    ] {
        assert!(
            subgraph.contains(&format!("type {entity} @key(fields: \"id\")")),
            "{entity}"
        );
    }
    // The text for clients stays free of it.
    for word in [
        "@key",
        "@link",
        "@shareable",
        "_Any",
        "_Entity",
        "_Service",
        "_entities",
        "_service",
    ] {
        assert!(!sdl().contains(word), "{word} is in schema.graphql");
    }
}

#[tokio::test]
async fn the_subgraph_is_told_to_whoever_may_introspect() {
    let ask = "{ _service { sdl } }";
    let (_, message) = Shop::demo().await.staff().refused(ask, json!({})).await;
    assert_eq!(message, "Unknown field \"_service\" on type \"Query\".");
    let shop = subgraph().await;
    assert_eq!(shop.data(ask, json!({})).await["_service"]["sdl"], subgraph_sdl());
    let shop = Shop::configured(|config| {
        config.server.federation = true;
        config.server.environment = Environment::Production;
    })
    .await;
    let (_, message) = shop.refused(ask, json!({})).await;
    assert_eq!(message, "Unknown field \"_service\" on type \"Query\".");
    assert_eq!(
        shop.staff().data(ask, json!({})).await["_service"]["sdl"],
        subgraph_sdl()
    );
    // What the gateway asks for shoppers is open to them.
    let none = shop.data(ENTITIES, json!({ "of": [] })).await;
    assert_eq!(none["_entities"], json!([]));
}

#[tokio::test]
async fn without_the_setting_there_are_no_entities() {
    let shop = Shop::demo().await;
    let (code, message) = shop.staff().refused(ENTITIES, json!({ "of": [] })).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{message}");
    let seen = types(&subgraph().await.staff()).await;
    assert!(!seen.contains_key("_Entity") && !names(&seen["Query"]["fields"]).contains("_entities"));
}

#[tokio::test]
async fn entities_come_back_in_the_order_of_their_representations() {
    let shop = subgraph().await.staff();
    let ids = ids(&shop).await;
    // Staff is nothing that other subgraphs extend.
    let entities = ids
        .iter()
        .filter(|(name, _)| !["ApiKey", "Role", "StaffUser"].contains(&name.as_str()));
    let mut wanted: Vec<Value> = entities.map(|(name, id)| of(name, id)).collect();
    assert!(wanted.len() >= 6);
    wanted.reverse();
    let found = shop.data(ENTITIES, json!({ "of": wanted })).await;
    for (found, wanted) in list(&found["_entities"]).iter().zip(&wanted) {
        assert_eq!(
            (&found["__typename"], &found["id"]),
            (&wanted["__typename"], &wanted["id"]),
            "{found:#}"
        );
    }
    assert_eq!(list(&found["_entities"]).len(), wanted.len());
}

#[tokio::test]
async fn many_entities_cost_the_statements_of_one() {
    let shop = subgraph().await.staff();
    shop.many_products(60).await;
    let data = shop
        .data(
            "{ products(first: 60) { nodes { id variants(first: 1) { id } } } categories(first: 30) { nodes { id } } }",
            json!({}),
        )
        .await;
    let products = list(&data["products"]["nodes"]);
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(shop.bought().await["id"].clone());
    }
    let all = [
        (
            "Product",
            products.iter().map(|p| p["id"].clone()).collect::<Vec<_>>(),
            1,
        ),
        (
            "ProductVariant",
            products.iter().map(|p| p["variants"][0]["id"].clone()).collect(),
            2,
        ),
        (
            "Category",
            list(&data["categories"]["nodes"])
                .iter()
                .map(|c| c["id"].clone())
                .collect(),
            0,
        ),
        ("Order", orders, 1),
    ];
    for (name, ids, expected) in all {
        assert!(ids.len() >= 3, "{name}");
        let many: Vec<Value> = ids.iter().map(|id| of(name, id)).collect();
        let (one, _) = shop
            .fewest(async || shop.data(ENTITIES, json!({ "of": many[..1] })).await)
            .await;
        let (all, found) = shop
            .fewest(async || shop.data(ENTITIES, json!({ "of": many })).await)
            .await;
        assert!(list(&found["_entities"]).iter().all(Value::is_object), "{name}");
        assert_eq!(
            (one, all),
            (expected, expected),
            "{name}: statements of one and of {}",
            many.len()
        );
    }
}

#[tokio::test]
async fn what_the_viewer_may_not_see_is_null() {
    let shop = subgraph().await;
    let order = shop.bought().await;
    let cart = shop.cart_ok("cartCreate", json!({})).await;
    let other = shop.cart_ok("cartCreate", json!({})).await;
    let (cart_token, other_token) = (text(&cart["token"]), text(&other["token"]));
    let wanted = json!({ "of": [of("Order", &order["id"]), of("Cart", &cart["id"])] });
    let found = |data: &Value| {
        list(&data["_entities"])
            .iter()
            .map(Value::is_object)
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&shop.data(ENTITIES, wanted.clone()).await), [false, false]);
    // The token of another cart opens that one only.
    assert_eq!(
        found(&shop.with_cart(&other_token).data(ENTITIES, wanted.clone()).await),
        [false, false]
    );
    assert_eq!(
        found(&shop.with_cart(&cart_token).data(ENTITIES, wanted.clone()).await),
        [false, true]
    );
    // Staff knows no token, so it has no cart.
    assert_eq!(found(&shop.staff().data(ENTITIES, wanted).await), [true, false]);
    // A product that is not on sale.
    let document = "{ products(first: 1) { nodes { id version } } }";
    let product = &shop.data(document, json!({})).await["products"]["nodes"][0];
    let hide = "mutation ($input: ProductUpdateInput!) { productUpdate(input: $input) { errors { message } } }";
    let input = json!({ "input": { "id": product["id"], "expectedVersion": product["version"], "status": "DRAFT" } });
    shop.staff().data(hide, input).await;
    let wanted = json!({ "of": [of("Product", &product["id"])] });
    assert_eq!(found(&shop.data(ENTITIES, wanted.clone()).await), [false]);
    assert_eq!(found(&shop.staff().data(ENTITIES, wanted).await), [true]);
}

#[tokio::test]
async fn a_wrong_representation_fails_alone() {
    let shop = subgraph().await;
    let product = shop.data("{ products(first: 1) { nodes { id } } }", json!({})).await;
    let product = &product["products"]["nodes"][0]["id"];
    let wrong = [
        of("Product", &json!("product_nonsense")),
        of("Product", &json!("variant_01jd3v9k3hf2x8k3w2v5m0q7zt")),
        of("Product", &json!(7)),
        of("Money", &json!("product_01jd3v9k3hf2x8k3w2v5m0q7zt")),
        json!({ "id": product }),
        json!("Product"),
    ];
    let mut wanted = vec![of("Product", product)];
    wanted.extend(wrong.clone());
    wanted.push(of("Product", product));
    let answer = shop.send(ENTITIES, json!({ "of": wanted })).await;
    let found = list(&answer["data"]["_entities"]);
    assert_eq!((&found[0]["id"], &found[7]["id"]), (product, product), "{answer:#}");
    let errors = list(&answer["errors"]);
    assert_eq!(errors.len(), wrong.len(), "{answer:#}");
    for (place, error) in (1..).zip(errors) {
        assert_eq!(error["path"], json!(["_entities", place]), "{error:#}");
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{error:#}");
        assert!(found[place].is_null());
    }
}

#[tokio::test]
async fn the_list_of_representations_is_bounded() {
    let shop = subgraph().await;
    let product = of("Product", &json!("product_01jd3v9k3hf2x8k3w2v5m0q7zt"));
    let most = shop.data(ENTITIES, json!({ "of": vec![product.clone(); 250] })).await;
    assert_eq!(list(&most["_entities"]).len(), 250);
    let (code, message) = shop.refused(ENTITIES, json!({ "of": vec![product; 251] })).await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("BAD_USER_INPUT", "representations: at most 250")
    );
}

#[tokio::test]
async fn each_representation_costs() {
    let shop = subgraph().await;
    let product = of("Product", &json!("product_01jd3v9k3hf2x8k3w2v5m0q7zt"));
    let cost = async |count: usize| {
        let answer = shop.send(ENTITIES, json!({ "of": vec![product.clone(); count] })).await;
        answer["extensions"]["cost"]["requested"].as_u64().expect("a cost")
    };
    let (one, many) = (cost(1).await, cost(100).await);
    assert!(many > 50 * one, "{one} points for one, {many} for a hundred");
}
