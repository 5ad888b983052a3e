//! What is asked of many customers at once.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use entity::{CustomerId, TypedId};

use crate::account::{Account, accounts_by_ids};
use crate::customer::query::{AddressRow, Customer, addresses_of, customers_by_ids};
use crate::graphql::batch::{Batch, Shared};
use crate::order::{Spending, spending_of};

/// A customer, if the viewer may see them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CustomerKey(pub CustomerId);

impl Loader<CustomerKey> for Batch {
    type Value = Customer;
    type Error = Shared;

    async fn load(&self, keys: &[CustomerKey]) -> Result<HashMap<CustomerKey, Customer>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = customers_by_ids(&self.app.db, &self.scope, &ids).await?;
        Ok(found.into_iter().map(|(id, row)| (CustomerKey(id), row)).collect())
    }
}

/// The addresses of a customer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AddressesOf(pub CustomerId);

impl Loader<AddressesOf> for Batch {
    type Value = Vec<AddressRow>;
    type Error = Shared;

    async fn load(&self, keys: &[AddressesOf]) -> Result<HashMap<AddressesOf, Vec<AddressRow>>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = addresses_of(&self.app.db, &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (AddressesOf(id), rows)).collect())
    }
}

/// The account of a customer, if they have one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AccountOf(pub CustomerId);

impl Loader<AccountOf> for Batch {
    type Value = Account;
    type Error = Shared;

    async fn load(&self, keys: &[AccountOf]) -> Result<HashMap<AccountOf, Account>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = accounts_by_ids(&self.app.db, &ids).await?;
        let named = |account: Account| (AccountOf(CustomerId::from_uuid(account.id)), account);
        Ok(found.into_iter().map(named).collect())
    }
}

/// What a customer bought and paid.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SpendingOf(pub CustomerId);

impl Loader<SpendingOf> for Batch {
    type Value = Spending;
    type Error = Shared;

    async fn load(&self, keys: &[SpendingOf]) -> Result<HashMap<SpendingOf, Spending>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = spending_of(&self.app.db, &self.scope, &ids).await?;
        Ok(found.into_iter().map(|(id, spent)| (SpendingOf(id), spent)).collect())
    }
}
