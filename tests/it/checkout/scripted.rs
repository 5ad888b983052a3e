//! A gateway that does what a test says, and tells what it is told to tell.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::PaymentId;
use entity::payment::payment::NextAction;
use entity::payment::refund::RefundStatus;
use merx::payment::gateway::{
    Answer, CaptureRequest, EventSubject, Gateway, GatewayInfo, Handle, InboundEvent, NotBelieved, PaymentsPage,
    RefundRequest, RefundSnapshot, Snapshot,
};
use merx::payment::inbox::{Inbound, ReceiveError, receive};
use merx::payment::{GatewayState, StartRequest};
use merx::platform::error::{Fault, Result};
use serde_json::{Value, json};

use crate::support::Shop;

/// The signature that it believes.
pub const SIGNATURE: &str = "right";
/// The header that it signs with.
pub const HEADER: &str = "x-scripted-signature";

/// A gateway in memory. Tokens: `tok_3ds` waits for the shopper, `tok_lost` too, but its answer is lost; all others pay.
#[derive(Default)]
pub struct Scripted {
    payments: Mutex<BTreeMap<PaymentId, Snapshot>>,
    /// Lists no payments: they are too old.
    pub lists_none: AtomicBool,
    /// Gives no answer to refunds.
    pub is_away: AtomicBool,
    /// Takes its time with refunds.
    pub is_slow: AtomicBool,
}

impl Scripted {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Has something happen to a payment, or to one that only the gateway knows.
    pub fn happens(&self, id: PaymentId, change: impl FnOnce(&mut Snapshot)) {
        let mut payments = self.payments.lock().expect("nobody panicked");
        change(payments.get_mut(&id).expect("it is known"));
    }

    /// Puts a payment there that nobody here has heard of.
    pub fn put(&self, id: PaymentId, snapshot: Snapshot) {
        self.payments.lock().expect("nobody panicked").insert(id, snapshot);
    }

    pub fn get(&self, id: PaymentId) -> Snapshot {
        self.payments.lock().expect("nobody panicked")[&id].clone()
    }

    /// The shopper has paid.
    pub fn succeeds(&self, id: PaymentId) {
        self.happens(id, |snapshot| {
            snapshot.state = GatewayState::Succeeded;
            snapshot.captured = snapshot.amount.minor;
        });
    }

    /// Money goes back there, without us.
    pub fn refunds(&self, id: PaymentId, reference: &str, amount: i64) {
        self.happens(id, |snapshot| snapshot.refunds.push(refund(None, reference, amount)));
    }
}

fn refund(refund: Option<entity::RefundId>, reference: &str, amount: i64) -> RefundSnapshot {
    RefundSnapshot {
        refund,
        reference: reference.to_owned(),
        amount,
        status: RefundStatus::Succeeded,
        failure: None,
    }
}

/// Tells something about a payment: `event` names it, so that it can be told again.
pub fn event(event: &str, kind: &str, payment: PaymentId) -> Value {
    json!({ "id": event, "kind": kind, "payment": payment.to_string() })
}

/// Has a shop receive an event.
pub async fn tell(shop: &Shop, event: &Value) -> Result<(), ReceiveError> {
    let body = event.to_string();
    let inbound = Inbound {
        gateway: "test",
        signature: SIGNATURE,
        body: body.as_bytes(),
    };
    receive(&shop.app, inbound).await
}

pub fn id_of(payment: &Value) -> PaymentId {
    payment["id"].as_str().expect("an id").parse().expect("a payment id")
}

#[async_trait]
impl Gateway for Scripted {
    fn info(&self) -> GatewayInfo {
        GatewayInfo {
            id: "test".to_owned(),
            name: "Scripted".to_owned(),
            publishable_key: None,
        }
    }

    async fn start(&self, request: &StartRequest) -> Result<Snapshot> {
        let token = request.token.as_deref().unwrap_or_default();
        let waits = matches!(token, "tok_3ds" | "tok_lost");
        let action = NextAction {
            kind: "redirect".to_owned(),
            client_secret: None,
            url: None,
        };
        let snapshot = Snapshot {
            payment: Some(request.payment),
            reference: format!("ref_{}", request.payment),
            state: match waits {
                true => GatewayState::RequiresAction(action),
                false => GatewayState::Succeeded,
            },
            amount: request.amount,
            authorized: 0,
            captured: if waits { 0 } else { request.amount.minor },
            fee: 0,
            refunds: Vec::new(),
            disputes: Vec::new(),
            method: None,
            method_reference: None,
        };
        self.put(request.payment, snapshot.clone());
        match token {
            "tok_lost" => Err(Fault::Invariant("the answer was lost")),
            _ => Ok(snapshot),
        }
    }

    async fn read(&self, payment: &Handle) -> Result<Option<Snapshot>> {
        let payments = self.payments.lock().expect("nobody panicked");
        Ok(payments.get(&payment.payment).cloned())
    }

    async fn capture(&self, _: &CaptureRequest) -> Result<Answer<Snapshot>> {
        Ok(Answer::Refused("everything is captured at once".to_owned()))
    }

    async fn refund(&self, request: &RefundRequest) -> Result<Answer<RefundSnapshot>> {
        if self.is_away.load(Ordering::SeqCst) {
            return Err(Fault::Invariant("nobody answers"));
        }
        let mut done = refund(Some(request.refund), &request.refund.to_string(), request.amount.minor);
        if self.is_slow.load(Ordering::SeqCst) {
            done.status = RefundStatus::Pending;
        }
        self.happens(request.payment.payment, |snapshot| snapshot.refunds.push(done.clone()));
        Ok(Answer::Done(done))
    }

    async fn cancel(&self, payment: &Handle) -> Result<()> {
        self.happens(payment.payment, |snapshot| {
            let left = snapshot.captured - snapshot.refunded();
            if left > 0 {
                snapshot.refunds.push(refund(None, "re_all", left));
            }
            snapshot.state = GatewayState::Cancelled;
            snapshot.authorized = 0;
        });
        Ok(())
    }

    async fn payments(&self, _: DateTime<Utc>, _: Option<&str>) -> Result<PaymentsPage> {
        if self.lists_none.load(Ordering::SeqCst) {
            return Ok(PaymentsPage::default());
        }
        let payments = self.payments.lock().expect("nobody panicked");
        Ok(PaymentsPage {
            payments: payments.values().rev().cloned().collect(),
            next: None,
        })
    }

    fn signature_header(&self) -> Option<&'static str> {
        Some(HEADER)
    }

    fn event(&self, signature: &str, body: &[u8]) -> Result<InboundEvent, NotBelieved> {
        match signature {
            SIGNATURE => {}
            "old" => return Err(NotBelieved::Age),
            _ => return Err(NotBelieved::Signature),
        }
        let event: Value = serde_json::from_slice(body).map_err(|_| NotBelieved::Malformed)?;
        let text = |name: &str| event[name].as_str().map(str::to_owned).ok_or(NotBelieved::Malformed);
        let subject = match event["payment"].as_str() {
            None => EventSubject::Other,
            Some(id) => EventSubject::Payment {
                payment: id.parse().ok(),
                reference: format!("ref_{id}"),
            },
        };
        Ok(InboundEvent {
            id: text("id")?,
            kind: text("kind")?,
            subject,
        })
    }
}
