//! What customers are called.

use entity::CustomerId;
use entity::customer::customer;
use sea_orm::{ActiveModelTrait, ActiveValue, DbErr, Set};

use crate::app::App;
use crate::customer::query::{Customer, customer_by_id};
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};

/// Longest name in characters.
const NAME_MAX: usize = 100;

/// A name that will not do: the field, by its name in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadName(pub &'static str);

impl BadName {
    /// What it says to people.
    pub fn message(self) -> Message {
        message!("name-malformed", max = NAME_MAX)
    }
}

/// `name` without spaces around it; none when nothing is left.
pub(super) fn checked_name(field: &'static str, name: Option<&str>) -> Result<Option<String>, BadName> {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    match name {
        // No letter, no link: a name stands in letters to others.
        Some(name) if name.chars().count() > NAME_MAX || name.chars().any(|c| c.is_control() || "<>".contains(c)) => {
            Err(BadName(field))
        }
        name => Ok(name.map(str::to_owned)),
    }
}

/// What shall change of a customer; none leaves it as it is, none in it clears it.
#[derive(Clone, Debug, Default)]
pub struct UpdateCustomer {
    /// Given name.
    pub first_name: Option<Option<String>>,
    /// Family name.
    pub last_name: Option<Option<String>>,
}

/// Why a customer was not changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum NameError {
    /// A name is too long or holds what names do not.
    Name(BadName),
    /// They are gone.
    NotFound,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl NameError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Name(name) => name.message(),
            Self::NotFound => message!("customer-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for NameError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Changes what a customer is called.
///
/// # Errors
/// See [`NameError`]; nothing is changed then.
pub async fn update_customer(app: &App, customer: CustomerId, update: UpdateCustomer) -> Result<Customer, NameError> {
    let mut change = customer::ActiveModel {
        id: ActiveValue::Unchanged(customer),
        ..Default::default()
    };
    if let Some(name) = &update.first_name {
        change.first_name = Set(checked_name("firstName", name.as_deref()).map_err(NameError::Name)?);
    }
    if let Some(name) = &update.last_name {
        change.last_name = Set(checked_name("lastName", name.as_deref()).map_err(NameError::Name)?);
    }
    if !change.is_changed() {
        return customer_by_id(&app.db, customer).await?.ok_or(NameError::NotFound);
    }
    let tx = app.db.begin().await?;
    let row = match change.update(&tx).await {
        Ok(row) => row,
        Err(DbErr::RecordNotUpdated) => return Err(NameError::NotFound),
        Err(error) => return Err(error.into()),
    };
    tx.commit().await?;
    Ok(row)
}
