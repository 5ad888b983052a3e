//! What follows an order.

use entity::order::orders;
use entity::{OrderId, TypedId};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use crate::account::account_by_id;
use crate::app::App;
use crate::mail::{self, Envelope};
use crate::order::letter::confirmation;
use crate::order::query::lines_of;
use crate::order::sales::recount_order;
use crate::platform::error::Fault;
use crate::platform::jobs::{Job, JobError, Queue};
use crate::platform::locale::Locale;

/// Sends the confirmation of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SendConfirmation {
    /// The order.
    pub order: OrderId,
}

impl Job for SendConfirmation {
    const KIND: &'static str = "order.send_confirmation";
    const QUEUE: Queue = Queue::Mail;

    fn unique_key(&self) -> Option<String> {
        Some(self.order.to_string())
    }
}

pub(super) async fn send_confirmation(app: &App, job: SendConfirmation) -> Result<(), JobError> {
    let order = orders::Entity::find_by_id(job.order)
        .one(&app.db)
        .await
        .map_err(Fault::from)?;
    let Some(order) = order else {
        return Err(JobError::Dead("no such order".to_owned()));
    };
    // An order without an address has nobody to write to: imported history.
    let Some(to) = order.email.clone() else { return Ok(()) };
    let lines = lines_of(&app.db, &[order.id])
        .await?
        .remove(&order.id)
        .unwrap_or_default();
    let currency = order
        .currency_code
        .parse()
        .map_err(|e| Fault::part("currency of an order", e))?;
    // Nobody asked a guest for a language.
    let account = match order.customer_id {
        Some(customer) => account_by_id(&app.db, customer.uuid()).await?,
        None => None,
    };
    let locale = account
        .and_then(|account| Locale::of_tag(&account.locale))
        .unwrap_or_default();
    let envelope = Envelope {
        id: format!("order-confirmation-{}", order.id),
        to,
        locale,
    };
    mail::send(app, envelope, &confirmation(&order, &lines, currency, locale)).await?;
    Ok(())
}

/// Counts the units sold of the products of an order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CountSales {
    /// The order.
    pub order: OrderId,
}

impl Job for CountSales {
    const KIND: &'static str = "order.count_sales";
    const QUEUE: Queue = Queue::Orders;
}

pub(super) async fn count_sales(app: &App, job: CountSales) -> Result<(), JobError> {
    let order = orders::Entity::find_by_id(job.order)
        .one(&app.db)
        .await
        .map_err(Fault::from)?;
    let Some(order) = order else {
        return Err(JobError::Dead("no such order".to_owned()));
    };
    let tx = app.db.begin().await.map_err(Fault::from)?;
    recount_order(&tx, order.channel_id, order.id).await?;
    tx.commit().await.map_err(Fault::from)?;
    Ok(())
}
