//! What a viewer may not see does not exist for it.

use std::collections::BTreeSet;
use std::path::Path;

use merx::config::Environment;
use serde_json::{Value, json};

use crate::schema::{list, names, text, types};
use crate::support::Shop;

async fn in_production() -> Shop {
    Shop::configured(|config| config.server.environment = Environment::Production).await
}

/// Fields that staff sees and nobody else, on types that everybody sees: `(type, field)`. And the types that only staff sees.
async fn hidden(shop: &Shop) -> (Vec<(String, String)>, Vec<String>) {
    let (seen, all) = (types(shop).await, types(&shop.staff()).await);
    let mut fields = Vec::new();
    for (name, ty) in &seen {
        let hidden = names(&all[name]["fields"]);
        let hidden = hidden.difference(&names(&ty["fields"])).cloned().collect::<Vec<_>>();
        fields.extend(hidden.into_iter().map(|field| (name.clone(), field)));
    }
    let types = all.keys().filter(|name| !seen.contains_key(*name)).cloned().collect();
    (fields, types)
}

#[tokio::test]
async fn what_staff_guards_is_hidden_from_others() {
    let shop = Shop::demo().await;
    let (fields, types) = hidden(&shop).await;
    for (ty, field) in [
        ("Mutation", "productCreate"),
        ("Mutation", "stockAdjust"),
        ("ProductVariant", "stock"),
    ] {
        assert!(
            fields.contains(&(ty.to_owned(), field.to_owned())),
            "{ty}.{field}: {fields:?}"
        );
    }
    for ty in [
        "Stock",
        "StockAdjustInput",
        "ProductCreateInput",
        "ProductCreatePayload",
        "StaleVersionError",
    ] {
        let reachable = ty == "StaleVersionError";
        assert_eq!(types.contains(&ty.to_owned()), !reachable, "{ty}: {types:?}");
    }
    // Each guard of the code is one of them, and none is hidden without a guard.
    assert_eq!(guards().len(), fields.len(), "guards in src against {fields:?}");
}

fn between<'a>(text: &'a str, before: &str, behind: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(behind).map(|(found, _)| found)
}

/// `CatalogWrite` as `catalog_write`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// The permissions that the guards of the code ask for, an empty one for all of staff; each guard must hide its field
/// too, and the other way round.
fn guards() -> Vec<String> {
    fn visit(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                visit(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let source = std::fs::read_to_string(&path).expect("a source file");
                for attribute in source.split("#[graphql(").skip(1) {
                    let attribute = attribute.split(")]").next().unwrap_or_default();
                    let guard = between(attribute, "guard = \"", "\"");
                    let hidden = between(attribute, "visible = \"", "\"");
                    let wanted = guard.map(|guard| match between(guard, "Needs(Permission::", ")") {
                        Some(permission) => format!("visible::{}", snake(permission)),
                        None if guard == "StaffOnly" => "visible::staff".to_owned(),
                        None => panic!("{}: an unknown guard: {attribute}", path.display()),
                    });
                    assert_eq!(
                        wanted.as_deref(),
                        hidden,
                        "{}: guard and visible go together: {attribute}",
                        path.display()
                    );
                    found.extend(guard.map(|guard| {
                        let asked = between(guard, "Needs(Permission::", ")").unwrap_or_default();
                        let permission = merx::platform::permission::Permission::ALL
                            .iter()
                            .find(|p| format!("{p:?}") == asked);
                        permission.map(|p| p.name().to_owned()).unwrap_or_default()
                    }));
                }
            }
        }
    }
    let mut found = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

#[tokio::test]
async fn a_guarded_field_says_so_and_no_other_does() {
    let shop = Shop::demo().await;
    let (hidden, _) = hidden(&shop).await;
    let mut named = Vec::new();
    for (name, ty) in types(&shop.staff()).await {
        for field in list(&ty["fields"]) {
            let place = (name.clone(), text(&field["name"]));
            let told = text(&field["description"]);
            let told = told.split("Staff only").nth(1);
            assert_eq!(
                told.is_some(),
                hidden.contains(&place),
                "{place:?}: {}",
                field["description"]
            );
            named.extend(told.map(|told| told.split('`').nth(1).unwrap_or_default().to_owned()));
        }
    }
    // By the permission that its guard asks for.
    named.sort();
    let mut asked = guards();
    asked.sort();
    assert_eq!(named, asked, "left: descriptions, right: guards");
}

#[tokio::test]
async fn only_fields_and_whole_types_are_hidden() {
    // An argument, an input field or a value that is hidden by itself could still be sent in a variable.
    let shop = Shop::demo().await;
    let all = types(&shop.staff()).await;
    for (name, ty) in types(&shop).await {
        for part in ["inputFields", "enumValues"] {
            assert_eq!(names(&ty[part]), names(&all[&name][part]), "{name}.{part}");
        }
        let whole = list(&all[&name]["fields"]);
        for field in list(&ty["fields"]) {
            let same = whole
                .iter()
                .find(|f| f["name"] == field["name"])
                .expect("staff sees it too");
            assert_eq!(names(&field["args"]), names(&same["args"]), "{name}.{}", field["name"]);
        }
    }
}

/// The errors of an answer, without the id of the request and with `name` made anonymous.
fn errors(answer: &Value, name: &str) -> Vec<String> {
    let one = |error: &Value| {
        let message = text(&error["message"]).replace(name, "?");
        format!(
            "{message} {} {} {}",
            error["locations"], error["path"], error["extensions"]["code"]
        )
    };
    let mut errors: Vec<String> = list(&answer["errors"]).iter().map(one).collect();
    errors.sort();
    errors
}

