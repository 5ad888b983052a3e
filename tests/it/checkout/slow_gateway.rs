//! A gateway that answers late, while the shop has moved on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::PaymentId;
use merx::payment::gateway::{
    Answer, CaptureRequest, Gateway, GatewayInfo, Handle, PaymentsPage, RefundRequest, RefundSnapshot, Snapshot,
};
use merx::payment::{GatewayState, StartRequest};
use merx::platform::error::{Fault, Result};
use merx::platform::money::Money;
use serde_json::{Value, json};
use tokio::sync::{Notify, Semaphore};

use crate::support::Shop;

/// Takes money when it is told to go on, and remembers whose.
struct Slow {
    begun: Notify,
    go: Semaphore,
    charged: Mutex<HashMap<PaymentId, Money>>,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            begun: Notify::new(),
            go: Semaphore::new(0),
            charged: Mutex::default(),
        })
    }

    fn charged(&self) -> usize {
        self.charged.lock().expect("nobody panicked").len()
    }
}

#[async_trait]
impl Gateway for Slow {
    fn info(&self) -> GatewayInfo {
        GatewayInfo {
            id: "test".to_owned(),
            name: "Slow".to_owned(),
            publishable_key: None,
        }
    }

    async fn start(&self, request: &StartRequest) -> Result<Snapshot> {
        if request.token.as_deref() == Some("unreachable") {
            return Err(Fault::Invariant("no route to the gateway"));
        }
        self.begun.notify_one();
        self.go.acquire().await.expect("open").forget();
        let mut charged = self.charged.lock().expect("nobody panicked");
        charged.insert(request.payment, request.amount);
        Ok(succeeded(request.payment, request.amount))
    }

    async fn read(&self, payment: &Handle) -> Result<Option<Snapshot>> {
        let charged = self.charged.lock().expect("nobody panicked");
        let amount = charged.get(&payment.payment);
        Ok(amount.map(|amount| succeeded(payment.payment, *amount)))
    }

    async fn capture(&self, _: &CaptureRequest) -> Result<Answer<Snapshot>> {
        Ok(Answer::Refused("everything is captured at once".to_owned()))
    }

    async fn refund(&self, _: &RefundRequest) -> Result<Answer<RefundSnapshot>> {
        Ok(Answer::Refused("nothing goes back in part".to_owned()))
    }

    async fn cancel(&self, payment: &Handle) -> Result<()> {
        self.charged.lock().expect("nobody panicked").remove(&payment.payment);
        Ok(())
    }

    async fn payments(&self, _: DateTime<Utc>, _: Option<&str>) -> Result<PaymentsPage> {
        Ok(PaymentsPage::default())
    }
}

fn succeeded(payment: PaymentId, amount: Money) -> Snapshot {
    Snapshot {
        payment: Some(payment),
        reference: payment.to_string(),
        state: GatewayState::Succeeded,
        amount,
        authorized: 0,
        captured: amount.minor,
        fee: 0,
        refunds: Vec::new(),
        disputes: Vec::new(),
        method: None,
        method_reference: None,
    }
}

/// The first payment is called off while the gateway is still at it; then it takes the money all the same.
#[tokio::test]
async fn money_that_comes_too_late_goes_back() {
    let gateway = Slow::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let (first, second) = tokio::join!(shop.pay(&cart, "tok_success"), async {
        gateway.begun.notified().await;
        let second = shop.pay(&cart, "unreachable").await;
        shop.work().await;
        gateway.go.add_permits(1);
        second
    });
    assert_eq!(first["payment"]["status"], "CANCELLED", "{first:#}");
    assert_eq!(
        second["payment"]["status"], "PENDING",
        "a gateway out of reach leaves it open"
    );
    assert_eq!(gateway.charged(), 1, "the gateway took the money of the first");
    shop.work().await;
    assert_eq!(gateway.charged(), 0, "and gave it back");
    assert_eq!(shop.dead_jobs().await, 0);
}

/// A payment that the gateway never heard of is given up, and the stock is free again.
#[tokio::test]
async fn a_payment_that_never_arrived_is_given_up() {
    let gateway = Slow::new();
    let shop = Shop::paid_through(gateway.clone()).await;
    let (variant, _) = shop.variant(1).await;
    let cart = shop.ready_cart(&variant, 1).await;
    let started = shop.pay(&cart, "unreachable").await;
    assert_eq!(shop.levels(&variant).await.1, 1);
    let done = shop.complete(&cart, &started["payment"]["id"], Value::Null).await;
    assert_eq!(done["errors"][0]["code"], json!("PAYMENT_DECLINED"));
    assert_eq!(shop.levels(&variant).await.1, 0);
    gateway.go.add_permits(1);
    let again = shop.pay(&cart, "tok_success").await;
    let done = shop.complete(&cart, &again["payment"]["id"], Value::Null).await;
    assert_eq!(done["order"]["paymentStatus"], "PAID");
    assert_eq!(gateway.charged(), 1);
}
