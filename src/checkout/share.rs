//! How the payments of a cart share its total. Pure.

use std::cmp::Reverse;

use entity::PaymentId;
use entity::payment::payment::PaymentStatus;

use crate::payment::{Payment, gift_card, worth};
use crate::platform::money::Money;

/// Payments that a cart may have before another part of its total is refused.
pub const PARTS_MAX: usize = 5;
/// Granted payments that are looked at for some that make up a total, the newest.
const LOOKED_AT: usize = 10;

/// What comes of the wish to pay a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Share {
    /// Nothing: it is paid, and this payment is the newest one that does.
    Paid(PaymentId),
    /// A new payment.
    New {
        /// How much, minor units; above 0.
        amount: i64,
        /// The payments that it takes the place of.
        instead_of: Vec<PaymentId>,
    },
}

/// A new payment cannot be for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// Everything is paid.
    NothingDue,
    /// It is not from 1 to what is still to be paid, which is this.
    Amount(i64),
}

/// What a new payment through `gateway` of a cart of `total` is for, where `live` payments are there. With an amount it
/// comes beside them and is at most what they leave. Without one it is for all that those which are paid or promised
/// leave, and takes the place of the open ones. Where they leave nothing there is no other payment, so that who asks
/// twice pays once. What is paid is given back only when it is more than there is in the cart now; gift cards last.
///
/// # Errors
/// See [`ShareError`].
pub fn share(total: Money, live: &[Payment], wanted: Option<Money>, gateway: &str) -> Result<Share, ShareError> {
    let granted: Vec<&Payment> = live.iter().filter(|payment| worth(payment) > 0).collect();
    if let Some(wanted) = wanted {
        let counts = |payment: &&Payment| worth(payment) > 0 || is_open(payment);
        let due = total.minor - sum(live.iter().filter(counts));
        if due <= 0 {
            return Err(ShareError::NothingDue);
        }
        if wanted.currency != total.currency || !(1..=due).contains(&wanted.minor) {
            return Err(ShareError::Amount(due));
        }
        let spoilt = live.iter().filter(|payment| !counts(payment));
        return Ok(Share::New {
            amount: wanted.minor,
            instead_of: spoilt.map(|payment| payment.id).collect(),
        });
    }
    if total.minor <= 0 {
        return Err(ShareError::NothingDue);
    }
    if let Some(by) = exactly(total.minor, &granted, None) {
        let mut asked_for: Vec<_> = by.iter().filter(|payment| payment.gateway == gateway).collect();
        asked_for.sort_by_key(|payment| payment.id);
        let newest = asked_for.last().ok_or(ShareError::NothingDue)?;
        return Ok(Share::Paid(newest.id));
    }
    let fits = |payments: &[&Payment]| sum(payments.iter().copied()) < total.minor;
    let mut kept = granted;
    if !fits(&kept) {
        kept.retain(|payment| payment.gateway == gift_card::GATEWAY);
    }
    if !fits(&kept) {
        kept.clear();
    }
    let replaced = live
        .iter()
        .filter(|payment| !kept.iter().any(|kept| kept.id == payment.id));
    Ok(Share::New {
        amount: total.minor - sum(kept.iter().copied()),
        instead_of: replaced.map(|payment| payment.id).collect(),
    })
}

fn sum<'a>(payments: impl Iterator<Item = &'a Payment>) -> i64 {
    payments.map(|payment| payment.amount).sum()
}

/// Without a final word.
pub(super) fn is_open(payment: &Payment) -> bool {
    matches!(payment.status, PaymentStatus::Pending | PaymentStatus::RequiresAction)
}

/// Payments among `granted` that are `total` together: with `named` among them where that can be, as few as can be, the
/// newest first. More than one choice is there when one that was given up was paid after all.
fn exactly<'a>(total: i64, granted: &[&'a Payment], named: Option<PaymentId>) -> Option<Vec<&'a Payment>> {
    let mut looked_at = granted.to_vec();
    looked_at.sort_by_key(|payment| (Some(payment.id) != named, Reverse(payment.id)));
    looked_at.truncate(LOOKED_AT);
    let has_named = looked_at.first().is_some_and(|first| Some(first.id) == named);
    // A choice is a number, each of its bits a payment.
    let of = |choice: u32| {
        let payments = looked_at.iter().enumerate();
        payments.filter_map(move |(n, payment)| (choice >> n & 1 == 1).then_some(*payment))
    };
    (1..1_u32 << looked_at.len())
        .filter(|choice| sum(of(*choice)) == total)
        .min_by_key(|choice| (has_named && choice & 1 == 0, choice.count_ones(), *choice))
        .map(|choice| of(choice).collect())
}

/// How far the payments of a cart go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cover {
    /// These pay it, exactly; the others are not needed.
    Exact {
        /// Those that pay it.
        by: Vec<PaymentId>,
        /// All others: what is open is called off, what is paid goes back.
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

/// How far `payments`, oldest first, go for a cart of `total`; by `named` rather than by others.
pub fn cover(total: i64, payments: &[Payment], named: Option<PaymentId>) -> Cover {
    let granted: Vec<&Payment> = payments.iter().filter(|payment| worth(payment) > 0).collect();
    let by = match total {
        // What was paid before it cost nothing goes back.
        0 => Some(Vec::new()),
        _ => exactly(total, &granted, named),
    };
    if let Some(by) = by {
        let pays = |payment: &&Payment| by.iter().any(|by| by.id == payment.id);
        return Cover::Exact {
            by: payments.iter().filter(pays).map(|payment| payment.id).collect(),
            beside: payments
                .iter()
                .filter(|payment| !pays(payment))
                .map(|payment| payment.id)
                .collect(),
        };
    }
    let is = |status: PaymentStatus| payments.iter().any(|payment| payment.status == status);
    if is(PaymentStatus::RequiresAction) {
        return Cover::ActionRequired;
    }
    if is(PaymentStatus::Pending) {
        return Cover::Pending;
    }
    let paid = sum(granted.iter().copied());
    let paid_for = granted.last().map(|payment| payment.cart_total);
    if paid > total || paid_for.is_some_and(|paid_for| paid_for != total) {
        return Cover::OtherTotal;
    }
    Cover::Missing(total - paid)
}
