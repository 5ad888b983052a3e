//! All that is known about a person.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::account::{external_identity, session};
use entity::audit::audit_entry;
use entity::customer::customer::Address;
use entity::order::order_line;
use entity::payment::payment_method::MethodDetails;
use entity::{AddressId, CustomerId, OrderId, OrderLineId, PaymentId, SessionId, TypedId};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::account::account_by_id;
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::customer::{addresses_of, customer_by_id, customers_by_ids};
use crate::order::{self, Order};
use crate::payment::{Payment, PaymentMethod, methods_of, payments_of_orders};
use crate::platform::error::{Fault, Result};
use crate::platform::page::{PageArgs, PageError, encode_cursor};

/// Names the export in cursors.
const TAG: &str = "export";
/// Orders in one part.
pub const ORDERS_MAX: u64 = 500;
/// Entries of the log in an export at most.
const EVENTS_MAX: u64 = 1000;

/// A part of an export.
#[derive(Clone, Debug)]
pub struct Export {
    /// JSON.
    pub json: String,
    /// Asks for the next part; none behind the last.
    pub next: Option<String>,
}

/// Why there is no export.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// They are gone.
    #[error("no such customer")]
    NotFound,
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for ExportError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

#[derive(Serialize)]
struct Document {
    customer: CustomerId,
    exported_at: DateTime<Utc>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    person: Option<Person>,
    orders: Vec<OrderPart>,
}

/// What stands in the first part alone.
#[derive(Serialize)]
struct Person {
    profile: Profile,
    addresses: Vec<AddressPart>,
    sessions: Vec<SessionPart>,
    identities: Vec<IdentityPart>,
    payment_methods: Vec<MethodPart>,
    events: Vec<EventPart>,
    /// What other domains add, by its name.
    #[serde(flatten)]
    more: Map<String, Value>,
}

#[derive(Serialize)]
struct Profile {
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
    created_at: DateTime<Utc>,
    account_created_at: Option<DateTime<Utc>>,
    email_verified_at: Option<DateTime<Utc>>,
    password_changed_at: Option<DateTime<Utc>>,
    blocked_at: Option<DateTime<Utc>>,
    second_factor_since: Option<DateTime<Utc>>,
    language: Option<String>,
}

