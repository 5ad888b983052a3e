//! Orders: what was bought, as it was called and priced on the day.
//!
//! Owns the tables `orders`, `order_line`, `order_event`, `number_sequence`. Emits [`OrderPlaced`]. Invariants: a cart
//! becomes one order (UNIQUE); the parts make the total, a line's and the order's (CHECK); the history is only added to.

mod claim;
mod events;
mod forget;
mod graphql;
mod history;
mod import;
mod jobs;
mod letter;
mod number;
mod paid;
mod place;
mod query;
mod refund;
mod restock;
mod sales;
mod share;

use entity::{CustomerId, TypedId};

use crate::account::{AccountKind, EmailProven};
use crate::app::App;
use crate::payment::{PaymentChanged, RefundAccepted};
use crate::platform::event::Listeners;
use crate::platform::id::Ids;
use crate::platform::jobs::Registry;

pub use claim::ClaimOrders;
pub use events::OrderPlaced;
pub(crate) use forget::forget_people;
pub use graphql::{OrderKey, OrderMutation, OrderObject, OrderQuery};
pub(crate) use history::orders_to_export;
pub use history::{HistoryError, Spending, count_orders_of_customer, orders_of_customer, spending_of};
pub(crate) use import::import_batch;
pub use import::{HistoricLine, HistoricOrder, ImportOrderError, Imported};
pub use jobs::{CountSales, SendConfirmation};
pub(crate) use number::numbers_with;
pub use paid::{Paid, payment_state};
pub use place::Written;
pub(crate) use place::{NewOrder, NewOrderLine, place};
pub(crate) use query::lines_of;
pub use query::{Order, order_for, order_of_cart, orders_by_ids};
pub use refund::{CreateRefund, RefundError, Refunded, create_refund};
pub(crate) use sales::recount_units_sold;
pub use share::{Shares, share_of_units, shares};

/// Registers jobs and listeners.
pub fn register(registry: &mut Registry<App>, listeners: &mut Listeners, ids: &Ids) {
    registry.add(|app: App, job: SendConfirmation| async move { jobs::send_confirmation(&app, job).await });
    registry.add(|app: App, job: CountSales| async move { jobs::count_sales(&app, job).await });
    registry.add(|app: App, job: ClaimOrders| async move { claim::claim_orders(&app, job).await });
    listeners.on(|proven: EmailProven| {
        let customer = CustomerId::from_uuid(proven.account);
        (proven.kind == AccountKind::Customer).then_some(ClaimOrders { customer })
    });
    // In the transaction of the payment: what an order has been paid is never other than what its payments are.
    let (ids, restocked) = (ids.clone(), ids.clone());
    listeners.within(move |tx, accepted: RefundAccepted| {
        let ids = restocked.clone();
        Box::pin(async move { restock::restock_accepted(tx, &ids, &accepted).await })
    });
    listeners.within(move |tx, changed: PaymentChanged| {
        let ids = ids.clone();
        Box::pin(async move { paid::follow_payment(tx, &ids, &changed).await })
    });
    listeners.on(|placed: OrderPlaced| Some(SendConfirmation { order: placed.order }));
    listeners.on(|placed: OrderPlaced| Some(CountSales { order: placed.order }));
}
