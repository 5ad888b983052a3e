//! Whatever a gateway says, in whatever order, however often: the payment and the books end the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use entity::PaymentId;
use entity::payment::dispute::DisputeStatus;
use entity::payment::refund::RefundStatus;
use merx::ledger::LedgerFilter;
use merx::payment::gateway::{
    Answer, CaptureRequest, DisputeSnapshot, Gateway, GatewayInfo, Handle, PaymentsPage, RefundRequest, RefundSnapshot,
    Snapshot,
};
use merx::payment::{GatewayState, Payment, StartRequest};
use merx::platform::error::{Fault, Result};
use merx::platform::money::Money;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::{accounts, assert_balanced};
use crate::support::Shop;

/// How a payment stands: the amounts are percents of it.
#[derive(Clone, Debug, Default)]
struct Stand {
    state: Option<GatewayState>,
    authorized: i64,
    captured: i64,
    fee: i64,
    refunds: Vec<(i64, Option<RefundStatus>)>,
    disputes: Vec<(i64, bool, Option<DisputeStatus>)>,
}

impl Stand {
    fn snapshot(&self, payment: PaymentId, amount: Money) -> Snapshot {
        let part = |percent: i64| amount.minor * percent / 100;
        Snapshot {
            payment: Some(payment),
            reference: format!("scripted_{payment}"),
            state: self.state.clone().unwrap_or(GatewayState::Pending),
            amount,
            authorized: part(self.authorized),
            captured: part(self.captured),
            fee: part(self.fee),
            refunds: self
                .refunds
                .iter()
                .enumerate()
                .map(|(n, (percent, status))| RefundSnapshot {
                    refund: None,
                    reference: format!("refund_{n}"),
                    amount: part(*percent),
                    status: status.unwrap_or(RefundStatus::Pending),
                    failure: None,
                })
                .collect(),
            disputes: self
                .disputes
                .iter()
                .enumerate()
                .map(|(n, (percent, taken, status))| DisputeSnapshot {
                    reference: format!("dispute_{payment}_{n}"),
                    amount: part(*percent),
                    withdrawn: if *taken { part(*percent) } else { 0 },
                    fee: if *taken { 15 } else { 0 },
                    reason: "fraudulent".to_owned(),
                    status: status.unwrap_or(DisputeStatus::NeedsResponse),
                    due_by: None,
                })
                .collect(),
            method: None,
            method_reference: None,
        }
    }
}

/// What may happen to a payment next.
#[derive(Clone, Debug)]
enum Step {
    Refuse,
    Authorize,
    Capture(i64),
    LetGo,
    Fee,
    Refund(i64),
    RefundEnds(usize, bool),
    Dispute(i64),
    DisputeTakes(usize),
    DisputeEnds(usize, bool),
    DisputeTurns(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => Just(Step::Refuse),
        4 => Just(Step::Authorize),
        4 => (10i64..=100).prop_map(Step::Capture),
        1 => Just(Step::LetGo),
        1 => Just(Step::Fee),
        3 => (5i64..=60).prop_map(Step::Refund),
        3 => (0usize..3, any::<bool>()).prop_map(|(n, good)| Step::RefundEnds(n, good)),
        2 => (5i64..=60).prop_map(Step::Dispute),
        2 => (0usize..3).prop_map(Step::DisputeTakes),
        2 => (0usize..3, any::<bool>()).prop_map(|(n, good)| Step::DisputeEnds(n, good)),
        1 => (0usize..3).prop_map(Step::DisputeTurns),
    ]
}

/// The states that a payment goes through by `steps`; those that make no sense where they come are passed over.
fn course(steps: &[Step]) -> Vec<Stand> {
    let mut now = Stand::default();
    let mut course = vec![now.clone()];
    for step in steps {
        let gone: i64 = now
            .refunds
            .iter()
            .filter(|r| r.1 != Some(RefundStatus::Failed))
            .map(|r| r.0)
            .sum();
        let open = matches!(now.state, Some(GatewayState::Authorized | GatewayState::Succeeded));
        match step {
            Step::Refuse if now.state.is_none() => now.state = Some(GatewayState::Failed("card_declined".to_owned())),
            Step::Authorize if matches!(now.state, None | Some(GatewayState::Failed(_))) => {
                (now.state, now.authorized) = (Some(GatewayState::Authorized), 100);
            }
            Step::Capture(percent) if open && now.authorized > 0 => {
                let part = (*percent).min(now.authorized);
                (now.authorized, now.captured) = (now.authorized - part, now.captured + part);
                now.state = Some(GatewayState::Succeeded);
            }
            Step::LetGo if now.authorized > 0 => {
                now.authorized = 0;
                if now.captured == 0 {
                    now.state = Some(GatewayState::Cancelled);
                }
            }
            Step::Fee if now.captured > 0 => now.fee += 1,
            Step::Refund(percent) if now.captured - gone >= *percent => now.refunds.push((*percent, None)),
            Step::RefundEnds(n, good) => {
                if let Some((_, status)) = now.refunds.get_mut(*n) {
                    *status = match (*status, good) {
                        (None, true) => Some(RefundStatus::Succeeded),
                        (None | Some(RefundStatus::Succeeded), false) => Some(RefundStatus::Failed),
                        (status, _) => status,
                    };
                }
            }
            Step::Dispute(percent) if now.captured >= *percent => now.disputes.push((*percent, false, None)),
            Step::DisputeTakes(n) => {
                if let Some((_, taken, None)) = now.disputes.get_mut(*n) {
                    *taken = true;
                }
            }
            Step::DisputeEnds(n, won) => {
                if let Some((_, taken, status @ None)) = now.disputes.get_mut(*n) {
                    *status = Some(if *won { DisputeStatus::Won } else { DisputeStatus::Lost });
                    *taken &= !won;
                }
            }
            Step::DisputeTurns(n) => {
                if let Some((_, taken, status @ Some(DisputeStatus::Lost))) = now.disputes.get_mut(*n) {
                    (*taken, *status) = (false, Some(DisputeStatus::Won));
                }
            }
            _ => continue,
        }
        course.push(now.clone());
    }
    course
}

