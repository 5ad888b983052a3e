//! Changes of what a customer keeps.

use entity::payment::payment_method;
use entity::payment::payment_method::Column;
use entity::{CustomerId, PaymentMethodId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, ModelTrait, QueryFilter};

use crate::app::App;
use crate::payment::method::jobs::ForgetMethod;
use crate::payment::method::query::{PaymentMethod, kept_method, methods_of};
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::jobs;
use crate::platform::locale::{Message, message};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum MethodError {
    /// The customer keeps no such means of payment.
    NotFound,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl MethodError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => message!("payment-method-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for MethodError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Forgets a means of payment of a customer, here at once and at the gateway soon. Another one is offered first then.
///
/// # Errors
/// See [`MethodError`].
pub async fn remove_method(app: &App, customer: CustomerId, id: PaymentMethodId) -> Result<(), MethodError> {
    let tx = app.db.begin().await?;
    let row = kept_method(&tx, customer, id).await?.ok_or(MethodError::NotFound)?;
    if row.clone().delete(&tx).await?.rows_affected == 0 {
        return Err(MethodError::NotFound);
    }
    if row.is_default
        && let Some(next) = methods_of(&tx, customer).await?.first()
    {
        set_default(&tx, customer, next.id).await?;
    }
    let job = ForgetMethod {
        gateway: row.gateway,
        reference: row.reference,
    };
    jobs::enqueue(&tx, &job).await?;
    tx.commit().await?;
    Ok(())
}

/// Offers a means of payment of a customer first from now on.
///
/// # Errors
/// See [`MethodError`].
pub async fn make_default(app: &App, customer: CustomerId, id: PaymentMethodId) -> Result<PaymentMethod, MethodError> {
    let tx = app.db.begin().await?;
    set_default(&tx, customer, id).await?;
    let row = kept_method(&tx, customer, id).await?.ok_or(MethodError::NotFound)?;
    tx.commit().await?;
    Ok(row)
}

/// One statement, so that there is always one.
async fn set_default(tx: &Tx, customer: CustomerId, id: PaymentMethodId) -> Result<()> {
    payment_method::Entity::update_many()
        .col_expr(Column::IsDefault, Expr::col(Column::Id).eq(id))
        .filter(Column::CustomerId.eq(customer))
        .exec(tx)
        .await?;
    Ok(())
}