#[derive(Serialize)]
struct AddressPart {
    id: AddressId,
    #[serde(flatten)]
    address: Address,
    is_default_shipping: bool,
    is_default_billing: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct SessionPart {
    id: SessionId,
    user_agent: Option<String>,
    address: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    ended_because: Option<String>,
}

#[derive(Serialize)]
struct IdentityPart {
    provider: String,
    subject: String,
    email: Option<String>,
    created_at: DateTime<Utc>,
}

/// What they keep with a gateway, as far as Merx has it.
#[derive(Serialize)]
struct MethodPart {
    gateway: String,
    #[serde(flatten)]
    details: MethodDetails,
    is_default: bool,
    created_at: DateTime<Utc>,
}

/// What staff did with the customer, or the customer with something that is logged. Who of staff it was is not theirs.
#[derive(Serialize)]
struct EventPart {
    at: DateTime<Utc>,
    action: String,
    by: String,
}

#[derive(Serialize)]
struct OrderPart {
    id: OrderId,
    number: String,
    placed_at: DateTime<Utc>,
    status: entity::order::orders::OrderStatus,
    payment_status: entity::order::orders::PaymentState,
    fulfillment_status: entity::order::orders::FulfillmentState,
    email: Option<String>,
    currency_code: String,
    subtotal: i64,
    discount_total: i64,
    shipping_total: i64,
    tax_total: i64,
    total: i64,
    paid_total: i64,
    shipping_address: Option<Address>,
    billing_address: Option<Address>,
    delivery_name: Option<String>,
    lines: Vec<LinePart>,
    payments: Vec<PaymentPart>,
}

#[derive(Serialize)]
struct LinePart {
    id: OrderLineId,
    sku: String,
    name: String,
    quantity: i32,
    unit_price: i64,
    discount_total: i64,
    tax_total: i64,
    total: i64,
}

#[derive(Serialize)]
struct PaymentPart {
    id: PaymentId,
    gateway: String,
    amount: i64,
    status: entity::payment::payment::PaymentStatus,
    created_at: DateTime<Utc>,
}

/// All that is known about a customer, a part at a time: the first has the person and the oldest orders, the others the
/// orders that follow. Amounts are in minor units. Whoever calls has made sure that they may have it.
///
/// # Errors
/// See [`ExportError`].
pub async fn export(app: &App, customer: CustomerId, after: Option<String>) -> Result<Export, ExportError> {
    let args = PageArgs { first: 0, after };
    let after = args.after_key::<OrderId>(TAG)?;
    let mut orders = order::orders_to_export(&app.db, customer, after, ORDERS_MAX + 1).await?;
    let more = orders.len() as u64 > ORDERS_MAX;
    orders.truncate(usize::try_from(ORDERS_MAX).unwrap_or(usize::MAX));
    let next = orders
        .last()
        .filter(|_| more)
        .map(|order| encode_cursor(TAG, &order.id));
    let person = match after {
        None => Some(person(app, customer).await?),
        Some(_) => None,
    };
    let document = Document {
        customer,
        exported_at: app.clock.now(),
        person,
        orders: with_parts(app, orders).await?,
    };
    let json = serde_json::to_string_pretty(&document).map_err(Fault::from)?;
    Ok(Export { json, next })
}

/// The same for staff, who leave an entry in the log with the first part.
///
/// # Errors
/// See [`ExportError`].
pub async fn export_for_staff(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    customer: CustomerId,
    after: Option<String>,
) -> Result<Export, ExportError> {
    if customers_by_ids(&app.db, scope, &[customer]).await?.is_empty() {
        return Err(ExportError::NotFound);
    }
    // Each part is told: whoever knows how cursors are made could begin with the second.
    let tx = app.db.begin().await?;
    let entry = Entry::new("customerDataExportAsStaff", "Customer", customer)
        .before(&json!({ "exported": false }))?
        .after(&json!({ "exported": true }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    export(app, customer, after).await
}

async fn person(app: &App, id: CustomerId) -> Result<Person, ExportError> {
    let customer = customer_by_id(&app.db, id).await?.ok_or(ExportError::NotFound)?;
    let account = account_by_id(&app.db, id.uuid()).await?;
    let account = account.as_ref();
    let addresses = addresses_of(&app.db, &[id]).await?.remove(&id).unwrap_or_default();
    Ok(Person {
        profile: Profile {
            email: customer.email,
            first_name: customer.first_name,
            last_name: customer.last_name,
            created_at: customer.created_at,
            account_created_at: account.map(|a| a.created_at),
            email_verified_at: account.and_then(|a| a.email_verified_at),
            password_changed_at: account.and_then(|a| a.password_changed_at),
            blocked_at: account.and_then(|a| a.blocked_at),
            second_factor_since: account.and_then(|a| a.totp_confirmed_at),
            language: account.map(|a| a.locale.clone()),
        },
        addresses: addresses
            .into_iter()
            .map(|row| AddressPart {
                id: row.id,
                address: row.address,
                is_default_shipping: row.is_default_shipping,
                is_default_billing: row.is_default_billing,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
            .collect(),
        sessions: sessions(app, id).await?,
        identities: identities(app, id).await?,
        payment_methods: payment_methods(app, id).await?,
        events: events(app, id).await?,
        more: app.exports.of(app, id).await?,
    })
}

async fn sessions(app: &App, id: CustomerId) -> Result<Vec<SessionPart>> {
    let rows = session::Entity::find()
        .filter(session::Column::AccountId.eq(id.uuid()))
        .order_by_asc(session::Column::Id)
        .all(&app.db)
        .await?;
    let part = |row: session::Model| SessionPart {
        id: row.id,
        user_agent: row.user_agent,
        address: row.address,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        ended_at: row.revoked_at,
        ended_because: row.revoked_reason,
    };
    Ok(rows.into_iter().map(part).collect())
}

async fn identities(app: &App, id: CustomerId) -> Result<Vec<IdentityPart>> {
    let rows = external_identity::Entity::find()
        .filter(external_identity::Column::AccountId.eq(id.uuid()))
        .all(&app.db)
        .await?;
    let part = |row: external_identity::Model| IdentityPart {
        provider: row.provider,
        subject: row.subject,
        email: row.email,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(part).collect())
}

async fn payment_methods(app: &App, id: CustomerId) -> Result<Vec<MethodPart>, ExportError> {
    let part = |row: PaymentMethod| MethodPart {
        gateway: row.gateway,
        details: row.details,
        is_default: row.is_default,
        created_at: row.created_at,
    };
    Ok(methods_of(&app.db, id).await?.into_iter().map(part).collect())
}

async fn events(app: &App, id: CustomerId) -> Result<Vec<EventPart>> {
    let rows = audit_entry::Entity::find()
        .filter(audit_entry::Column::EntityId.eq(id.to_string()))
        .order_by_desc(audit_entry::Column::At)
        .limit(EVENTS_MAX)
        .all(&app.db)
        .await?;
    let part = |row: audit_entry::Model| EventPart {
        at: row.at,
        action: row.action,
        by: row.actor_kind,
    };
    Ok(rows.into_iter().map(part).collect())
}

async fn with_parts(app: &App, orders: Vec<Order>) -> Result<Vec<OrderPart>> {
    let ids: Vec<OrderId> = orders.iter().map(|order| order.id).collect();
    let mut lines = order::lines_of(&app.db, &ids).await?;
    let mut payments = payments_of_orders(&app.db, &ids).await?;
    Ok(orders
        .into_iter()
        .map(|order| order_part(order, &mut lines, &mut payments))
        .collect())
}

fn order_part(
    order: Order,
    lines: &mut HashMap<OrderId, Vec<order_line::Model>>,
    payments: &mut HashMap<OrderId, Vec<Payment>>,
) -> OrderPart {
    let line = |line: order_line::Model| LinePart {
        id: line.id,
        sku: line.sku,
        name: line.name,
        quantity: line.quantity,
        unit_price: line.unit_price,
        discount_total: line.discount_total,
        tax_total: line.tax_total,
        total: line.total,
    };
    let payment = |payment: Payment| PaymentPart {
        id: payment.id,
        gateway: payment.gateway,
        amount: payment.amount,
        status: payment.status,
        created_at: payment.created_at,
    };
    OrderPart {
        lines: lines
            .remove(&order.id)
            .unwrap_or_default()
            .into_iter()
            .map(line)
            .collect(),
        payments: payments
            .remove(&order.id)
            .unwrap_or_default()
            .into_iter()
            .map(payment)
            .collect(),
        id: order.id,
        number: order.number,
        placed_at: order.placed_at,
        status: order.status,
        payment_status: order.payment_status,
        fulfillment_status: order.fulfillment_status,
        email: order.email,
        currency_code: order.currency_code,
        subtotal: order.subtotal,
        discount_total: order.discount_total,
        shipping_total: order.shipping_total,
        tax_total: order.tax_total,
        total: order.total,
        paid_total: order.paid_total,
        shipping_address: order.shipping_address,
        billing_address: order.billing_address,
        delivery_name: order.delivery_name,
    }
}
