//! How the payments of a cart share its total. Pure.

use entity::PaymentId;
use entity::payment::payment::PaymentStatus;

use crate::payment::{Payment, gift_card};
use crate::platform::money::Money;

/// What a new payment of a cart is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// How much, minor units; above 0.
    pub amount: i64,
    /// The payments that it takes the place of.
    pub instead_of: Vec<PaymentId>,
}

/// A new payment cannot be for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// Everything is paid.
    NothingDue,
    /// It is not from 1 to what is still to be paid, which is this.
    Amount(i64),
}

/// What a new payment of a cart of `total` is for, where `live` payments are there. With an amount it comes beside them
/// and is at most what they leave. Without one it is for all that gift cards leave, and takes the place of the others: of
/// gift cards too when they paid for more than there is in the cart now. So no cart is ever paid twice.
///
/// # Errors
/// See [`ShareError`].
pub fn share(total: Money, live: &[Payment], wanted: Option<Money>) -> Result<Share, ShareError> {
    let sum = |payments: &mut dyn Iterator<Item = &Payment>| payments.map(|payment| payment.amount).sum::<i64>();
    if let Some(wanted) = wanted {
        let due = total.minor - sum(&mut live.iter());
        if due <= 0 {
            return Err(ShareError::NothingDue);
        }
        if wanted.currency != total.currency || !(1..=due).contains(&wanted.minor) {
            return Err(ShareError::Amount(due));
        }
        return Ok(Share {
            amount: wanted.minor,
            instead_of: Vec::new(),
        });
    }
    let by_card = |payment: &&Payment| payment.gateway == gift_card::GATEWAY;
    let kept = sum(&mut live.iter().filter(by_card));
    if kept == total.minor {
        return Err(ShareError::NothingDue);
    }
    let all = kept > total.minor;
    let replaced = live.iter().filter(|payment| all || !by_card(payment));
    let amount = if all { total.minor } else { total.minor - kept };
    if amount <= 0 {
        return Err(ShareError::NothingDue);
    }
    Ok(Share {
        amount,
        instead_of: replaced.map(|payment| payment.id).collect(),
    })
}

/// How far the payments of a cart go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// These pay it, exactly; the others are not needed.
    Exact {
        /// Those that pay it.
        by: Vec<PaymentId>,
        /// Those that are still open.
        beside: Vec<PaymentId>,
    },
    /// The shopper must confirm one first.
    ActionRequired,
    /// A gateway has no final word yet.
    Pending,
    /// The cart cost something else when it was paid.
    OtherTotal,
    /// So much is missing, minor units.
    Missing(i64),
}

/// How far `payments` go for a cart of `total`.
pub fn cover(total: i64, payments: &[Payment]) -> Cover {
    let is_paid = |payment: &&Payment| matches!(payment.status, PaymentStatus::Authorized | PaymentStatus::Succeeded);
    let is = |status: PaymentStatus| payments.iter().any(|payment| payment.status == status);
    let sum: i64 = payments.iter().filter(is_paid).map(|payment| payment.amount).sum();
    let open = |status| matches!(status, PaymentStatus::Pending | PaymentStatus::RequiresAction);
    if total == 0 {
        // What was paid before it cost nothing goes back.
        return Cover::Exact {
            by: Vec::new(),
            beside: payments.iter().map(|payment| payment.id).collect(),
        };
    }
    if sum == total {
        let beside = payments.iter().filter(|payment| open(payment.status));
        return Cover::Exact {
            by: payments.iter().filter(is_paid).map(|payment| payment.id).collect(),
            beside: beside.map(|payment| payment.id).collect(),
        };
    }
    if is(PaymentStatus::RequiresAction) {
        return Cover::ActionRequired;
    }
    if is(PaymentStatus::Pending) {
        return Cover::Pending;
    }
    let paid_for = payments.iter().rev().find(is_paid).map(|payment| payment.cart_total);
    if sum > total || paid_for.is_some_and(|paid_for| paid_for != total) {
        return Cover::OtherTotal;
    }
    Cover::Missing(total - sum)
}
