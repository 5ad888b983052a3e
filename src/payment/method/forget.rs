//! A person is forgotten.

use entity::CustomerId;
use entity::payment::{gateway_customer, payment_method};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::payment::method::jobs::ForgetCustomer;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::jobs;

/// Forgets what a customer keeps with gateways, here at once and there soon.
///
/// # Errors
/// Those of the database.
pub(crate) async fn forget_people(tx: &Tx, customer: CustomerId) -> Result<()> {
    let known = gateway_customer::Entity::delete_many()
        .filter(gateway_customer::Column::CustomerId.eq(customer))
        .exec_with_returning(tx)
        .await?;
    for row in known {
        let job = ForgetCustomer {
            gateway: row.gateway,
            reference: row.reference,
        };
        jobs::enqueue(tx, &job).await?;
    }
    payment_method::Entity::delete_many()
        .filter(payment_method::Column::CustomerId.eq(customer))
        .exec(tx)
        .await?;
    Ok(())
}
