//! Customers: who buys, with or without an account.
//!
//! Owns the tables `customer` and `customer_address`. Emits [`EmailProven`](crate::account::EmailProven). Invariants: an e-mail address, in lower
//! case, exists once; an account has the id of its customer; what a customer bought before they had an account is shown
//! only once the address is proven; whether somebody has an account is told to nobody but the holder of the address.

mod address;
mod arrive;
mod block;
mod book;
mod change_email;
mod ensure;
mod forget;
mod graphql;
mod jobs;
mod list;
mod names;
mod query;
mod register;
mod verify;

use crate::app::App;
use crate::platform::jobs::Registry;

pub use address::{AddressError, AddressField, checked_address};
pub(crate) use arrive::arrive;
pub use block::{BlockError, block, unblock};
pub use book::{ADDRESSES_MAX, BookError, NewAddress, UpdateAddress, add_address, remove_address, update_address};
pub use change_email::{ChangeEmail, ChangeEmailError, change_email, confirm_email};
pub(crate) use ensure::{NewCustomer, ensure};
pub(crate) use forget::forget;
pub use graphql::{
    CustomerAddressMutation, CustomerKey, CustomerMutation, CustomerObject, CustomerQuery, CustomerRequestPayload,
};
pub(crate) use graphql::{signed_in, throttled};
pub use jobs::{SendChangeLetters, SendLetter};
pub use list::{CustomerFilter, CustomerList, CustomerSort, CustomerSortField, ListError, count, list};
pub use names::{NameError, UpdateCustomer, update_customer};
pub(crate) use query::customer_by_id;
pub use query::{AddressRow, Customer, addresses_of, customers_by_ids};
pub use register::{Register, RegisterError, register_customer};
pub use verify::{VerifyError, resend_verification, verify_email};

/// Registers jobs.
pub fn register(registry: &mut Registry<App>) {
    registry.add(|app: App, job: SendLetter| async move { jobs::send_letter(&app, job).await });
    registry.add(|app: App, job: SendChangeLetters| async move { jobs::send_change_letters(&app, job).await });
}
