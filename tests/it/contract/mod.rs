//! What clients are promised, run as a client runs it: every document, in the order of a purchase, with real variables.

mod own;

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Documents, PASSWORD, PROMISED, Shop, home};

/// A shop whose index is ready, and the documents that are sent to it.
struct Client {
    shop: Shop,
    staff: Shop,
    documents: Documents,
    sent: RefCell<BTreeSet<&'static str>>,
}

impl Client {
    async fn new(documents: Documents) -> Self {
        let shop = Shop::demo().await;
        merx::search::prepare(&shop.app).await.expect("the index is built");
        Self {
            staff: shop.staff(),
            shop,
            documents,
            sent: RefCell::default(),
        }
    }

    fn text(&self, name: &str) -> String {
        self.documents.get(name).unwrap_or_else(|| panic!("no document {name}"))
    }

    /// Sends `name`, whose answer must hold what `full` points to. Gives the one field of the answer.
    async fn send(&self, name: &'static str, variables: Value, full: &[&str]) -> Value {
        self.send_as(&self.shop, name, variables, full).await
    }

    async fn send_as(&self, shop: &Shop, name: &'static str, variables: Value, full: &[&str]) -> Value {
        self.sent.borrow_mut().insert(name);
        // On the heap: test threads have a small stack, and these futures are large without optimization.
        let data = Box::pin(shop.data(&self.text(name), variables)).await;
        let fields = data.as_object().expect("data");
        let answer = fields.values().next().expect("a field").clone();
        assert_eq!(*answer.get("errors").unwrap_or(&json!([])), json!([]), "{name}");
        for pointer in full {
            let value = answer.pointer(pointer).unwrap_or(&Value::Null);
            let bare = [json!(null), json!([]), json!(""), json!({})].contains(value);
            assert!(!bare, "{name}{pointer} is {value}: {answer:#}");
        }
        answer
    }

    /// Statements of `name`, when what is cached is cached.
    async fn statements(&self, name: &'static str, variables: Value) -> u64 {
        self.send(name, variables.clone(), &[]).await;
        let send = async || self.send(name, variables.clone(), &[]).await;
        self.shop.fewest(send).await.0
    }
}

const CARD: [&str; 6] = ["id", "slug", "name", "brand", "priceRange/min/amount", "media/0/url"];

/// Pointers to the parts of a card at `place`.
fn card(place: &str) -> Vec<String> {
    let parts = CARD.iter().chain(&["variants/0/sku", "variants/0/price/amount"]);
    parts.map(|part| format!("{place}/{part}")).collect()
}

