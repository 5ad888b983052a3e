//! What a gateway calls a customer.

use entity::CustomerId;
use entity::payment::gateway_customer;
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};

use crate::app::App;
use crate::customer::customer_by_id;
use crate::payment::SharedGateway;
use crate::payment::gateway::{CustomerRequest, DEADLINE};
use crate::platform::error::{Fault, Result};

/// The gateway's name for a customer; the gateway is told of them when they need one first. Not for use inside a
/// transaction.
///
/// # Errors
/// When the gateway does not answer; those of the database.
pub(crate) async fn customer_at_gateway(app: &App, gateway: &SharedGateway, customer: CustomerId) -> Result<String> {
    let id = gateway.info().id;
    if let Some(reference) = known(&app.db, &id, customer).await? {
        return Ok(reference);
    }
    let person = customer_by_id(&app.db, customer).await?;
    let person = person.ok_or(Fault::Invariant("a customer who pays is gone"))?;
    let request = CustomerRequest {
        customer,
        email: Some(person.email),
    };
    let told = tokio::time::timeout(DEADLINE, gateway.customer(&request)).await;
    let reference = told.map_err(|late| Fault::part("gateway", late))??;
    let row = gateway_customer::Model {
        customer_id: customer,
        gateway: id.clone(),
        reference,
        created_at: app.clock.now(),
    };
    gateway_customer::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing()
        .exec_without_returning(&app.db)
        .await?;
    // The first one counts, where two asked.
    let reference = known(&app.db, &id, customer).await?;
    reference.ok_or(Fault::Invariant("a customer at a gateway vanished"))
}

/// The gateway's name for a customer, when it has one.
pub(super) async fn known(db: &impl ConnectionTrait, gateway: &str, customer: CustomerId) -> Result<Option<String>> {
    let found = gateway_customer::Entity::find_by_id((customer, gateway.to_owned()));
    Ok(found.one(db).await?.map(|row| row.reference))
}
