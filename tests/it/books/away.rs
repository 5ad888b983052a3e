//! A gateway that is out of reach while staff works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use merx::payment::StartRequest;
use merx::payment::gateway::{
    Answer, CaptureRequest, Gateway, GatewayInfo, Handle, PaymentsPage, RefundRequest, RefundSnapshot, Snapshot,
    TestGateway,
};
use merx::platform::clock::Clock;
use merx::platform::error::{Fault, Result};
use serde_json::{Value, json};

use super::{Bought, accounts_of, assert_balanced};
use crate::support::Shop;

/// The test gateway, behind a line that is cut at times: what is asked arrives, the answer does not.
struct Away {
    inner: TestGateway,
    cut: AtomicBool,
    asked: AtomicUsize,
}

impl Away {
    fn answer<T>(&self, answer: Result<T>) -> Result<T> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.cut.load(Ordering::SeqCst) {
            return Err(Fault::Invariant("the line is cut"));
        }
        answer
    }
}

#[async_trait]
impl Gateway for Away {
    fn info(&self) -> GatewayInfo {
        self.inner.info()
    }

    async fn start(&self, request: &StartRequest) -> Result<Snapshot> {
        self.inner.start(request).await
    }

    async fn read(&self, payment: &Handle) -> Result<Option<Snapshot>> {
        self.inner.read(payment).await
    }

    async fn capture(&self, request: &CaptureRequest) -> Result<Answer<Snapshot>> {
        self.answer(self.inner.capture(request).await)
    }

    async fn refund(&self, request: &RefundRequest) -> Result<Answer<RefundSnapshot>> {
        self.answer(self.inner.refund(request).await)
    }

    async fn cancel(&self, payment: &Handle) -> Result<()> {
        self.answer(self.inner.cancel(payment).await)
    }

    async fn payments(&self, since: DateTime<Utc>, after: Option<&str>) -> Result<PaymentsPage> {
        self.inner.payments(since, after).await
    }
}

async fn shop() -> (Shop, Arc<Away>, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gateway = Arc::new(Away {
        inner: TestGateway::new(folder.path().to_owned(), Clock::system()).expect("a gateway"),
        cut: AtomicBool::new(false),
        asked: AtomicUsize::new(0),
    });
    (Shop::paid_through(gateway.clone()).await, gateway, folder)
}

#[tokio::test]
async fn a_refund_goes_on_by_itself() {
    let (shop, gateway, _folder) = shop().await;
    let bought = Bought::with(&shop, "tok_success", 1).await;
    gateway.cut.store(true, Ordering::SeqCst);
    let shown = "refund { status } order { paymentStatus }";
    let asked = json!({ "orderId": bought.id() });
    let done = shop.staff().changed("refundCreate", asked.clone(), shown).await;
    assert_eq!(done["refund"]["status"], "PENDING");
    assert_eq!(done["order"]["paymentStatus"], "PAID");
    let order = bought.now(&shop).await;
    assert_eq!(order["payments"][0]["refundingAmount"]["minorUnits"], bought.total);
    assert_balanced(&shop).await;
    // The money is set aside: nobody gives it back a second time.
    let (code, _) = shop.staff().change_refused("refundCreate", asked).await;
    assert_eq!(code, "AMOUNT_TOO_LARGE");

    gateway.cut.store(false, Ordering::SeqCst);
    shop.work().await;
    let order = bought.now(&shop).await;
    assert_eq!(order["paymentStatus"], "REFUNDED");
    assert_eq!(order["refunds"][0]["status"], "SUCCEEDED");
    // The gateway had heard the first question too, and gave back once.
    merx::payment::refresh(&shop.app, bought.payment).await.expect("asked");
    assert_eq!(bought.now(&shop).await["refunds"].as_array().map(Vec::len), Some(1));
    assert!(gateway.asked.load(Ordering::SeqCst) >= 2);
    assert_eq!(accounts_of(&shop, &bought).await["Refunds"], bought.total);
    assert_balanced(&shop).await;
}

#[tokio::test]
async fn units_come_back_when_the_gateway_has_answered() {
    let (shop, gateway, _folder) = shop().await;
    let (variant, _) = shop.variant(20).await;
    let before = shop.levels(&variant).await;
    let bought = Bought::with(&shop, "tok_success", 1).await;
    let sold = shop.levels(&variant).await;
    gateway.cut.store(true, Ordering::SeqCst);
    let lines = json!([{ "orderLineId": bought.order["lines"][0]["id"], "quantity": 1, "restock": true }]);
    let asked = json!({ "orderId": bought.id(), "lines": lines });
    let done = shop.staff().changed("refundCreate", asked, "refund { status }").await;
    assert_eq!(done["refund"]["status"], "PENDING");
    assert_eq!(shop.levels(&variant).await, sold);
    gateway.cut.store(false, Ordering::SeqCst);
    shop.work().await;
    merx::payment::refresh(&shop.app, bought.payment).await.expect("asked");
    assert_eq!(shop.levels(&variant).await, before);
    assert_balanced(&shop).await;
}

#[tokio::test]
async fn a_capture_goes_on_by_itself() {
    let (shop, gateway, _folder) = shop().await;
    let bought = Bought::with(&shop, "tok_authorize", 1).await;
    gateway.cut.store(true, Ordering::SeqCst);
    let input = json!({ "paymentId": bought.payment.to_string() });
    let shown = "payment { status capturingAmount { minorUnits } }";
    let done = shop.staff().changed("paymentCapture", input.clone(), shown).await;
    assert_eq!(done["payment"]["status"], "AUTHORIZED");
    assert_eq!(done["payment"]["capturingAmount"]["minorUnits"], bought.total);
    for mutation in ["paymentCapture", "paymentVoid"] {
        let (code, _) = shop.staff().change_refused(mutation, input.clone()).await;
        assert_eq!(code, "NOT_AUTHORIZED", "{mutation} while a capture is under way");
    }
    gateway.cut.store(false, Ordering::SeqCst);
    shop.work().await;
    let order = bought.now(&shop).await;
    assert_eq!(order["paymentStatus"], "PAID");
    assert_eq!(order["payments"][0]["capturingAmount"]["minorUnits"], 0);
    assert_eq!(accounts_of(&shop, &bought).await["CashInTransit"], bought.total);
    assert_eq!(shop.dead_jobs().await, 0);
    assert_balanced(&shop).await;
}

#[tokio::test]
async fn a_void_goes_on_by_itself() {
    let (shop, gateway, _folder) = shop().await;
    let bought = Bought::with(&shop, "tok_authorize", 1).await;
    gateway.cut.store(true, Ordering::SeqCst);
    let input = json!({ "paymentId": bought.payment.to_string() });
    let done = shop.staff().changed("paymentVoid", input, "payment { status }").await;
    assert_eq!(done["payment"]["status"], "CANCELLED");
    gateway.cut.store(false, Ordering::SeqCst);
    shop.work().await;
    let order = bought.now(&shop).await;
    assert_eq!(order["payments"][0]["authorizedAmount"]["minorUnits"], 0);
    assert_eq!(order["paymentStatus"], Value::from("PENDING"));
    assert_balanced(&shop).await;
}
