//! The same against localstripe, a server in Stripe's place that others wrote. It knows fewer parameters than Stripe,
//! and no idempotency keys: intents are opened by hand, all that follows is ours, and nothing is repeated.

use merx::payment::gateway::{CustomerRequest, GatewayState, Handle, Snapshot};
use serde_json::Value;

use super::rig::{Bench, done, handle, lost};

/// The server, when there is one.
struct Local {
    url: String,
    bench: Bench,
    http: reqwest::Client,
}

impl Local {
    async fn there() -> Option<Self> {
        let Ok(url) = std::env::var("MERX_TEST_LOCALSTRIPE_URL") else {
            eprintln!("MERX_TEST_LOCALSTRIPE_URL is not set: Stripe's adapter is not tried against localstripe");
            return None;
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (bench, http) = (Bench::at(&url).await, reqwest::Client::new());
        Some(Self { url, bench, http })
    }

    async fn post(&self, path: &str, body: String) -> Value {
        let request = self.http.post(format!("{}/v1/{path}", self.url));
        let request = request.basic_auth("sk_test_1", None::<&str>).body(body);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.send().await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    async fn card(&self, number: &str) -> String {
        let body = format!("type=card&card[number]={number}&card[exp_month]=12&card[exp_year]=2099&card[cvc]=123");
        let method = self.post("payment_methods", body).await;
        method["id"].as_str().expect("an id").to_owned()
    }

    async fn opened(&self, number: &str, capture: &str) -> Snapshot {
        let (payment, card) = (self.bench.ids.new_id::<entity::PaymentId>(), self.card(number).await);
        let body = format!(
            "amount=1000&currency=eur&confirm=true&payment_method={card}&capture_method={capture}&metadata[merx_payment]={payment}"
        );
        let intent = self.post("payment_intents", body).await;
        let reference = intent["id"].as_str().map(str::to_owned);
        assert!(reference.is_some(), "{intent:#}");
        let snapshot = self
            .bench
            .read(&Handle {
                reference,
                ..lost(payment)
            })
            .await;
        snapshot.expect("it is known")
    }
}

#[tokio::test]
async fn a_payment_is_read_and_given_back() {
    let Some(local) = Local::there().await else { return };
    let paid = local.opened("4242424242424242", "automatic").await;
    assert_eq!((&paid.state, paid.captured), (&GatewayState::Succeeded, 1000));
    let request = local.bench.refund_of(&paid, 300);
    let refund = done(local.bench.refund(&request).await);
    assert_eq!((refund.refund, refund.amount), (Some(request.refund), 300));
    local.bench.gateway.cancel(&handle(&paid)).await.expect("given back");
    let again = local.bench.again(&paid).await;
    assert_eq!((again.state.clone(), again.refunded()), (GatewayState::Cancelled, 1000));
}

#[tokio::test]
async fn held_money_is_taken_or_let_go() {
    let Some(local) = Local::there().await else { return };
    let held = local.opened("4242424242424242", "manual").await;
    assert_eq!((&held.state, held.authorized), (&GatewayState::Authorized, 1000));
    let taken = done(local.bench.capture(&local.bench.capture_of(&held, 1000, true)).await);
    assert_eq!((&taken.state, taken.captured), (&GatewayState::Succeeded, 1000));
    let held = local.opened("4242424242424242", "manual").await;
    local.bench.gateway.cancel(&handle(&held)).await.expect("let go");
    let again = local.bench.again(&held).await;
    assert_eq!((&again.state, again.captured), (&GatewayState::Cancelled, 0));
}

#[tokio::test]
async fn an_action_is_told() {
    let Some(local) = Local::there().await else { return };
    let open = local.opened("4000002500003155", "automatic").await;
    assert!(matches!(open.state, GatewayState::RequiresAction(_)), "{open:?}");
}

#[tokio::test]
async fn a_customer_keeps_a_card() {
    let Some(local) = Local::there().await else { return };
    let gateway = &local.bench.gateway;
    let request = CustomerRequest {
        customer: local.bench.ids.new_id(),
        email: Some("ada@example.com".to_owned()),
        instead_of: None,
    };
    let customer = gateway.customer(&request).await.expect("a customer");
    let card = local.card("4242424242424242").await;
    let path = format!("payment_methods/{card}/attach");
    local.post(&path, format!("customer={customer}")).await;
    gateway.forget_method(&card).await.expect("forgotten");
    gateway.forget_customer(&customer).await.expect("forgotten");
    let nobody = Handle {
        reference: Some("pi_nobody".to_owned()),
        ..lost(local.bench.ids.new_id())
    };
    assert_eq!(local.bench.read(&nobody).await, None);
}
