//! A person is forgotten.

use entity::CustomerId;
use entity::customer::customer;
use sea_orm::EntityTrait;

use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Deletes a customer; the addresses go along.
///
/// # Errors
/// Those of the database.
pub(crate) async fn forget(tx: &Tx, customer: CustomerId) -> Result<()> {
    customer::Entity::delete_by_id(customer).exec(tx).await?;
    Ok(())
}
