//! The addresses that a customer keeps.

use entity::customer::customer::{self, Address};
use entity::customer::customer_address::{self, Column};
use entity::{AddressId, CustomerId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
};

use crate::app::App;
use crate::customer::address::{AddressError, checked_address};
use crate::customer::query::AddressRow;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::locale::{Message, message};

/// Addresses of a customer at most.
pub const ADDRESSES_MAX: u64 = 50;

/// An address to keep.
#[derive(Clone, Debug)]
pub struct NewAddress {
    /// The address.
    pub address: Address,
    /// Propose it for delivery, in place of the one that was.
    pub default_shipping: bool,
    /// Propose it for the bill, in place of the one that was.
    pub default_billing: bool,
}

/// What shall change of an address; none leaves it as it is.
#[derive(Clone, Debug)]
pub struct UpdateAddress {
    /// Which.
    pub id: AddressId,
    /// The address.
    pub address: Option<Address>,
    /// Whether it is proposed for delivery.
    pub default_shipping: Option<bool>,
    /// Whether it is proposed for the bill.
    pub default_billing: Option<bool>,
}

/// Why the addresses were not changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum BookError {
    /// The address is wrong.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// There are as many as there may be.
    Full,
    /// The customer has no such address.
    NotFound,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl BookError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Address(error) => error.message(),
            Self::Full => message!("address-book-full", max = ADDRESSES_MAX),
            Self::NotFound => message!("address-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for BookError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Keeps an address. `countries` are those that the channel sells to.
///
/// # Errors
/// See [`BookError`]; nothing is kept then.
pub async fn add_address(
    app: &App,
    customer: CustomerId,
    new: NewAddress,
    countries: &[String],
) -> Result<AddressRow, BookError> {
    let address = checked_address(new.address, countries)?;
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    hold(&tx, customer).await?;
    let kept = customer_address::Entity::find().filter(Column::CustomerId.eq(customer));
    if kept.count(&tx).await? >= ADDRESSES_MAX {
        return Err(BookError::Full);
    }
    let row = AddressRow {
        id: app.ids.new_id(),
        customer_id: customer,
        address,
        is_default_shipping: new.default_shipping,
        is_default_billing: new.default_billing,
        created_at: now,
        updated_at: now,
    };
    clear_defaults(&tx, &row).await?;
    row.clone().into_active_model().insert(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// Changes an address of `customer`. `countries` are those that the channel sells to.
///
/// # Errors
/// See [`BookError`]; nothing is changed then.
pub async fn update_address(
    app: &App,
    customer: CustomerId,
    update: UpdateAddress,
    countries: &[String],
) -> Result<AddressRow, BookError> {
    let address = update
        .address
        .map(|address| checked_address(address, countries))
        .transpose()?;
    let tx = app.db.begin().await?;
    hold(&tx, customer).await?;
    let found = customer_address::Entity::find_by_id(update.id).filter(Column::CustomerId.eq(customer));
    let old = found.one(&tx).await?.ok_or(BookError::NotFound)?;
    let row = AddressRow {
        address: address.unwrap_or(old.address),
        is_default_shipping: update.default_shipping.unwrap_or(old.is_default_shipping),
        is_default_billing: update.default_billing.unwrap_or(old.is_default_billing),
        updated_at: app.clock.now(),
        ..old
    };
    clear_defaults(&tx, &row).await?;
    row.clone().into_active_model().reset_all().update(&tx).await?;
    tx.commit().await?;
    Ok(row)
}

/// Forgets an address of `customer`.
///
/// # Errors
/// See [`BookError`].
pub async fn remove_address(app: &App, customer: CustomerId, id: AddressId) -> Result<(), BookError> {
    let tx = app.db.begin().await?;
    let removed = customer_address::Entity::delete_by_id(id)
        .filter(Column::CustomerId.eq(customer))
        .exec(&tx)
        .await?;
    if removed.rows_affected == 0 {
        return Err(BookError::NotFound);
    }
    tx.commit().await?;
    Ok(())
}

/// Holds the row of the customer: two changes of one book come one after the other.
async fn hold(tx: &Tx, customer: CustomerId) -> Result<(), BookError> {
    let held = customer::Entity::find_by_id(customer).lock_exclusive().one(tx).await?;
    held.map(|_| ()).ok_or(BookError::NotFound)
}

/// The address that `row` takes the place of is no longer proposed.
async fn clear_defaults(tx: &Tx, row: &AddressRow) -> Result<()> {
    let defaults = [
        (Column::IsDefaultShipping, row.is_default_shipping),
        (Column::IsDefaultBilling, row.is_default_billing),
    ];
    for (column, taken) in defaults {
        if taken {
            customer_address::Entity::update_many()
                .col_expr(column, Expr::value(false))
                .filter(Column::CustomerId.eq(row.customer_id))
                .filter(column.eq(true).and(Column::Id.ne(row.id)))
                .exec(tx)
                .await?;
        }
    }
    Ok(())
}
