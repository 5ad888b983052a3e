//! What is written into the books at once. Pure.

use entity::ledger::ledger_entry::LedgerAccount;
use entity::{OrderId, PaymentId};

use crate::platform::money::{Currency, Money};

/// Entries that are written together or not at all. Built with [`Posting::debit`] and [`Posting::credit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Names it: a second posting of the same name writes nothing.
    reference: String,
    /// Why: `order_placed`, `captured`, `refunded`, ...
    kind: &'static str,
    currency: Currency,
    order: Option<OrderId>,
    payment: Option<PaymentId>,
    /// Debits less credits of each account.
    sides: Vec<(LedgerAccount, i128)>,
}

/// A posting whose debits are not its credits, or do not fit 64 bits: it is not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("posting {reference} does not balance: {over} more on the debit side")]
pub struct Unbalanced {
    /// Its name.
    pub reference: String,
    /// Debits less credits, minor units.
    pub over: i128,
}

impl Posting {
    /// A posting without entries.
    pub fn new(reference: String, kind: &'static str, currency: Currency) -> Self {
        Self {
            reference,
            kind,
            currency,
            order: None,
            payment: None,
            sides: Vec::new(),
        }
    }

    /// It is about an order.
    #[must_use]
    pub fn order(mut self, order: impl Into<Option<OrderId>>) -> Self {
        self.order = order.into();
        self
    }

    /// It is about a payment, and so about the order that this pays.
    #[must_use]
    pub fn payment(mut self, payment: impl Into<Option<PaymentId>>) -> Self {
        self.payment = payment.into();
        self
    }

    /// Debits an account. An amount below 0 credits it.
    #[must_use]
    pub fn debit(mut self, account: LedgerAccount, amount: i64) -> Self {
        self.add(account, i128::from(amount));
        self
    }

    /// Credits an account. An amount below 0 debits it.
    #[must_use]
    pub fn credit(mut self, account: LedgerAccount, amount: i64) -> Self {
        self.add(account, -i128::from(amount));
        self
    }

    fn add(&mut self, account: LedgerAccount, amount: i128) {
        match self.sides.iter_mut().find(|(known, _)| *known == account) {
            Some((_, sum)) => *sum += amount,
            None => self.sides.push((account, amount)),
        }
    }

    pub(super) fn reference(&self) -> &str {
        &self.reference
    }

    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }

    pub(super) fn currency(&self) -> Currency {
        self.currency
    }

    pub(super) fn about(&self) -> (Option<OrderId>, Option<PaymentId>) {
        (self.order, self.payment)
    }

    /// Its entries: account, debit and credit. Those of nothing are left out; an account stands in it once.
    ///
    /// # Errors
    /// When it does not balance.
    pub fn entries(&self) -> Result<Vec<(LedgerAccount, i64, i64)>, Unbalanced> {
        let over = self.sides.iter().map(|(_, amount)| amount).sum();
        let unbalanced = || Unbalanced {
            reference: self.reference.clone(),
            over,
        };
        if over != 0 {
            return Err(unbalanced());
        }
        let entries = self.sides.iter().filter(|(_, amount)| *amount != 0);
        entries
            .map(|(account, amount)| {
                let size = i64::try_from(amount.unsigned_abs()).map_err(|_| unbalanced())?;
                Ok(if *amount > 0 {
                    (*account, size, 0)
                } else {
                    (*account, 0, size)
                })
            })
            .collect()
    }
}

/// What an order consists of, minor units: `total = subtotal - discount + shipping`, plus `tax` where prices do not
/// include it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderAmounts {
    /// The order.
    pub order: OrderId,
    /// What is due, and its currency.
    pub total: Money,
    /// Sum of the lines before discounts.
    pub subtotal: i64,
    /// Sum of the discounts.
    pub discount: i64,
    /// Price of the delivery.
    pub shipping: i64,
    /// Tax on lines and delivery.
    pub tax: i64,
    /// Whether the prices include it.
    pub tax_included: bool,
}

/// Something was sold: the buyer owes its total. Where prices include tax, the tax is taken out of the revenue.
pub fn order_placed(amounts: &OrderAmounts) -> Posting {
    let within = if amounts.tax_included { amounts.tax } else { 0 };
    Posting::new(
        format!("order_placed:{}", amounts.order),
        "order_placed",
        amounts.total.currency,
    )
    .order(amounts.order)
    .debit(LedgerAccount::Receivable, amounts.total.minor)
    .debit(LedgerAccount::Discounts, amounts.discount)
    .credit(LedgerAccount::Revenue, amounts.subtotal - within)
    .credit(LedgerAccount::Shipping, amounts.shipping)
    .credit(LedgerAccount::Tax, amounts.tax)
}
