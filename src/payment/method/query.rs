//! Reads of kept means of payment.

use entity::payment::{gateway_customer, payment_method};
use entity::{CustomerId, PaymentMethodId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::platform::error::Result;

/// A means of payment that a customer keeps.
pub type PaymentMethod = payment_method::Model;

/// What a customer keeps, the one to offer first at the head.
///
/// # Errors
/// Those of the database.
pub async fn methods_of(db: &impl ConnectionTrait, customer: CustomerId) -> Result<Vec<PaymentMethod>> {
    Ok(payment_method::Entity::find()
        .filter(payment_method::Column::CustomerId.eq(customer))
        .order_by_desc(payment_method::Column::IsDefault)
        .order_by_desc(payment_method::Column::Id)
        .all(db)
        .await?)
}

/// The means of payment `id`, when it is the customer's.
///
/// # Errors
/// Those of the database.
pub async fn kept_method(
    db: &impl ConnectionTrait,
    customer: CustomerId,
    id: PaymentMethodId,
) -> Result<Option<PaymentMethod>> {
    let found = payment_method::Entity::find_by_id(id);
    let theirs = found.filter(payment_method::Column::CustomerId.eq(customer));
    Ok(theirs.one(db).await?)
}

/// Whom a gateway calls so.
pub(super) async fn customer_called(
    db: &impl ConnectionTrait,
    gateway: &str,
    reference: &str,
) -> Result<Option<CustomerId>> {
    let found = gateway_customer::Entity::find()
        .filter(gateway_customer::Column::Gateway.eq(gateway))
        .filter(gateway_customer::Column::Reference.eq(reference))
        .one(db)
        .await?;
    Ok(found.map(|row| row.customer_id))
}
