//! The tables of Merx: one file a table, grouped by domain. Typed ids and enums live here too.
//! No rule, no GraphQL: what a row means is decided in the server.

pub mod account;
pub mod analytics;
pub mod audit;
pub mod cart;
pub mod catalog;
pub mod channel;
pub mod customer;
pub mod experiment;
pub mod id;
pub mod inventory;
pub mod ledger;
pub mod order;
pub mod payment;
pub mod platform;
pub mod question;
pub mod recommendation;
pub mod search;
pub mod staff;

pub use id::*;
