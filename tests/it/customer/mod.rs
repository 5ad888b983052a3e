//! Customers: accounts, addresses, orders that find their owner, the list of staff.

mod address;
mod change_email;
mod claim;
mod list;
mod profile;
mod register;
