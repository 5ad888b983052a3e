//! Customers with accounts, and the letters that they get.

use serde_json::{Value, json};

use super::Shop;

/// The password of the customers of the tests.
pub const PASSWORD: &str = "a long walk by the sea";

/// An address in the default channel.
pub fn home(street: &str) -> Value {
    json!({ "firstName": "Ada", "lastName": "Byron", "line1": street, "city": "Springfield", "postalCode": "12345",
        "countryCode": "US", "phone": "+1 555 0100" })
}

/// The code that stands in a letter.
pub fn code_in(letter: &str) -> String {
    let behind = letter
        .split("this is it:\r\n\r\n")
        .nth(1)
        .unwrap_or_else(|| panic!("a code in {letter}"));
    behind.lines().next().expect("a line").to_owned()
}

impl Shop {
    /// The letters to `to`, oldest first.
    pub fn letters_to(&self, to: &str) -> Vec<String> {
        let line = format!("\r\nTo: {to}\r\n");
        self.letters()
            .into_iter()
            .filter(|letter| letter.contains(&line))
            .collect()
    }

    /// Does what waits, and gives the code of the newest letter to `to` with this subject.
    pub async fn code_for(&self, to: &str, subject: &str) -> String {
        self.work().await;
        let line = format!("\r\nSubject: {subject}\r\n");
        let letters = self.letters_to(to);
        let letter = letters.iter().rfind(|letter| letter.contains(&line));
        code_in(letter.unwrap_or_else(|| panic!("no letter \"{subject}\" to {to} among {}", letters.len())))
    }

    /// Registers somebody and gives the payload.
    pub async fn register(&self, email: &str, password: &str) -> Value {
        let input = json!({ "email": email, "password": password, "firstName": "Ada", "lastName": "Byron" });
        let shown = "customer { id email firstName lastName emailVerified addresses { id } sessions { id }
            orders { totalCount nodes { id } } }";
        self.change("customerRegister", input, shown).await
    }

    /// Confirms the address of a new account.
    pub async fn verify(&self, email: &str) {
        let token = self.code_for(email, "Confirm your e-mail address").await;
        self.changed("customerEmailVerify", json!({ "token": token }), "ok")
            .await;
        self.work().await;
    }

    /// The same shop, seen by the customer who signs in so.
    pub async fn customer_in(&self, email: &str, password: &str) -> Self {
        let input = json!({ "email": email, "password": password });
        let session = self.changed("sessionCreate", input, "accessToken").await;
        self.bearing(session["accessToken"].as_str().expect("a token"))
    }

    /// The same shop, seen by a new customer who has confirmed the address and signed in.
    pub async fn customer(&self, email: &str) -> Self {
        assert_eq!(self.register(email, PASSWORD).await["errors"], json!([]));
        self.verify(email).await;
        self.customer_in(email, PASSWORD).await
    }

    /// Buys a unit of something as whoever this is, with this address in the cart, and gives the order.
    pub async fn bought_by(&self, email: &str) -> Value {
        let (variant, _) = self.variant(5).await;
        let cart = self.ready_cart(&variant, 1).await;
        let input = json!({ "cartToken": cart["token"], "email": email });
        let cart = self.cart_ok("cartBuyerUpdate", input).await;
        let payment = self.pay(&cart, "tok_success").await;
        let mut payload = self.complete(&cart, &payment["payment"]["id"], Value::Null).await;
        assert_eq!(payload["errors"], json!([]));
        payload["order"].take()
    }

    /// The numbers of the orders in the account of whoever this is.
    pub async fn my_orders(&self) -> Vec<String> {
        let data = self
            .data("{ me { orders(first: 50) { nodes { number } } } }", json!({}))
            .await;
        let nodes = data["me"]["orders"]["nodes"].as_array().expect("orders").iter();
        nodes
            .map(|order| order["number"].as_str().expect("a number").to_owned())
            .collect()
    }
}
