//! What a payment means for the books. Pure.
//!
//! What a gateway takes lies with it (`cash_in_transit`) until it pays out; a gift card holds money that is owed to its
//! holder (`gift_card_liability`). Money that goes back lowers the sale (`refunds`) when the payment had paid an order;
//! when it had not, nothing was sold, and what was owed is owed again (`receivable`).

use entity::payment::{dispute, refund};

use crate::ledger::{LedgerAccount, Posting};
use crate::payment::query::{GIFT_CARD, Payment};
use crate::platform::error::{Fault, Result};
use crate::platform::money::Currency;

fn posting(payment: &Payment, kind: &'static str, what: impl std::fmt::Display) -> Result<Posting> {
    Ok(Posting::new(format!("{kind}:{what}"), kind, currency_of(payment)?)
        .order(payment.order_id)
        .payment(payment.id))
}

pub(super) fn currency_of(payment: &Payment) -> Result<Currency> {
    let currency = payment.currency_code.parse();
    currency.map_err(|e| Fault::part("currency of a payment", e))
}

/// Where the money of a payment lies.
fn held(payment: &Payment) -> LedgerAccount {
    if payment.gateway == GIFT_CARD {
        LedgerAccount::GiftCardLiability
    } else {
        LedgerAccount::CashInTransit
    }
}

/// More was captured: `payment` as it is now, `more` of it new.
pub(super) fn captured(payment: &Payment, more: i64) -> Result<Posting> {
    let all = payment.captured_amount;
    Ok(posting(payment, "captured", format_args!("{}:{all}", payment.id))?
        .debit(held(payment), more)
        .credit(LedgerAccount::Receivable, more))
}

/// The gateway keeps more for its work.
pub(super) fn fee(payment: &Payment, more: i64) -> Result<Posting> {
    let all = payment.fee_amount;
    Ok(posting(payment, "fee", format_args!("{}:{all}", payment.id))?
        .debit(LedgerAccount::Fees, more)
        .credit(held(payment), more))
}

fn given_back(refund: &refund::Model) -> LedgerAccount {
    match refund.order_id {
        Some(_) => LedgerAccount::Refunds,
        None => LedgerAccount::Receivable,
    }
}

/// Money went back.
pub(super) fn refunded(payment: &Payment, refund: &refund::Model) -> Result<Posting> {
    Ok(posting(payment, "refunded", refund.id)?
        .debit(given_back(refund), refund.amount)
        .credit(held(payment), refund.amount))
}

/// Money that had gone back did not arrive.
pub(super) fn refund_failed(payment: &Payment, refund: &refund::Model) -> Result<Posting> {
    Ok(posting(payment, "refund_failed", refund.id)?
        .debit(held(payment), refund.amount)
        .credit(given_back(refund), refund.amount))
}

/// A bank took money back, or gave it again: both amounts may be below 0. `payment` carries its new version.
pub(super) fn disputed(payment: &Payment, dispute: &dispute::Model, taken: i64, fee: i64) -> Result<Posting> {
    // Taken, given again and taken once more are three postings: the version, which is counted under the lock of the
    // payment, tells them apart.
    let name = format!("{}:{}", dispute.id, payment.version);
    Ok(posting(payment, "disputed", name)?
        .debit(LedgerAccount::Disputes, taken)
        .debit(LedgerAccount::Fees, fee)
        .credit(held(payment), taken.saturating_add(fee)))
}
