//! A shopper who buys through GraphQL. Every change carries a key, so that whoever comes back after a crash does all of
//! it again from the start, and is answered from memory as far as they had come.

use axum::http::{HeaderMap, HeaderValue};
use merx::http::Endpoint;
use serde_json::{Value, json};
use stripe_simulator::{Random, Simulator};

/// The server did not answer, or not with an answer.
#[derive(Debug)]
pub struct Gone(pub String);

/// Where a shopper asks.
pub enum Door {
    /// The server over HTTP.
    Http(reqwest::Client, String),
    /// The application in this process.
    Here(Endpoint),
}

impl Door {
    /// Runs a mutation under a key and gives its payload.
    async fn ask(&self, key: &str, name: &str, parts: &str, input: Value) -> Result<Value, Gone> {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let document = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ {parts} errors {{ __typename message code path }} }} }}"
        );
        let variables = json!({ "input": input });
        let mut answer = match self {
            Self::Http(client, url) => {
                let request = client.post(url).header("idempotency-key", key);
                let request = request.json(&json!({ "query": document, "variables": variables }));
                let answer = request.send().await.map_err(|error| Gone(error.to_string()))?;
                answer.json::<Value>().await.map_err(|error| Gone(error.to_string()))?
            }
            Self::Here(endpoint) => {
                let mut headers = HeaderMap::new();
                headers.insert("idempotency-key", HeaderValue::from_str(key).expect("a plain key"));
                let answer = Box::pin(endpoint.execute(&headers, &document, None, variables)).await;
                serde_json::to_value(answer).expect("an answer is JSON")
            }
        };
        if answer.get("errors").is_some() {
            return Err(Gone(format!("{name}: {answer}")));
        }
        Ok(answer["data"][name].take())
    }
}

/// What a shopper will do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Keys begin with it.
    name: String,
    /// The first card.
    card: &'static str,
    /// The answer to 3-D Secure.
    passes: bool,
    /// Comes back after a crash.
    pub returns: bool,
    /// Completes the checkout; the others close the page once they have paid.
    completes: bool,
    quantity: i64,
}

impl Plan {
    /// A shopper of the run `seed`.
    pub fn new(seed: u64, number: usize, random: &mut Random) -> Self {
        let cards = [
            "pm_card_visa",
            "pm_card_visa",
            "pm_card_mastercard",
            "pm_card_threeDSecure2Required",
            "pm_card_visa_chargeDeclined",
        ];
        let mut one_in = |count: u64| random.next().is_multiple_of(count);
        let (returns, completes, passes) = (!one_in(3), !one_in(4), !one_in(4));
        Self {
            name: format!("run-{seed}-{number}"),
            card: cards[usize::try_from(random.next() % 5).expect("small")],
            passes,
            returns,
            completes,
            quantity: 1 + i64::try_from(random.next() % 3).expect("small"),
        }
    }

    /// Buys; gives the id of the order when there is one.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn buy(&self, door: &Door, stripe: &Simulator, variant: &str) -> Result<Option<String>, Gone> {
        let key = |step: &str| format!("{}-{step}", self.name);
        let lines = json!([{ "variantId": variant, "quantity": self.quantity }]);
        let cart = "cart { token deliveryOptions { id } }";
        let made = door
            .ask(&key("cart"), "cartCreate", cart, json!({ "lines": lines }))
            .await?;
        let token = &made["cart"]["token"];
        let address = json!({ "firstName": "Ada", "lastName": "Byron", "line1": "1 Main St", "city": "Springfield",
            "postalCode": "12345", "countryCode": "US" });
        let buyer = json!({ "cartToken": token, "email": "ada@example.com", "shippingAddress": address });
        let ready = door.ask(&key("buyer"), "cartBuyerUpdate", cart, buyer).await?;
        let option = &ready["cart"]["deliveryOptions"][0]["id"];
        let choice = json!({ "cartToken": token, "deliveryOptionId": option });
        door.ask(&key("delivery"), "cartDeliverySelect", cart, choice).await?;

        let mut payment = self.pay(door, &key("pay"), token, self.card).await?;
        if payment["status"] == "REQUIRES_ACTION" {
            let url = payment["nextAction"]["url"].as_str().unwrap_or_default();
            let intent = url.rsplit('/').next().unwrap_or_default();
            // A shopper who comes back has been there already.
            let _ = stripe.challenge(intent, self.passes);
        }
        if payment["status"] == "FAILED" {
            payment = self.pay(door, &key("pay-again"), token, "pm_card_visa").await?;
        }
        if !self.completes {
            return Ok(None);
        }
        let complete = json!({ "cartToken": token, "paymentId": payment["id"] });
        let done = door
            .ask(&key("complete"), "checkoutComplete", "order { id }", complete)
            .await?;
        Ok(done["order"]["id"].as_str().map(str::to_owned))
    }

    async fn pay(&self, door: &Door, key: &str, cart: &Value, card: &str) -> Result<Value, Gone> {
        let input =
            json!({ "cartToken": cart, "gateway": "stripe", "token": card, "returnUrl": "https://shop.example/back" });
        let parts = "payment { id status nextAction { url } }";
        Ok(door.ask(key, "paymentStart", parts, input).await?["payment"].take())
    }
}
