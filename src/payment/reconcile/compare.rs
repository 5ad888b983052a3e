//! What differs between our books and those of a gateway. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use entity::payment::payment::PaymentStatus;

use crate::payment::gateway::Snapshot;
use crate::payment::query::Payment;

/// From what age on a payment without an order is a matter for people: by then everything that helps itself has.
const SETTLED_BY: TimeDelta = TimeDelta::days(2);

/// How long a payment that was called off may still hold money at its gateway: a job lets it go.
const LET_GO_BY: TimeDelta = TimeDelta::hours(1);

/// What can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The gateway has money of a payment that is none of ours.
    UnknownPayment,
    /// Another currency.
    Currency,
    /// Another amount can still be captured.
    AuthorizedAmount,
    /// Another amount was captured.
    CapturedAmount,
    /// Another amount went back.
    RefundedAmount,
    /// What the gateway holds is not what our books say that it holds.
    BookedAmount,
    /// Money was taken, and there is no order for it.
    PaidWithoutOrder,
    /// What the gateway says cannot be written down: our database, or a rule of ours, refuses it.
    NotApplicable,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::UnknownPayment => "unknown_payment",
            Self::Currency => "currency",
            Self::AuthorizedAmount => "authorized_amount",
            Self::CapturedAmount => "captured_amount",
            Self::RefundedAmount => "refunded_amount",
            Self::BookedAmount => "booked_amount",
            Self::PaidWithoutOrder => "paid_without_order",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// A difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub kind: Kind,
    /// What our books say, minor units.
    pub ours: Option<i64>,
    /// What the gateway says, minor units.
    pub theirs: Option<i64>,
}

/// A payment in our books.
#[derive(Clone, Copy, Debug)]
pub struct Ours<'a> {
    /// The payment.
    pub payment: &'a Payment,
    /// What the books say that the gateway holds of it, minor units.
    pub booked: i64,
    /// What the gateway keeps for its work on disputes, minor units.
    pub dispute_fees: i64,
}

impl Ours<'_> {
    /// What the gateway holds by the figures of the payment.
    fn held(&self) -> i64 {
        let p = self.payment;
        p.captured_amount - p.refunded_amount - p.fee_amount - p.disputed_amount - self.dispute_fees
    }
}

/// What differs, where the gateway says `theirs` and its word has been written down already: what it did not settle.
pub fn differences(ours: Option<Ours<'_>>, theirs: &Snapshot, now: DateTime<Utc>) -> Vec<Difference> {
    let Some(ours) = ours else {
        let money = theirs.captured.max(theirs.authorized);
        let unknown = Difference {
            kind: Kind::UnknownPayment,
            ours: None,
            theirs: Some(money),
        };
        return if money > 0 { vec![unknown] } else { Vec::new() };
    };
    let payment = ours.payment;
    if payment.currency_code != theirs.amount.currency.code() {
        return vec![Difference {
            kind: Kind::Currency,
            ours: Some(payment.amount),
            theirs: Some(theirs.amount.minor),
        }];
    }
    let mut found = Vec::new();
    let mut compare = |kind, ours: i64, theirs: i64| {
        if ours != theirs {
            found.push(Difference {
                kind,
                ours: Some(ours),
                theirs: Some(theirs),
            });
        }
    };
    let is_let_go = payment.status == PaymentStatus::Cancelled && now - payment.updated_at < LET_GO_BY;
    if !is_let_go {
        compare(Kind::AuthorizedAmount, payment.authorized_amount, theirs.authorized);
    }
    compare(Kind::CapturedAmount, payment.captured_amount, theirs.captured);
    compare(Kind::RefundedAmount, payment.refunded_amount, theirs.refunded());
    compare(Kind::BookedAmount, ours.booked, ours.held());
    found.extend(without_order(payment, now));
    found
}

/// That what the gateway says of `payment` could not be written down.
pub fn not_applicable(payment: &Payment, theirs: &Snapshot) -> Difference {
    Difference {
        kind: Kind::NotApplicable,
        ours: Some(payment.captured_amount),
        theirs: Some(theirs.captured),
    }
}

/// Money that was taken, and no order for it.
fn without_order(payment: &Payment, now: DateTime<Utc>) -> Option<Difference> {
    let kept = payment.captured_amount - payment.refunded_amount - payment.refunding_amount;
    let strange = payment.order_id.is_none() && kept > 0 && now - payment.created_at > SETTLED_BY;
    strange.then_some(Difference {
        kind: Kind::PaidWithoutOrder,
        ours: Some(kept),
        theirs: None,
    })
}
