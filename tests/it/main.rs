//! The one test binary: everything goes through the application and its schema.

mod account;
mod architecture;
mod audit;
mod cart;
mod catalog;
mod checkout;
mod command;
mod contract;
mod customer;
mod database;
mod dependencies;
mod drift;
mod http;
mod import;
mod jobs;
mod mail;
mod platform;
mod privacy;
mod recommendation;
mod schema;
mod search;
mod seed;
mod sign_in;
mod staff;
mod support;
mod tax;
