//! A means of payment is kept.

use chrono::{DateTime, Utc};
use entity::CustomerId;
use entity::payment::{gateway_customer, payment_method};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect};

use crate::payment::gateway::{GatewayState, KeptMethod, Snapshot};
use crate::payment::method::query::PaymentMethod;
use crate::payment::query::Payment;
use crate::platform::db::Tx;
use crate::platform::error::Result;
use crate::platform::id::Ids;

/// Keeps the means of payment of a payment that went through, when its customer wants that. May be called any number of
/// times.
///
/// # Errors
/// Those of the database.
pub(in crate::payment) async fn keep_of_payment(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    payment: &Payment,
    snapshot: &Snapshot,
) -> Result<()> {
    let went_through = matches!(snapshot.state, GatewayState::Authorized | GatewayState::Succeeded);
    let kept = snapshot.method_reference.clone().zip(snapshot.method.clone());
    let (Some(customer), Some((reference, details))) = (payment.customer_id, kept) else {
        return Ok(());
    };
    if payment.save_method && went_through {
        let kept = KeptMethod { reference, details };
        keep(tx, ids, now, (&payment.gateway, customer), &kept).await?;
    }
    Ok(())
}

/// Keeps a means of payment of a customer of a gateway. The first one is the one to offer first. None when it is somebody
/// else's, or the customer has been forgotten.
pub(super) async fn keep(
    tx: &Tx,
    ids: &Ids,
    now: DateTime<Utc>,
    (gateway, customer): (&str, CustomerId),
    kept: &KeptMethod,
) -> Result<Option<PaymentMethod>> {
    // Two that are kept at once come one after the other.
    let held = gateway_customer::Entity::find_by_id((customer, gateway.to_owned()));
    if held.lock_exclusive().one(tx).await?.is_none() {
        return Ok(None);
    }
    let others = payment_method::Entity::find().filter(payment_method::Column::CustomerId.eq(customer));
    let row = PaymentMethod {
        id: ids.new_id(),
        customer_id: customer,
        gateway: gateway.to_owned(),
        reference: kept.reference.clone(),
        details: kept.details.clone(),
        is_default: others.count(tx).await? == 0,
        created_at: now,
    };
    payment_method::Entity::insert(row.into_active_model())
        .on_conflict_do_nothing_on([payment_method::Column::Gateway, payment_method::Column::Reference])
        .exec_without_returning(tx)
        .await?;
    let found = payment_method::Entity::find()
        .filter(payment_method::Column::Gateway.eq(gateway))
        .filter(payment_method::Column::Reference.eq(kept.reference.as_str()))
        .filter(payment_method::Column::CustomerId.eq(customer))
        .one(tx)
        .await?;
    Ok(found)
}