fn pointers(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// Looks around. Gives the cards of a listing.
async fn browse(client: &Client) -> Vec<Value> {
    let full = ["/id", "/currencyCode", "/countries/0", "/paymentGateways/0/id"];
    client.send("ChannelInfo", json!({}), &full).await;
    let full = [
        card("/nodes/0"),
        card("/nodes/23"),
        vec!["/pageInfo/endCursor".to_owned()],
    ]
    .concat();
    let page = client.send("Listing", json!({}), &pointers(&full)).await;
    let cards = page["nodes"].as_array().expect("cards").clone();
    assert_eq!(cards.len(), 24);
    let next = json!({ "after": page["pageInfo"]["endCursor"], "sort": { "field": "PRICE" } });
    let (code, _) = client.shop.refused(&client.text("Listing"), next).await;
    assert_eq!(code, "BAD_USER_INPUT", "a cursor of another order");
    let next = json!({ "after": page["pageInfo"]["endCursor"], "where": {} });
    let next = client.send("Listing", next, &["/nodes/0/id"]).await;
    assert_ne!(next["nodes"][0]["id"], cards[0]["id"]);

    let tree = client
        .send("CategoryTree", json!({}), &["/nodes/0/slug", "/nodes/0/path/0/name"])
        .await;
    let nodes = tree["nodes"].as_array().expect("categories");
    assert!(
        nodes.iter().any(|n| !n["children"][0]["slug"].is_null()),
        "a category with others below"
    );
    let full = [card("/products/nodes/0"), vec!["/name".to_owned()]].concat();
    let slug = json!({ "slug": nodes[0]["slug"] });
    let category = client.send("CategoryPage", slug, &pointers(&full)).await;
    assert!(category["products"]["totalCount"].as_u64() > Some(0));

    let mut seen = BTreeSet::new();
    for card_seen in &cards {
        let full = [
            card(""),
            card("/recommendations/edges/0/node"),
            [
                "/description",
                "/category/path/0/name",
                "/allVariants/0/price/amount",
                "/gallery/0/width",
            ]
            .map(str::to_owned)
            .to_vec(),
        ]
        .concat();
        let detail = client
            .send("Detail", json!({ "slug": card_seen["slug"] }), &pointers(&full))
            .await;
        assert_eq!(detail["id"], card_seen["id"]);
        // Not every product has them.
        for list in ["tags", "attributes", "options"] {
            if !detail[list][0].is_null() {
                seen.insert(list);
            }
        }
        if !detail["collections"]["nodes"][0].is_null() {
            seen.insert("collections");
        }
    }
    assert_eq!(seen.len(), 4, "only {seen:?}");
    let node = client
        .send("NodeById", json!({ "id": cards[0]["id"] }), &["/slug"])
        .await;
    assert_eq!(node["__typename"], "Product");
    let context = json!({ "intent": "RELATED", "context": { "productId": cards[0]["id"] } });
    let full = [card("/edges/0/node"), vec!["/edges/0/trackingToken".to_owned()]].concat();
    client.send("Recommend", context, &pointers(&full)).await;
    cards
}

async fn search(client: &Client) {
    let full = [
        card("/nodes/0"),
        ["/searchId", "/priceRange/min/amount", "/facets/0/values/0/input"]
            .map(str::to_owned)
            .to_vec(),
    ]
    .concat();
    let found = client
        .send("Search", json!({ "query": "wireless headphones" }), &pointers(&full))
        .await;
    assert_eq!(found["degraded"], false);
    let value = &found["facets"][0]["values"][0];
    let again = json!({ "query": "wireless headphones", "filters": [value["input"]] });
    let narrowed = client.send("Search", again, &pointers(&full)).await;
    assert_eq!(
        narrowed["totalCount"], value["count"],
        "a facet counts what its filter finds"
    );
    client
        .send(
            "Suggest",
            json!({ "query": "hea" }),
            &["/products/0/slug", "/queries/0"],
        )
        .await;
}

/// A purchase of two of the `cards`. Gives the variant that was bought.
async fn buy(client: &Client, cards: &[Value]) -> Value {
    let variants = cards
        .iter()
        .flat_map(|c| c["variants"].as_array().expect("variants").iter());
    let mut sold = variants.filter(|v| v["quantityAvailable"].as_i64() > Some(5));
    let (first, second) = (sold.next().expect("a variant"), sold.next().expect("another"));
    let lines = |variant: &Value, n: i32| json!([{ "variantId": variant["id"], "quantity": n }]);
    let full = [
        "/cart/token",
        "/cart/lines/0/variant/product/slug",
        "/cart/lines/0/unitPrice/amount",
        "/cart/total/amount",
    ];
    let input = json!({ "input": { "lines": lines(first, 1) } });
    let cart = client.send("CartCreate", input, &full).await["cart"].take();
    let token = &cart["token"];
    let line = &cart["lines"][0]["id"];
    let input = json!({ "input": { "cartToken": token, "lines": lines(second, 1) } });
    let cart = client.send("CartLinesAdd", input, &full).await["cart"].take();
    let added = &cart["lines"][1]["id"];
    let input = json!({ "input": { "cartToken": token, "lines": [{ "id": line, "quantity": 2 }] } });
    let cart = client.send("CartLinesUpdate", input, &full).await["cart"].take();
    assert_eq!(cart["quantity"], 3);
    let input = json!({ "input": { "cartToken": token, "lineIds": [added] } });
    let cart = client.send("CartLinesRemove", input, &full).await["cart"].take();
    assert_eq!(cart["quantity"], 2);
    let address = json!({ "firstName": "Ada", "lastName": "Byron", "line1": "1 Main St", "city": "Springfield",
        "postalCode": "12345", "countryCode": "US" });
    let input = json!({ "input": { "cartToken": token, "email": "ada@example.com", "shippingAddress": address } });
    let full = [
        "/cart/email",
        "/cart/shippingAddress/city",
        "/cart/deliveryOptions/0/price/amount",
    ];
    let cart = client.send("CartBuyerUpdate", input, &full).await["cart"].take();
    let option = &cart["deliveryOptions"][0]["id"];
    let input = json!({ "input": { "cartToken": token, "deliveryOptionId": option } });
    client
        .send("CartDeliverySelect", input, &["/cart/selectedDelivery/name"])
        .await;
    let full = ["/selectedDelivery/name", "/lines/0/total/amount", "/taxTotal/amount"];
    let cart = client.send("Cart", json!({ "token": token }), &full).await;
    assert_eq!(cart["problems"], json!([]));

    let input = json!({ "input": { "cartToken": token, "gateway": "test", "token": "tok_success" } });
    let payment = client
        .send("PaymentStart", input, &["/payment/id", "/payment/amount/amount"])
        .await;
    let input = json!({ "input": { "cartToken": token, "paymentId": payment["payment"]["id"] } });
    let full = [
        "/order/number",
        "/order/accessToken",
        "/order/lines/0/sku",
        "/order/payments/0/id",
        "/order/events/nodes/0/type",
    ];
    let order = client.send("CheckoutComplete", input, &full).await["order"].take();
    assert_eq!(order["total"]["amount"], cart["total"]["amount"]);
    let again = json!({ "id": order["id"], "accessToken": order["accessToken"] });
    let read = client.send("Order", again, &["/lines/0/total/amount"]).await;
    assert_eq!(read["number"], order["number"]);

    let one = json!({ "amount": "1.00", "currencyCode": "USD" });
    let input = json!({ "input": { "orderId": order["id"], "amount": one, "reason": "a scratch" } });
    let full = ["/refund/id", "/refund/amount/amount", "/order/outstanding/amount"];
    let back = client.send_as(&client.staff, "RefundCreate", input, &full).await;
    assert_eq!(
        (&back["refund"]["status"], &back["order"]["paymentStatus"]),
        (&json!("SUCCEEDED"), &json!("PARTIALLY_REFUNDED"))
    );
    first.clone()
}

async fn manage(client: &Client, product: &Value, variant: &Value) {
    let variants = json!([{ "sku": "CONTRACT-1", "price": { "amount": "5.00", "currencyCode": "USD" }, "stock": [{ "onHand": 3 }] }]);
    let input = json!({ "input": { "name": "New thing", "status": "ACTIVE", "variants": variants } });
    let full = ["/product/slug", "/product/variants/0/sku"];
    client.send_as(&client.staff, "ProductCreate", input, &full).await;
    let input = json!({ "input": { "id": product["id"], "name": "Renamed thing" } });
    let answer = client
        .send_as(&client.staff, "ProductUpdate", input, &["/product/version"])
        .await;
    assert_eq!(answer["product"]["name"], "Renamed thing");
    let input = json!({ "input": { "variantId": variant["id"], "delta": 1, "reason": "count" } });
    let full = ["/variant/stock/0/location/name", "/variant/quantityAvailable"];
    client.send_as(&client.staff, "StockAdjust", input, &full).await;
}

/// Somebody opens an account, comes in, goes on and leaves; staff sees them and invites somebody.
async fn people(client: &Client) {
    let shop = &client.shop;
    let input = json!({ "input": { "email": "ada@example.com", "password": PASSWORD, "firstName": "Ada" } });
    let full = ["/customer/id", "/customer/email"];
    client.send("CustomerRegister", input, &full).await;
    shop.verify("ada@example.com").await;
    let input = json!({ "input": { "email": "ada@example.com", "password": PASSWORD } });
    let full = [
        "/accessToken",
        "/refreshToken",
        "/expiresAt",
        "/viewer/id",
        "/viewer/email",
    ];
    let session = client.send("SessionCreate", input, &full).await;
    let me = shop.bearing(session["accessToken"].as_str().expect("a token"));
    let input = json!({ "address": home("1 Main St") });
    me.changed("customerAddressCreate", input, "address { id }").await;
    let full = [
        "/firstName",
        "/addresses/0/city",
        "/orders/nodes/0/number",
        "/sessions/0/lastUsedAt",
    ];
    let mine = client.send_as(&me, "Me", json!({}), &full).await;
    assert_eq!(mine["sessions"][0]["current"], true);
    let input = json!({ "input": { "refreshToken": session["refreshToken"] } });
    let next = client
        .send("SessionRefresh", input, &["/accessToken", "/refreshToken"])
        .await;
    let me = shop.bearing(next["accessToken"].as_str().expect("a token"));
    let answer = client.send_as(&me, "SessionRevoke", json!({ "input": {} }), &[]).await;
    assert_eq!(answer["revoked"], true);
    let only = json!({ "where": { "email": "ada@example.com" } });
    let full = ["/nodes/0/ordersCount", "/nodes/0/totalSpent/amount"];
    let seen = client.send_as(&client.staff, "Customers", only, &full).await;
    assert_eq!(seen["totalCount"], 1);
    let role = client.staff.data("{ roles { nodes { id } } }", json!({})).await["roles"]["nodes"][0]["id"].take();
    let input = json!({ "input": { "email": "new@example.com", "roleIds": [role] } });
    let full = ["/staffUser/email", "/staffUser/roles/0/permissions/0"];
    client.send_as(&client.staff, "StaffInvite", input, &full).await;
}

/// The whole journey, and nothing promised is left out.
async fn journey(documents: Documents) {
    let client = Client::new(documents).await;
    let cards = browse(&client).await;
    search(&client).await;
    let variant = buy(&client, &cards).await;
    manage(&client, &cards[0], &variant).await;
    Box::pin(people(&client)).await;
    let sent = client.sent.borrow();
    let left: Vec<_> = PROMISED.iter().filter(|name| !sent.contains(*name)).collect();
    assert!(left.is_empty(), "never sent: {left:?}");
}

/// How many statements the large documents take.
async fn counts(documents: Documents) {
    let client = Client::new(documents).await;
    let page = client.send("Listing", json!({ "first": 100 }), &["/nodes/49/id"]).await;
    let cards = page["nodes"].as_array().expect("cards");
    for card in cards.iter().step_by(5) {
        let detail = client.statements("Detail", json!({ "slug": card["slug"] })).await;
        assert!(detail <= 12, "{detail} statements for {}", card["slug"]);
    }
    let variants = cards
        .iter()
        .flat_map(|c| c["variants"].as_array().expect("variants").iter());
    let sold = variants.filter(|v| v["quantityAvailable"].as_i64() > Some(0));
    let lines: Vec<Value> = sold
        .map(|v| json!({ "variantId": v["id"], "quantity": 1 }))
        .take(100)
        .collect();
    assert!(lines.len() > 50, "{} variants", lines.len());
    let input = json!({ "input": { "lines": lines } });
    let cart = client.send("CartCreate", input, &["/cart/token"]).await["cart"].take();
    let cart = Box::pin(client.shop.made_ready(&cart, "US")).await;
    let read = client.statements("Cart", json!({ "token": cart["token"] })).await;
    assert!(read <= 8, "{read} statements for a cart");

    Box::pin(client.shop.many_products(120)).await;
    let full = ["/nodes/99/variants/0/id"];
    client.send("Listing", json!({ "first": 100 }), &full).await;
    let ten = client.statements("Listing", json!({ "first": 10 })).await;
    let hundred = client.statements("Listing", json!({ "first": 100 })).await;
    assert_eq!(ten, hundred);
    assert!(ten <= 6, "{ten} statements for a listing");
}

#[tokio::test]
async fn the_documents_of_the_contract_answer() {
    if let Some(documents) = Documents::of_the_contract() {
        journey(documents).await;
    }
}

#[tokio::test]
async fn the_documents_of_the_contract_take_few_statements() {
    if let Some(documents) = Documents::of_the_contract() {
        counts(documents).await;
    }
}

#[tokio::test]
async fn documents_like_those_of_the_contract_answer() {
    journey(own::documents()).await;
}

#[tokio::test]
async fn documents_like_those_of_the_contract_take_few_statements() {
    counts(own::documents()).await;
}