#[tokio::test]
async fn a_hidden_name_is_refused_in_the_words_of_an_unknown_one() {
    let shop = in_production().await;
    let (fields, types) = {
        let open = Shop::demo().await;
        hidden(&open).await
    };
    assert!(fields.len() >= 4 && types.len() >= 8, "{fields:?} {types:?}");
    let mut documents: Vec<(String, String)> = Vec::new();
    for (ty, field) in fields {
        let inside =
            format!("fragment F on {ty} {{ ... on {ty} {{ a: {field}(x: 1) {{ id ... on Nothing {{ x }} }} }} }}");
        documents.push((format!("{{ __typename ...F }} {inside}"), field.clone()));
        documents.push((
            format!("mutation A {{ a: {field}(input: {{}}) {{ errors {{ code }} }} }}"),
            field.clone(),
        ));
        documents.push((format!("query ($input: Int) {{ {field}(input: $input) }}"), field));
    }
    for ty in types {
        documents.push((format!("{{ node(id: \"x\") {{ ... on {ty} {{ id }} }} }}"), ty.clone()));
        documents.push((
            format!("query ($x: [{ty}!]!) {{ nodes(ids: $x) {{ id }} }}"),
            ty.clone(),
        ));
        documents.push((format!("query {{ __typename }} fragment F on {ty} {{ id }}"), ty));
    }
    for (document, name) in documents {
        let unknown = "z".repeat(name.len());
        let answer = shop.send(&document, json!({})).await;
        let expected = shop.send(&document.replace(&name, &unknown), json!({})).await;
        let cost = expected["extensions"]["cost"]["requested"].clone();
        let expected = errors(&expected, &unknown);
        assert!(!expected.is_empty(), "{document} is not refused");
        assert_eq!(answer["extensions"]["cost"]["requested"], cost, "{document}");
        assert_eq!(errors(&answer, &name), expected, "{document}");
        assert!(answer.get("data").is_none_or(Value::is_null), "{answer:#}");
        assert!(!answer.to_string().contains("\\u0000"), "{answer:#}");
    }
}

#[tokio::test]
async fn staff_may_name_what_is_hidden_from_others() {
    let shop = Shop::demo().await;
    let stock = "query ($n: Int!) { products(first: $n) { nodes { variants { ...S } } } }
        fragment S on ProductVariant { stock { ... on Stock { onHand location { slug } } } }";
    let data = shop.staff().data(stock, json!({ "n": 1 })).await;
    assert!(
        data["products"]["nodes"][0]["variants"][0]["stock"][0]["onHand"].is_i64(),
        "{data:#}"
    );
    let (code, message) = shop.refused(stock, json!({ "n": 1 })).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{message}");
    let adjust = "mutation ($input: StockAdjustInput!) { stockAdjust(input: $input) { errors { code } } }";
    let input =
        json!({ "input": { "variantId": "variant_01jd3v9k3hf2x8k3w2v5m0q7zt", "delta": 1, "reason": "found" } });
    let data = shop.staff().data(adjust, input.clone()).await;
    assert_eq!(data["stockAdjust"]["errors"][0]["code"], "NOT_FOUND");
    let (code, message) = shop.refused(adjust, input).await;
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED", "{message}");
}

#[tokio::test]
async fn in_production_only_staff_may_ask_for_the_schema() {
    let shop = in_production().await;
    for document in [
        "{ __schema { queryType { name } } }",
        "{ __type(name: \"Product\") { name } }",
        "{ ...F } fragment F on Query { a: __schema { queryType { name } } }",
    ] {
        let (code, message) = shop.refused(document, json!({})).await;
        assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
        assert!(message.starts_with("Unknown field \"__"), "{message}");
        shop.staff().data(document, json!({})).await;
    }
    assert_eq!(shop.data("{ __typename }", json!({})).await["__typename"], "Query");
}

#[tokio::test]
async fn suggestions_say_nothing_to_those_who_may_not_ask_for_the_schema() {
    let misspelt = [
        "{ prodcts { totalCount } }",
        "{ products(frist: 1) { totalCount } }",
        "{ products { nodes { variants { stok } } } }",
        "query ($x: StockInpt) { __typename }",
        "mutation { stockAdjst(input: {}) { errors { code } } }",
    ];
    let shop = in_production().await;
    let mut helped = BTreeSet::new();
    for document in misspelt {
        let answer = shop.send(document, json!({})).await.to_string();
        assert!(!answer.contains("Did you mean"), "{answer}");
        let answer = shop.staff().send(document, json!({})).await.to_string();
        helped.extend(answer.contains("Did you mean").then_some(document));
    }
    assert!(
        helped.contains(misspelt[0]) && helped.contains(misspelt[2]),
        "staff is not helped: {helped:?}"
    );
    // In development everybody is helped, but not to what is hidden.
    let shop = Shop::demo().await;
    let (_, message) = shop.refused(misspelt[0], json!({})).await;
    assert!(
        message.contains("Did you mean") && message.contains("\"products\""),
        "{message}"
    );
    for document in &misspelt[2..] {
        let answer = shop.send(document, json!({})).await.to_string();
        for name in ["\\\"stock\\\"", "\\\"stockAdjust\\\"", "\\\"StockInput\\\""] {
            assert!(!answer.contains(name), "{answer}");
        }
    }
}
