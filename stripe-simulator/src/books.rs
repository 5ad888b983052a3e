//! The gateway's own books, so that a test can hold a shop's against them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::Fields;
use crate::world::World;

/// The account's books.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Books {
    /// Every payment intent, oldest first.
    pub payments: Vec<Payment>,
    /// Sums by currency.
    pub sums: BTreeMap<String, Sums>,
}

/// What an intent took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payment {
    /// Its id.
    pub id: String,
    /// Its status.
    pub status: String,
    /// Its currency.
    pub currency: String,
    /// What it asks for.
    pub amount: i64,
    /// What is held and not taken.
    pub held: i64,
    /// What was taken.
    pub captured: i64,
    /// What of it was given back, failed refunds not counted.
    pub refunded: i64,
    /// How many charges succeeded. More than one is a double charge.
    pub charges: usize,
    /// How many the bank refused.
    pub declined: usize,
    /// Its metadata.
    pub metadata: BTreeMap<String, String>,
}

impl Payment {
    /// Whether it holds or keeps any of the shopper's money.
    pub fn is_live(&self) -> bool {
        self.held > 0 || self.captured > self.refunded
    }
}

/// Sums of a currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Taken.
    pub captured: i64,
    /// Given back.
    pub refunded: i64,
    /// Withdrawn by disputes, less what came back.
    pub disputed: i64,
    /// Kept by the gateway.
    pub fees: i64,
    /// What all of that leaves: the balance.
    pub net: i64,
}

impl Books {
    /// Reads the books.
    pub(crate) fn read(world: &World) -> Self {
        let mut books = Self::default();
        for intent in world.all("payment_intent") {
            let mut payment = Payment {
                id: intent.id(),
                status: intent.text("status").to_owned(),
                currency: intent.text("currency").to_owned(),
                amount: intent.int("amount"),
                held: 0,
                captured: 0,
                refunded: 0,
                charges: 0,
                declined: 0,
                metadata: intent
                    .object("metadata")
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
                    .collect(),
            };
            let charges = world
                .all("charge")
                .filter(|charge| charge.text("payment_intent") == payment.id);
            for charge in charges {
                if !charge.flag("paid") {
                    payment.declined += 1;
                    continue;
                }
                payment.charges += 1;
                payment.captured += charge.int("amount_captured");
                if !charge.flag("captured") {
                    payment.held += charge.int("amount") - charge.int("amount_refunded");
                }
            }
            // What was released without being taken has no balance transaction.
            payment.refunded = world
                .all("refund")
                .filter(|refund| refund.text("payment_intent") == payment.id && refund.text("status") != "failed")
                .filter(|refund| refund.get("balance_transaction").is_some_and(Value::is_string))
                .map(|refund| refund.int("amount"))
                .sum();
            books.payments.push(payment);
        }
        for row in world.all("balance_transaction") {
            let sums = books.sums.entry(row.text("currency").to_owned()).or_default();
            let amount = row.int("amount");
            match row.text("type") {
                "charge" => sums.captured += amount,
                "refund" | "refund_failure" => sums.refunded -= amount,
                _ => sums.disputed -= amount,
            }
            sums.fees += row.int("fee");
            sums.net += row.int("net");
        }
        books
    }

    /// How often money was taken once too often: charges beyond the first of an intent.
    pub fn double_charges(&self) -> usize {
        self.payments
            .iter()
            .map(|payment| payment.charges.saturating_sub(1))
            .sum()
    }

    /// Payments beyond the first that hold or keep money for the same thing, as metadata under `key` names it.
    pub fn double_payments(&self, key: &str) -> usize {
        let mut live = BTreeMap::<&str, usize>::new();
        for payment in self.payments.iter().filter(|payment| payment.is_live()) {
            if let Some(value) = payment.metadata.get(key) {
                *live.entry(value).or_default() += 1;
            }
        }
        live.values().map(|count| count - 1).sum()
    }

    /// What was taken and not given back, by what metadata under `key` names.
    pub fn kept_by(&self, key: &str) -> BTreeMap<String, i64> {
        let mut kept = BTreeMap::new();
        for payment in &self.payments {
            if let Some(value) = payment.metadata.get(key) {
                *kept.entry(value.clone()).or_default() += payment.captured - payment.refunded;
            }
        }
        kept
    }
}
