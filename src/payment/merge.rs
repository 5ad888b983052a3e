//! What becomes of our rows by what a gateway says. Pure. Answers may come late, twice, and in any order: whatever the
//! order, the rows end the same, because amounts of a payment only rise and states only go forward.

use entity::payment::dispute::DisputeStatus;
use entity::payment::payment::PaymentStatus;
use entity::payment::refund::RefundStatus;
use entity::payment::{dispute, refund};

use crate::payment::gateway::{DisputeSnapshot, GatewayState, RefundSnapshot, Snapshot};
use crate::payment::query::Payment;

/// What is known of a payment after its gateway was asked.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// How it is there.
    Snapshot(Box<Snapshot>),
    /// It was never heard of there: the start was lost on the way, and nothing was charged.
    NeverStarted,
    /// Nothing was heard.
    Nothing,
}

/// The failure of a payment that its gateway never heard of.
pub(super) const NEVER_STARTED: &str = "never_started";

impl Says {
    /// Where the payment stands by that.
    pub fn state(&self) -> GatewayState {
        match self {
            Self::Snapshot(snapshot) => snapshot.state.clone(),
            Self::NeverStarted => GatewayState::Failed(NEVER_STARTED.to_owned()),
            Self::Nothing => GatewayState::Pending,
        }
    }

    pub(super) fn snapshot(&self) -> Option<&Snapshot> {
        match self {
            Self::Snapshot(snapshot) => Some(snapshot),
            Self::NeverStarted | Self::Nothing => None,
        }
    }

    /// The status that a payment has by that.
    fn status(&self) -> PaymentStatus {
        match self.state() {
            GatewayState::Pending => PaymentStatus::Pending,
            GatewayState::RequiresAction(_) => PaymentStatus::RequiresAction,
            GatewayState::Failed(_) => PaymentStatus::Failed,
            GatewayState::Authorized => PaymentStatus::Authorized,
            GatewayState::Succeeded => PaymentStatus::Succeeded,
            // What was captured has succeeded: that the money went back is told by refunds.
            GatewayState::Cancelled if self.snapshot().is_some_and(|s| s.captured > 0) => PaymentStatus::Succeeded,
            GatewayState::Cancelled => PaymentStatus::Cancelled,
        }
    }
}

/// The stage of a payment that succeeded.
const SUCCEEDED: u8 = 3;

/// How far a payment has come. It never goes back: a shopper may try again after a refusal, but nothing undoes a
/// cancellation.
fn stage(status: PaymentStatus) -> u8 {
    match status {
        PaymentStatus::Pending | PaymentStatus::RequiresAction => 0,
        PaymentStatus::Failed => 1,
        PaymentStatus::Authorized => 2,
        PaymentStatus::Succeeded => SUCCEEDED,
        PaymentStatus::Cancelled => 4,
    }
}

/// The payment `row` by what its gateway `says` of itself; its refunds and disputes are not looked at.
pub(super) fn merged(row: &Payment, says: &Says) -> Payment {
    let mut next = row.clone();
    if matches!(says, Says::Nothing) {
        return next;
    }
    let status = says.status();
    let (was, is) = (stage(row.status), stage(status));
    // On the first stage the last word counts.
    if is > was || is == 0 && was == 0 {
        next.status = status;
        (next.next_action, next.failure) = match says.state() {
            GatewayState::RequiresAction(action) => (Some(action), None),
            GatewayState::Failed(reason) => (None, Some(reason)),
            _ => (None, None),
        };
    }
    let Some(snapshot) = says.snapshot() else { return next };
    next.gateway_reference = Some(snapshot.reference.clone());
    next.method = snapshot.method.clone().or(next.method);
    // Of one that was called off here after a part was taken, the gateway says at most that it succeeded.
    let known = (row.captured_amount, was.min(SUCCEEDED));
    let heard = (snapshot.captured, is.min(SUCCEEDED));
    let authorized = if heard > known {
        snapshot.authorized
    } else if heard == known {
        snapshot.authorized.min(row.authorized_amount)
    } else {
        row.authorized_amount
    };
    next.captured_amount = snapshot.captured.max(row.captured_amount);
    next.authorized_amount = authorized.clamp(0, (row.amount - next.captured_amount).max(0));
    next.fee_amount = snapshot.fee.max(row.fee_amount);
    next
}

/// Whether a payment that was called off or given up here lives on at its gateway, or has left money there.
pub(super) fn lives_on(next: &Payment, snapshot: &Snapshot) -> bool {
    let given_up = match next.status {
        PaymentStatus::Cancelled => true,
        PaymentStatus::Failed => next.failure.as_deref() == Some(NEVER_STARTED),
        _ => false,
    };
    let open = matches!(
        snapshot.state,
        GatewayState::Pending | GatewayState::RequiresAction(_) | GatewayState::Authorized
    );
    given_up && (open || next.captured_amount > next.refunded_amount + next.refunding_amount)
}

/// The refund `row` by what its gateway `says`. Money that was on its way may come back: a failure is the last word.
pub(super) fn merged_refund(row: &refund::Model, says: &RefundSnapshot) -> refund::Model {
    let stage = |status| match status {
        RefundStatus::Pending => 0,
        RefundStatus::Succeeded => 1,
        RefundStatus::Failed => 2,
    };
    let mut next = row.clone();
    if stage(says.status) > stage(row.status) {
        next.status = says.status;
    }
    // A gateway that refused made none.
    if !says.reference.is_empty() {
        next.gateway_reference = Some(says.reference.clone());
    }
    next.failure = says.failure.clone().or(next.failure);
    next.amount = says.amount;
    next
}

/// The dispute `row` by what its gateway `says`. While it runs, money is taken back; once it is over in our favour, money
/// comes back. One that was lost may be won in the end, but no bank loses what it has given up: won is the last word.
pub(super) fn merged_dispute(row: &dispute::Model, says: &DisputeSnapshot) -> dispute::Model {
    let stage = |status| match status {
        DisputeStatus::NeedsResponse => 0,
        DisputeStatus::UnderReview => 1,
        DisputeStatus::Lost => 2,
        DisputeStatus::Closed => 3,
        DisputeStatus::Won => 4,
    };
    let (was, is) = (stage(row.status), stage(says.status));
    let mut next = row.clone();
    if is > was {
        next.status = says.status;
        next.withdrawn_amount = says.withdrawn;
        next.fee_amount = says.fee;
    } else if is == was {
        let later = |ours: i64, theirs: i64| match row.status {
            DisputeStatus::Won | DisputeStatus::Closed => ours.min(theirs),
            _ => ours.max(theirs),
        };
        next.withdrawn_amount = later(row.withdrawn_amount, says.withdrawn);
        next.fee_amount = later(row.fee_amount, says.fee);
    }
    if is >= was {
        next.due_by = says.due_by.or(next.due_by);
    }
    next.amount = says.amount.max(row.amount);
    next
}
