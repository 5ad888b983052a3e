//! A small client.

use reqwest::{Client, Response};
use serde_json::Value;
use stripe_simulator::{Options, Simulator};

/// A simulator and a client of it.
pub struct Shop {
    /// The gateway.
    pub stripe: Simulator,
    client: Client,
}

impl Shop {
    /// Starts a fresh one.
    pub async fn open() -> Self {
        // Built with the server the client has TLS without a provider; built alone it has none, and needs none.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stripe = Simulator::start(Options::default()).await.unwrap();
        Self {
            stripe,
            client: Client::new(),
        }
    }

    /// A request under an idempotency key; the raw response.
    pub async fn send(&self, path: &str, form: &str, key: Option<&str>) -> Result<Response, reqwest::Error> {
        let mut request = self
            .client
            .post(format!("{}/v1/{path}", self.stripe.url()))
            .bearer_auth("sk_test_1")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request.send().await
    }

    /// Status and body of a POST.
    pub async fn post(&self, path: &str, form: &str) -> (u16, Value) {
        let response = self.send(path, form, None).await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    /// The body of a GET.
    pub async fn get(&self, path: &str) -> Value {
        let url = format!("{}/v1/{path}", self.stripe.url());
        self.client
            .get(url)
            .basic_auth("sk_test_1", Some(""))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    }

    /// A payment that is confirmed at once.
    pub async fn pay(&self, card: &str, more: &str) -> (u16, Value) {
        let form = format!(
            "amount=1000&currency=eur&confirm=true&payment_method={card}&payment_method_types[]=card\
             &return_url=https://shop.test/back&metadata[cart]=7{more}"
        );
        self.post("payment_intents", &form).await
    }
}

/// The text at a path of keys.
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, key| match key.parse::<usize>() {
        Ok(index) => &value[index],
        Err(_) => &value[key],
    })
}
