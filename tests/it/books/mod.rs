//! Money that moves: what staff does with payments, what gateways tell, and the books that follow.

mod away;
mod held;
mod posting;
mod property;
mod refund;
mod rules;
mod told;

use std::collections::BTreeMap;
use std::sync::Arc;

use entity::PaymentId;
use merx::ledger::{LedgerFilter, balances, violations};
use merx::payment::gateway::TestGateway;
use merx::platform::clock::Clock;
use serde_json::{Value, json};

use crate::support::{ORDER, Shop};

/// A shop beside its gateway, where things happen that nobody asked for.
struct Till {
    shop: Shop,
    gateway: Arc<TestGateway>,
    _folder: tempfile::TempDir,
}

impl Till {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let gateway = TestGateway::new(folder.path().to_owned(), Clock::system()).expect("a gateway");
        let gateway = Arc::new(gateway);
        Self {
            shop: Shop::paid_through(gateway.clone()).await,
            gateway,
            _folder: folder,
        }
    }

    /// Asks the gateway again.
    async fn refresh(&self, payment: PaymentId) {
        let asked = merx::payment::refresh(&self.shop.app, payment).await;
        assert!(asked.expect("an answer").is_some());
    }
}

/// Something that was bought, and how it was paid.
struct Bought {
    order: Value,
    payment: PaymentId,
    /// The total in minor units.
    total: i64,
}

impl Bought {
    fn id(&self) -> &Value {
        &self.order["id"]
    }

    async fn with(shop: &Shop, token: &str, units: i32) -> Self {
        let (variant, _) = shop.variant(20).await;
        let cart = shop.ready_cart(&variant, units).await;
        let payment = shop.pay(&cart, token).await["payment"]["id"].take();
        let mut done = shop.complete(&cart, &payment, Value::Null).await;
        assert_eq!(done["errors"], json!([]));
        let order = done["order"].take();
        Self {
            total: minor(&order["total"]["amount"]),
            order,
            payment: payment.as_str().expect("an id").parse().expect("a payment id"),
        }
    }

    /// The order as it is now.
    async fn now(&self, shop: &Shop) -> Value {
        let document = format!(
            "query($id: ID!) {{ order(id: $id) {{ ...OrderParts paidTotal {{ amount }} refundedTotal {{ amount }}
               refunds {{ id status requestedBy amount {{ minorUnits }} }}
               payments {{ id status capturedAmount {{ minorUnits }} authorizedAmount {{ minorUnits }}
                 refundedAmount {{ minorUnits }} refundingAmount {{ minorUnits }} disputedAmount {{ minorUnits }}
                 capturingAmount {{ minorUnits }} feeAmount {{ minorUnits }} events {{ type amount {{ minorUnits }} }}
                 disputes {{ status withdrawnAmount {{ minorUnits }} }} refunds {{ status }} }} }} }} {ORDER}"
        );
        let mut data = shop.staff().data(&document, json!({ "id": self.id() })).await;
        data["order"].take()
    }
}

/// A decimal of two places in minor units.
fn minor(amount: &Value) -> i64 {
    let text = amount.as_str().expect("an amount");
    text.replace('.', "").parse().expect("digits")
}

/// An amount of dollars.
fn usd(minor: i64) -> Value {
    json!({ "amount": format!("{}.{:02}", minor / 100, minor % 100), "currencyCode": "USD" })
}

/// What stands in the accounts, debits less credits, by name; those of nothing are left out.
async fn accounts(shop: &Shop, filter: LedgerFilter) -> BTreeMap<String, i64> {
    let found = balances(&shop.app.db, &filter).await.expect("balances");
    found
        .into_iter()
        .map(|balance| (format!("{:?}", balance.account), balance.debit - balance.credit))
        .filter(|(_, amount)| *amount != 0)
        .collect()
}

/// The accounts of one order.
async fn accounts_of(shop: &Shop, bought: &Bought) -> BTreeMap<String, i64> {
    let order = bought.id().as_str().expect("an id").parse().expect("an order id");
    let filter = LedgerFilter {
        order: Some(order),
        ..LedgerFilter::default()
    };
    accounts(shop, filter).await
}

/// Fails when a rule of the books does not hold.
async fn assert_balanced(shop: &Shop) {
    let found = violations(&shop.app.db).await.expect("a look at the books");
    assert!(found.is_empty(), "{found:#?}");
}

/// The kinds in the history of an order.
fn history(order: &Value) -> Vec<&str> {
    let nodes = order["events"]["nodes"].as_array().expect("events");
    nodes
        .iter()
        .map(|event| event["type"].as_str().expect("a kind"))
        .collect()
}
