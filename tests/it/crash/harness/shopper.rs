//! A shopper who buys through GraphQL. Every change carries a key, so that whoever comes back after a crash does all of
//! it again from the start, and is answered from memory as far as they had come.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::http::{HeaderMap, HeaderValue};
use merx::http::Endpoint;
use serde_json::{Value, json};
use stripe_simulator::{Random, Simulator};

use super::STAFF_KEY;

/// What staff does.
const STAFFS: [&str; 3] = ["paymentCapture", "paymentVoid", "refundCreate"];

/// No answer.
#[derive(Debug)]
pub enum Gone {
    /// The server is not there, or says that it failed.
    Away,
    /// It was done, and what was answered then is lost.
    AnswerLost,
}

/// Where shoppers ask, and what they asked.
pub struct Door {
    way: Way,
    asked: Asked,
}

/// What was asked last with each key of a run, and the answer. Whoever comes back says the same again.
pub type Asked = Arc<Mutex<BTreeMap<String, (Value, Value)>>>;

/// How a shopper asks.
pub enum Way {
    /// The server over HTTP.
    Http(reqwest::Client, String),
    /// The application in this process.
    Here(Endpoint),
}

impl Door {
    /// A door of a run.
    pub fn new(way: Way, asked: &Asked) -> Self {
        Self {
            way,
            asked: Arc::clone(asked),
        }
    }

    /// Runs a mutation under a key and gives its payload. Staff's mutations carry staff's key.
    async fn ask(&self, key: &str, name: &str, parts: &str, input: Value) -> Result<Value, Gone> {
        let kind = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let document = format!(
            "mutation($input: {kind}!) {{ {name}(input: $input) {{ {parts} errors {{ __typename message code path }} }} }}"
        );
        let variables = json!({ "input": input });
        let bearer = STAFFS.contains(&name).then(|| format!("Bearer {STAFF_KEY}"));
        let before = self.told(key, &input, None);
        let mut answer = match &self.way {
            Way::Http(client, url) => {
                let mut request = client.post(url).header("idempotency-key", key);
                if let Some(bearer) = bearer {
                    request = request.header("authorization", bearer);
                }
                let request = request.json(&json!({ "query": document, "variables": variables }));
                let answer = request.send().await.map_err(|_| Gone::Away)?;
                answer.json::<Value>().await.map_err(|_| Gone::Away)?
            }
            Way::Here(endpoint) => {
                let mut headers = HeaderMap::new();
                let value = |text: &str| HeaderValue::from_str(text).expect("a plain header");
                headers.insert("idempotency-key", value(key));
                if let Some(bearer) = bearer {
                    headers.insert("authorization", value(&bearer));
                }
                let answer = Box::pin(endpoint.execute(&headers, &document, None, variables)).await;
                serde_json::to_value(answer).expect("an answer is JSON")
            }
        };
        self.told(key, &input, Some(&answer));
        match answer["errors"][0]["extensions"]["code"].as_str() {
            None => Ok(answer["data"][name].take()),
            Some("CONFLICT") => Err(Gone::AnswerLost),
            Some("INTERNAL" | "UNAVAILABLE") => Err(Gone::Away),
            Some(_) => {
                let asked = self.asked.lock().expect("no shopper died");
                panic!("{name} with {key}, {input}: {answer:#}\nbefore: {before:?}\nall of the run: {asked:#?}")
            }
        }
    }

    /// Notes what is asked or answered; gives what was noted before.
    fn told(&self, key: &str, input: &Value, answer: Option<&Value>) -> Option<(Value, Value)> {
        let noted = (input.clone(), answer.cloned().unwrap_or_default());
        self.asked
            .lock()
            .expect("no shopper died")
            .insert(key.to_owned(), noted)
    }

    /// The same, where what was answered then is not needed.
    async fn do_it(&self, key: &str, name: &str, parts: &str, input: Value) -> Result<Option<Value>, Gone> {
        match self.ask(key, name, parts, input).await {
            Ok(payload) => Ok(Some(payload)),
            Err(Gone::AnswerLost) => Ok(None),
            Err(gone) => Err(gone),
        }
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
    /// Gets a part of the money back.
    is_refunded: bool,
    /// What is authorised is let go instead of taken.
    is_let_go: bool,
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
        let mut one_in = |count: u64| random.number().is_multiple_of(count);
        let (returns, completes, passes) = (!one_in(3), !one_in(4), !one_in(4));
        Self {
            name: format!("run-{seed}-{number}"),
            card: cards[usize::try_from(random.number() % 5).expect("small")],
            passes,
            returns,
            completes,
            is_refunded: random.number().is_multiple_of(3),
            is_let_go: random.number().is_multiple_of(3),
            quantity: 1 + i64::try_from(random.number() % 3).expect("small"),
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
        let made = match door
            .ask(&key("cart"), "cartCreate", cart, json!({ "lines": lines }))
            .await
        {
            // Nobody knows the token of the first one.
            Err(Gone::AnswerLost) => {
                door.ask(&key("cart-again"), "cartCreate", cart, json!({ "lines": lines }))
                    .await?
            }
            made => made?,
        };
        let token = &made["cart"]["token"];
        let address = json!({ "firstName": "Ada", "lastName": "Byron", "line1": "1 Main St", "city": "Springfield",
            "postalCode": "12345", "countryCode": "US" });
        let buyer = json!({ "cartToken": token, "email": "ada@example.com", "shippingAddress": address });
        let ready = match door.ask(&key("buyer"), "cartBuyerUpdate", cart, buyer.clone()).await {
            Err(Gone::AnswerLost) => door.ask(&key("buyer-again"), "cartBuyerUpdate", cart, buyer).await?,
            ready => ready?,
        };
        let option = &ready["cart"]["deliveryOptions"][0]["id"];
        let choice = json!({ "cartToken": token, "deliveryOptionId": option });
        door.do_it(&key("delivery"), "cartDeliverySelect", cart, choice).await?;

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
        // Refused where the order is there already: whoever asks for it then says something else, under another key.
        let step = if payment["id"].is_null() {
            "complete-unpaid"
        } else {
            "complete"
        };
        let complete = json!({ "cartToken": token, "paymentId": payment["id"] });
        let parts = "order { id total { currencyCode } payments { id status } }";
        let done = door.ask(&key(step), "checkoutComplete", parts, complete).await?;
        let order = &done["order"];
        if order.is_null() {
            return Ok(None);
        }
        for (number, payment) in order["payments"].as_array().into_iter().flatten().enumerate() {
            if payment["status"] == "AUTHORIZED" {
                let input = json!({ "paymentId": payment["id"] });
                let name = if self.is_let_go {
                    "paymentVoid"
                } else {
                    "paymentCapture"
                };
                door.do_it(&key(&format!("{name}-{number}")), name, "payment { id }", input)
                    .await?;
            }
        }
        if self.is_refunded {
            let amount = json!({ "amount": "1.00", "currencyCode": order["total"]["currencyCode"] });
            let input = json!({ "orderId": order["id"], "amount": amount, "reason": "a test" });
            door.do_it(&key("refund"), "refundCreate", "refund { id }", input)
                .await?;
        }
        Ok(order["id"].as_str().map(str::to_owned))
    }

    async fn pay(&self, door: &Door, key: &str, cart: &Value, card: &str) -> Result<Value, Gone> {
        let input =
            json!({ "cartToken": cart, "gateway": "stripe", "token": card, "returnUrl": "https://shop.example/back" });
        let parts = "payment { id status nextAction { url } }";
        Ok(door.ask(key, "paymentStart", parts, input).await?["payment"].take())
    }
}
