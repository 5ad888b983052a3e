//! What a gateway calls a customer.

use entity::CustomerId;
use entity::payment::{gateway_customer, payment_method};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};

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
    let reference = introduce(app, gateway, customer, None).await?;
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

/// Gives a customer a new name at a gateway that no longer knows `gone`, and forgets what was kept there under it. Whoever
/// comes second finds the new name. Not for use inside a transaction.
///
/// # Errors
/// As for [`customer_at_gateway`].
pub(crate) async fn replace_customer(
    app: &App,
    gateway: &SharedGateway,
    customer: CustomerId,
    gone: &str,
) -> Result<()> {
    let id = gateway.info().id;
    let reference = introduce(app, gateway, customer, Some(gone.to_owned())).await?;
    let tx = app.db.begin().await?;
    let replaced = gateway_customer::Entity::update_many()
        .col_expr(gateway_customer::Column::Reference, Expr::value(reference))
        .filter(gateway_customer::Column::CustomerId.eq(customer))
        .filter(gateway_customer::Column::Gateway.eq(id.as_str()))
        .filter(gateway_customer::Column::Reference.eq(gone))
        .exec(&tx)
        .await?;
    if replaced.rows_affected == 1 {
        payment_method::Entity::delete_many()
            .filter(payment_method::Column::CustomerId.eq(customer))
            .filter(payment_method::Column::Gateway.eq(id))
            .exec(&tx)
            .await?;
    }
    Ok(tx.commit().await?)
}

/// Tells a gateway of a customer. Its name for them.
async fn introduce(
    app: &App,
    gateway: &SharedGateway,
    customer: CustomerId,
    instead_of: Option<String>,
) -> Result<String> {
    let person = customer_by_id(&app.db, customer).await?;
    let person = person.ok_or(Fault::Invariant("a customer who pays is gone"))?;
    let request = CustomerRequest {
        customer,
        email: Some(person.email),
        instead_of,
    };
    let told = tokio::time::timeout(DEADLINE, gateway.customer(&request)).await;
    told.map_err(|late| Fault::part("gateway", late))?
}

/// The gateway's name for a customer, when it has one.
pub(super) async fn known(db: &impl ConnectionTrait, gateway: &str, customer: CustomerId) -> Result<Option<String>> {
    let found = gateway_customer::Entity::find_by_id((customer, gateway.to_owned()));
    Ok(found.one(db).await?.map(|row| row.reference))
}
