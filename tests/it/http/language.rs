//! The language of refusals: messages follow `Accept-Language`, codes and paths do not.

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::Server;
use crate::support::Shop;

/// The first error that both shops are given for the same request, which must only differ in its message.
async fn both(shop: &Shop, document: &str, variables: Value, payload: &str) -> (String, String) {
    let mut messages = Vec::new();
    let mut rest = Vec::new();
    for shop in [shop.reading("en-GB"), shop.reading("de-AT, en;q=0.5")] {
        let answer = shop.send(document, variables.clone()).await;
        let mut error = answer.pointer(payload).cloned().unwrap_or_default();
        assert!(error.is_object(), "{payload} of {answer:#}");
        messages.push(error["message"].take().as_str().expect("a message").to_owned());
        if let Some(id) = error.pointer_mut("/extensions/requestId") {
            id.take();
        }
        rest.push(error);
    }
    assert_eq!(rest[0], rest[1], "only the message may differ");
    (messages.remove(0), messages.remove(0))
}

#[tokio::test]
async fn refused_changes_are_told_in_the_language_of_the_client() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 3).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let token = &cart["token"];
    let select = "cart { problems { message path } } errors { __typename code message path } warnings { code message }";
    let add = format!("mutation($input: CartLinesAddInput!) {{ r: cartLinesAdd(input: $input) {{ {select} }} }}");
    let line = |quantity: i32| json!({ "variantId": variant, "quantity": quantity });
    let with = |token: &Value, lines: Value| json!({ "input": { "cartToken": token, "lines": lines } });
    let error = "/data/r/errors/0";
    for (variables, english, german) in [
        (
            with(&json!("nobody"), json!([])),
            "no such cart",
            "Diesen Warenkorb gibt es nicht",
        ),
        (
            with(token, json!([line(0)])),
            "quantity must be between 1 and 9999",
            "Die Menge muss zwischen 1 und 9999 liegen",
        ),
        (
            with(token, json!([line(9)])),
            "only 2 left",
            "Nur noch 2 Stück verfügbar",
        ),
    ] {
        let found = both(&shop, &add, variables, error).await;
        assert_eq!(found, (english.to_owned(), german.to_owned()));
    }

    let create = format!("mutation($input: CartCreateInput!) {{ r: cartCreate(input: $input) {{ {select} }} }}");
    let twice = json!({ "input": { "lines": [line(1), line(1)] } });
    let (english, german) = both(&shop, &create, twice, "/data/r/warnings/0").await;
    assert_eq!(english, "equal lines of the call became one");
    assert_eq!(german, "Gleiche Positionen des Aufrufs wurden zusammengefasst");

    let complete = "mutation($input: CheckoutCompleteInput!) { r: checkoutComplete(input: $input) {
        errors { __typename code message path } } }";
    let payment = shop.pay(&cart, "tok_success").await["payment"]["id"].take();
    let wrong = json!({ "amount": "1,00", "currencyCode": "USD" });
    let input = |total: Value| json!({ "input": { "cartToken": token, "paymentId": payment, "expectedTotal": total } });
    let (english, german) = both(&shop, complete, input(wrong), error).await;
    assert_eq!(english, "amount: not a decimal number");
    assert_eq!(german, "amount: Keine Dezimalzahl");
    let other = json!({ "amount": "0.01", "currencyCode": "USD" });
    let (english, german) = both(&shop, complete, input(other), error).await;
    assert!(english.starts_with("the total is $"), "{english}");
    assert!(
        german.starts_with("Die Gesamtsumme beträgt ") && german.ends_with(" $"),
        "{german}"
    );
}

#[tokio::test]
async fn problems_of_a_cart_are_told_in_the_language_of_the_client() {
    let shop = Shop::demo().await;
    let (variant, _) = shop.variant(1).await;
    shop.stock(&variant, 3).await;
    let lines = json!([{ "variantId": variant, "quantity": 3 }]);
    let cart = shop.cart_ok("cartCreate", json!({ "lines": lines })).await;
    shop.stock(&variant, 1).await;
    let read = "query($t: String!) { cart(token: $t) { problems { __typename message path } } }";
    let variables = json!({ "t": cart["token"] });
    let (english, german) = both(&shop, read, variables, "/data/cart/problems/0").await;
    let sku = cart["lines"][0]["variant"]["sku"].as_str().expect("a SKU");
    assert_eq!(english, format!("only 1 of {sku} left"));
    assert_eq!(german, format!("Von {sku} ist nur noch ein Stück verfügbar"));
}