/// Says of a payment what it is told to say.
#[derive(Default)]
struct Scripted(Mutex<Option<Snapshot>>);

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
        Ok(Stand::default().snapshot(request.payment, request.amount))
    }

    async fn read(&self, _: &Handle) -> Result<Option<Snapshot>> {
        Ok(self.0.lock().expect("nobody panicked").clone())
    }

    async fn capture(&self, _: &CaptureRequest) -> Result<Answer<Snapshot>> {
        Err(Fault::Invariant("not in the script"))
    }

    async fn refund(&self, _: &RefundRequest) -> Result<Answer<RefundSnapshot>> {
        Err(Fault::Invariant("not in the script"))
    }

    async fn cancel(&self, _: &Handle) -> Result<()> {
        Err(Fault::Invariant("not in the script"))
    }

    async fn payments(&self, _: DateTime<Utc>, _: Option<&str>) -> Result<PaymentsPage> {
        Ok(PaymentsPage::default())
    }
}

/// What counts of a payment in the end.
fn outcome(payment: &Payment) -> String {
    format!(
        "{:?} authorized {} captured {} refunded {} refunding {} disputed {} fee {}",
        payment.status,
        payment.authorized_amount,
        payment.captured_amount,
        payment.refunded_amount,
        payment.refunding_amount,
        payment.disputed_amount,
        payment.fee_amount
    )
}

/// A new payment that hears `stands` in this order: what it comes to, the accounts, and its amount.
async fn told(
    shop: &Shop,
    gateway: &Scripted,
    variant: &str,
    stands: &[Stand],
) -> (String, BTreeMap<String, i64>, i64) {
    // A cart of its own: one that is paid is not paid again.
    let cart = shop.ready_cart(variant, 1).await;
    let started = shop.pay(&cart, "tok_success").await;
    let id: PaymentId = started["payment"]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("a payment id");
    let db = &shop.app.db;
    let payment = merx::payment::payment_by_id(db, id)
        .await
        .expect("read")
        .expect("a payment");
    let amount = Money::new(payment.amount, "USD".parse().expect("a currency"));
    for stand in stands {
        *gateway.0.lock().expect("nobody panicked") = Some(stand.snapshot(id, amount));
        merx::payment::refresh(&shop.app, id).await.expect("written down");
    }
    let payment = merx::payment::payment_by_id(db, id)
        .await
        .expect("read")
        .expect("a payment");
    let of_payment = LedgerFilter {
        payment: Some(id),
        ..LedgerFilter::default()
    };
    (outcome(&payment), accounts(shop, of_payment).await, payment.amount)
}

#[test]
fn any_order_ends_the_same() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let gateway = Arc::new(Scripted::default());
    let shop = runtime.block_on(Shop::paid_through(gateway.clone()));
    let variant = runtime.block_on(async {
        let (variant, _) = shop.variant(5).await;
        shop.stock(&variant, 500).await;
        variant
    });
    // A course, and the same in another order with some of it twice.
    let courses = prop::collection::vec(step(), 4..16)
        .prop_map(|steps| course(&steps))
        .prop_flat_map(|course| {
            let twice = prop::collection::vec(0..course.len(), 0..4);
            (Just(course), twice).prop_flat_map(|(course, twice)| {
                let mut heard = course.clone();
                heard.extend(twice.iter().map(|n| course[*n].clone()));
                (Just(course), Just(heard).prop_shuffle())
            })
        });
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    let check = |(course, heard): (Vec<Stand>, Vec<Stand>)| {
        runtime.block_on(async {
            let expected = told(&shop, &gateway, &variant, &course).await;
            let found = told(&shop, &gateway, &variant, &heard).await;
            prop_assert_eq!(&found, &expected, "heard in the order {:#?}", heard);
            let last = course.last().expect("a course");
            // In money and not in percent: two parts may come to a cent less than the whole.
            let part = |percent: i64| expected.2 * percent / 100;
            let succeeded = last.refunds.iter().filter(|r| r.1 == Some(RefundStatus::Succeeded));
            let back: i64 = succeeded.map(|r| part(r.0)).sum();
            prop_assert_eq!(
                expected.1.contains_key("Receivable"),
                last.captured > 0 && back < part(last.captured)
            );
            Ok(())
        })
    };
    TestRunner::new(config)
        .run(&courses, check)
        .expect("the order does not matter");
    runtime.block_on(assert_balanced(&shop));
}
