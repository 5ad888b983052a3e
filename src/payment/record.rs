//! What happens to a payment, written down. Every function joins the transaction of its caller, changes the row only
//! from the states that allow it, and adds to the history.

use chrono::{DateTime, Utc};
use entity::payment::payment::{NextAction, PaymentStatus};
use entity::payment::{payment, payment_event};
use entity::PaymentId;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::payment::gateway::{GatewayState, Snapshot};
use crate::payment::query::Payment;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// States that a gateway may still move.
const OPEN: [PaymentStatus; 2] = [PaymentStatus::Pending, PaymentStatus::RequiresAction];

/// Writes a new payment.
pub(crate) async fn open_payment(tx: &Tx, ids: &Ids, row: Payment) -> Result<Payment> {
    let row = row.into_active_model().insert(tx).await?;
    record(tx, ids, &row, "started", None, row.created_at).await?;
    Ok(row)
}

/// Writes what the gateway says, unless the payment is past it: a late answer never undoes a cancellation. Gives the
/// payment as it is afterwards, and whether this call moved it.
pub(crate) async fn apply(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    id: PaymentId,
    says: &Says,
) -> Result<(Option<Payment>, bool)> {
    let (status, kind) = match says.state() {
        GatewayState::Pending => (PaymentStatus::Pending, "pending"),
        GatewayState::RequiresAction(_) => (PaymentStatus::RequiresAction, "requires_action"),
        GatewayState::Authorized => (PaymentStatus::Authorized, "authorized"),
        GatewayState::Succeeded => (PaymentStatus::Succeeded, "succeeded"),
        GatewayState::Failed(_) => (PaymentStatus::Failed, "failed"),
        GatewayState::Cancelled => (PaymentStatus::Cancelled, "cancelled"),
    };
    let next: Option<NextAction> = match says.state() {
        GatewayState::RequiresAction(action) => Some(action.clone()),
        _ => None,
    };
    let failure = match says.state() {
        GatewayState::Failed(reason) => Some(reason.clone()),
        _ => None,
    };
    let mut update = payment::Entity::update_many()
        .col_expr(payment::Column::Status, Expr::value(status))
        .col_expr(payment::Column::NextAction, Expr::value(next))
        .col_expr(payment::Column::Failure, Expr::value(failure.clone()))
        .col_expr(payment::Column::Version, Expr::col(payment::Column::Version).add(1))
        .col_expr(payment::Column::UpdatedAt, Expr::value(now))
        .filter(payment::Column::Id.eq(id))
        .filter(payment::Column::Status.is_in(OPEN));
    if let Says::Snapshot(snapshot) = says {
        update = update
            .col_expr(
                payment::Column::GatewayReference,
                Expr::value(snapshot.reference.clone()),
            )
            .col_expr(payment::Column::AuthorizedAmount, Expr::value(snapshot.authorized))
            .col_expr(payment::Column::CapturedAmount, Expr::value(snapshot.captured))
            .col_expr(payment::Column::Method, Expr::value(snapshot.method.clone()));
    }
    match update.exec_with_returning(tx).await?.into_iter().next() {
        Some(row) => {
            record(tx, ids, &row, kind, failure, now).await?;
            Ok((Some(row), true))
        }
        None => Ok((payment::Entity::find_by_id(id).one(tx).await?, false)),
    }
}

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

impl Says {
    /// Where the payment stands by that.
    pub fn state(&self) -> GatewayState {
        match self {
            Self::Snapshot(snapshot) => snapshot.state.clone(),
            Self::NeverStarted => GatewayState::Failed("never_started".to_owned()),
            Self::Nothing => GatewayState::Pending,
        }
    }
}

/// Adds to the history of a payment.
pub(super) async fn record(
    tx: &Tx,
    ids: &Ids,
    payment: &Payment,
    kind: &str,
    message: Option<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    let event = payment_event::Model {
        id: ids.new_id(),
        payment_id: payment.id,
        kind: kind.to_owned(),
        amount: payment.amount,
        message,
        created_at: now,
    };
    payment_event::Entity::insert(event.into_active_model())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