#[tokio::test]
async fn failures_of_the_whole_request_are_told_in_the_language_of_the_client() {
    let shop = Shop::demo().await;
    for (document, code, english, german) in [
        (
            "{ node(id: \"nothing\") { id } }",
            "BAD_USER_INPUT",
            "id: malformed id",
            "id: Keine gültige ID",
        ),
        (
            "{ products(first: 101) { nodes { id } } }",
            "BAD_USER_INPUT",
            "first must be between 0 and 100",
            "first muss zwischen 0 und 100 liegen",
        ),
        (
            "{ products(where: { price: { gte: \"1,50\" } }) { nodes { id } } }",
            "BAD_USER_INPUT",
            "where.price.gte: not a decimal number",
            "where.price.gte: Keine Dezimalzahl",
        ),
    ] {
        let found = both(&shop, document, json!({}), "/errors/0").await;
        assert_eq!(found, (english.to_owned(), german.to_owned()));
        let (found, _) = shop.reading("de").refused(document, json!({})).await;
        assert_eq!(found, code, "{document}");
    }
    let moon = shop.channel("moon");
    let (english, german) = both(&moon, "{ __typename }", json!({}), "/errors/0").await;
    assert_eq!(english, "X-Channel: no channel \"moon\"");
    assert_eq!(german, "X-Channel: Den Vertriebskanal „moon“ gibt es nicht");
    // What the parser says about a document is for developers, and English.
    let (english, same) = both(&shop, "{ nothing }", json!({}), "/errors/0").await;
    assert_eq!(english, same);
}

#[tokio::test]
async fn an_internal_error_is_told_in_the_language_of_the_client() {
    let shop = Shop::demo().await;
    let rename = "ALTER TABLE media RENAME TO gone";
    shop.app.db.execute_unprepared(rename).await.expect("renamed");
    let german = shop.reading("de");
    let answer = german
        .send("{ products(first: 1) { nodes { media { url } } } }", json!({}))
        .await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "INTERNAL");
    let id = error["extensions"]["requestId"].as_str().expect("an id");
    assert_eq!(error["message"], format!("Interner Fehler (Anfrage {id})"));
}

#[tokio::test]
async fn requests_that_are_none_are_told_in_the_language_of_the_client() {
    let server = Server::start().await;
    let post = async |languages: &[&str], kind: &str, body: &str| {
        let mut request = server.client.post(server.url("/graphql")).header("content-type", kind);
        for language in languages {
            request = request.header("accept-language", *language);
        }
        let answer = request.body(body.to_owned()).send().await.expect("an answer");
        let header = |name: &str| {
            let values = answer.headers().get_all(name).iter();
            let values: Vec<&str> = values.map(|value| value.to_str().expect("text")).collect();
            values.join(", ")
        };
        let headers = (answer.status(), header("content-language"), header("vary"));
        (headers, answer.json::<Value>().await.expect("JSON"))
    };
    let json = "application/json";
    for (kind, body, english, german) in [
        (json, "{}", "\"query\" is missing", "„query“ fehlt"),
        (
            json,
            "[]",
            "send one request at a time",
            "Senden Sie jede Anfrage einzeln",
        ),
        (json, "{", "\"body\" is not JSON: ", "„body“ ist kein JSON: "),
        (json, "{\"query\":\"{\"}", "syntax error: ", "Syntaxfehler: "),
        (
            "text/plain",
            "{}",
            "send application/json",
            "Senden Sie application/json",
        ),
    ] {
        let ((status, language, vary), answer) = post(&["fr, en;q=0.1"], kind, body).await;
        assert_eq!(language, "en");
        assert!(vary.contains("accept-language"), "{vary}");
        // Several headers are one list.
        let ((same_status, language, _), translated) = post(&["it;q=0.2", "de-CH"], kind, body).await;
        assert_eq!((same_status, language.as_str()), (status, "de"));
        let (one, other) = (&answer["errors"][0], &translated["errors"][0]);
        assert_eq!(one["extensions"]["code"], other["extensions"]["code"]);
        assert!(
            one["message"].as_str().is_some_and(|m| m.starts_with(english)),
            "{answer}"
        );
        assert!(
            other["message"].as_str().is_some_and(|m| m.starts_with(german)),
            "{translated}"
        );
    }
    let ((status, language, vary), _) = post(&["de"], json, "{\"query\":\"{ channel { slug } }\"}").await;
    assert_eq!((status.as_u16(), language.as_str()), (200, "de"));
    // Caches may keep it, and amounts are written in the language that was asked for.
    assert!(vary.contains("accept-language"), "{vary}");
    let stranger = server
        .client
        .post(server.url("/graphql"))
        .bearer_auth("guessed")
        .header("accept-language", "de")
        .json(&json!({ "query": "{ __typename }" }));
    let answer = stranger.send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["errors"][0]["message"], "Bitte melden Sie sich zuerst an");
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
