//! Orders of somebody who had not signed in find their customer.

use entity::account::account::AccountKind;
use entity::order::orders;
use entity::order::orders::Column;
use entity::{CustomerId, TypedId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::account::account_by_id;
use crate::app::App;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs::{Job, JobError, Queue};

/// Gives the orders that were placed with the proven address of a customer to them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClaimOrders {
    /// The customer.
    pub customer: CustomerId,
}

impl Job for ClaimOrders {
    const KIND: &'static str = "order.claim";
    const QUEUE: Queue = Queue::Orders;
}

pub(super) async fn claim_orders(app: &App, job: ClaimOrders) -> Result<(), JobError> {
    claim(app, job.customer).await?;
    Ok(())
}

/// Orders that belong to somebody already stay theirs. Without a proven address nothing is given.
async fn claim(app: &App, customer: CustomerId) -> Result<(), Fault> {
    let tx = app.db.begin().await?;
    let account = account_by_id(&tx, customer.uuid()).await?;
    let proven = account.filter(|a| a.kind == AccountKind::Customer && a.email_verified_at.is_some());
    let Some(account) = proven else { return Ok(()) };
    let claimed = orders::Entity::update_many()
        .col_expr(Column::CustomerId, Expr::value(customer))
        .filter(Column::Email.eq(account.email))
        .filter(Column::CustomerId.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    if claimed.rows_affected > 0 {
        tracing::info!(%customer, orders = claimed.rows_affected, "orders claimed");
    }
    Ok(())
}
