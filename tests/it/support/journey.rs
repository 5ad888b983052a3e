//! The documents of a purchase, and short ways through it.

use merx::command::import::{ImportProducts, products};
use serde_json::{Value, json};

use super::Shop;

/// What the journey asks of a cart.
pub const CART: &str = "fragment CartParts on Cart {
  id token version quantity
  lines { id quantity attributes { key value } variant { id sku name product { slug name } }
    unitPrice { amount currencyCode } total { amount currencyCode } discountAllocations { amount { amount } code title } }
  subtotal { amount } discountTotal { amount } shippingTotal { amount } taxTotal { amount } total { amount currencyCode }
  promotionCodes { code applicable reason } email shippingAddress { countryCode city postalCode }
  deliveryOptions { id name price { amount } estimatedDays { min max } } selectedDelivery { id name }
  problems { __typename message path } }";

/// What the journey asks of an order.
pub const ORDER: &str = "fragment OrderParts on Order {
  id number accessToken status paymentStatus fulfillmentStatus placedAt email
  lines { id sku name quantity unitPrice { amount } total { amount } }
  subtotal { amount } discountTotal { amount } shippingTotal { amount } taxTotal { amount } total { amount currencyCode }
  outstanding { amount } payments { id status gateway amount { amount } }
  events(first: 20) { nodes { type message createdAt } } }";

impl Shop {
    /// Runs a mutation `name(input: Type!)` that answers with a cart, and gives its payload.
    pub async fn cart_call(&self, name: &str, input: Value) -> Value {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let document = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ cart {{ ...CartParts }}
               errors {{ __typename message code path ... on InsufficientStockError {{ availableQuantity }} }}
               warnings {{ message code }} }} }} {CART}"
        );
        self.data(&document, json!({ "input": input })).await[name].take()
    }

    /// The same, where it must succeed: gives the cart.
    pub async fn cart_ok(&self, name: &str, input: Value) -> Value {
        let mut payload = self.cart_call(name, input).await;
        assert_eq!(payload["errors"], json!([]), "{name}");
        payload["cart"].take()
    }

    /// A variant with at least `units` to sell, as `(id, unit price in minor units)`.
    pub async fn variant(&self, units: i64) -> (String, i64) {
        let document =
            "{ products(first: 100) { nodes { variants(first: 25) { id quantityAvailable price { minorUnits } } } } }";
        let answer = self.data(document, json!({})).await;
        let variants = answer["products"]["nodes"].as_array().expect("products").iter();
        let variants = variants.flat_map(|p| p["variants"].as_array().expect("variants"));
        let found = variants
            .into_iter()
            .find(|v| v["quantityAvailable"].as_i64().is_some_and(|n| n >= units));
        let found = found.expect("a variant with stock");
        (
            found["id"].as_str().expect("an id").to_owned(),
            found["price"]["minorUnits"].as_i64().expect("a price"),
        )
    }

    /// Sets the stock of a variant to `units` at the default location and to none elsewhere.
    pub async fn stock(&self, variant: &str, units: i64) {
        let read = "query($id: ID!) { productVariant(id: $id) { stock { location { id slug } onHand } } }";
        let staff = self.staff();
        let adjust = "mutation($input: StockAdjustInput!) { stockAdjust(input: $input) { errors { message } } }";
        let answer = staff.data(read, json!({ "id": variant })).await;
        let mut left = units;
        for level in answer["productVariant"]["stock"].as_array().expect("stock") {
            let delta = left - level["onHand"].as_i64().expect("units");
            left = 0;
            if delta != 0 {
                let location = &level["location"]["id"];
                let input = json!({ "variantId": variant, "locationId": location, "delta": delta, "reason": "test" });
                let answer = staff.data(adjust, json!({ "input": input })).await;
                assert_eq!(answer["stockAdjust"]["errors"], json!([]));
            }
        }
        assert_eq!(left, 0, "the variant has a stock level");
    }

    /// A cart with `quantity` of `variant`, an address and a delivery: ready to be paid.
    pub async fn ready_cart(&self, variant: &str, quantity: i32) -> Value {
        let lines = json!([{ "variantId": variant, "quantity": quantity }]);
        let cart = self.cart_ok("cartCreate", json!({ "lines": lines })).await;
        self.made_ready(&cart, "US").await
    }

    /// The cart with an address in `country` and its first delivery option.
    pub async fn made_ready(&self, cart: &Value, country: &str) -> Value {
        let token = &cart["token"];
        let address = json!({ "firstName": "Ada", "lastName": "Byron", "line1": "1 Main St", "city": "Springfield",
            "postalCode": "12345", "countryCode": country });
        let buyer = json!({ "cartToken": token, "email": "Ada@Example.com", "shippingAddress": address });
        let cart = self.cart_ok("cartBuyerUpdate", buyer).await;
        let option = &cart["deliveryOptions"][0]["id"];
        self.cart_ok(
            "cartDeliverySelect",
            json!({ "cartToken": token, "deliveryOptionId": option }),
        )
        .await
    }

    /// Starts a payment with the test gateway and gives the payload.
    pub async fn pay(&self, cart: &Value, token: &str) -> Value {
        let document = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
            payment { id status amount { amount currencyCode } gateway nextAction { type clientSecret url } }
            errors { __typename message code path ... on InsufficientStockError { availableQuantity } } } }";
        let input = json!({ "cartToken": cart["token"], "gateway": "test", "token": token });
        self.data(document, json!({ "input": input })).await["paymentStart"].take()
    }

    /// Completes the checkout and gives the payload.
    pub async fn complete(&self, cart: &Value, payment: &Value, expected: Value) -> Value {
        let document = format!(
            "mutation($input: CheckoutCompleteInput!) {{ checkoutComplete(input: $input) {{ order {{ ...OrderParts }}
               errors {{ __typename message code path ... on InsufficientStockError {{ availableQuantity }}
                 ... on TotalMismatchError {{ actualTotal {{ amount }} }} }} }} }} {ORDER}"
        );
        let input = json!({ "cartToken": cart["token"], "paymentId": payment, "expectedTotal": expected });
        self.data(&document, json!({ "input": input })).await["checkoutComplete"].take()
    }

    /// Where a payment stands with the test gateway; none when that never heard of it.
    pub async fn gateway_state(&self, payment: entity::PaymentId) -> Option<merx::payment::GatewayState> {
        let gateway = self.app.payments.get("test").expect("the test gateway");
        let handle = merx::payment::gateway::Handle {
            payment,
            reference: None,
            amount: merx::platform::money::Money::new(0, "EUR".parse().expect("a currency")),
        };
        gateway
            .read(&handle)
            .await
            .expect("an answer")
            .map(|snapshot| snapshot.state)
    }

    /// Buys a unit of something and gives the order.
    pub async fn bought(&self) -> Value {
        let (variant, _) = self.variant(5).await;
        let cart = self.ready_cart(&variant, 1).await;
        let payment = self.pay(&cart, "tok_success").await;
        let mut payload = self.complete(&cart, &payment["payment"]["id"], Value::Null).await;
        assert_eq!(payload["errors"], json!([]));
        payload["order"].take()
    }

    /// Imports `count` small products with two variants each, so that pages are full.
    pub async fn many_products(&self, count: usize) {
        let mut text = "Handle,Title,Type,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price\n".to_owned();
        for i in 0..count {
            let (kind, brand) = (i % 7, i % 11);
            text.push_str(&format!(
                "many-{i},Many {i},Kind {kind},Brand {brand},Size,S,MANY-{i}-S,4.00\n"
            ));
            text.push_str(&format!("many-{i},,,,,M,MANY-{i}-M,5.00\n"));
        }
        let file = self.folder().join("many.csv");
        std::fs::write(&file, text).expect("a file");
        let command = ImportProducts {
            file,
            ..ImportProducts::default()
        };
        let summary = products(&self.app, command).await.expect("imported");
        assert_eq!(summary.created, count as u64);
    }

    /// Stock of a variant over all locations: on hand, reserved, allocated.
    pub async fn levels(&self, variant: &str) -> (i64, i64, i64) {
        let document = "query($id: ID!) { productVariant(id: $id) { stock { onHand reserved allocated } } }";
        let answer = self.staff().data(document, json!({ "id": variant })).await;
        let sum = |field: &str| {
            let stock = answer["productVariant"]["stock"].as_array().expect("stock");
            stock.iter().map(|level| level[field].as_i64().expect("units")).sum()
        };
        (sum("onHand"), sum("reserved"), sum("allocated"))
    }
}
