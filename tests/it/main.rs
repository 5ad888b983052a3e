//! The one test binary: everything goes through the application and its schema.

mod account;
mod architecture;
mod audit;
mod cart;
mod catalog;
mod checkout;
mod command;
mod contract;
mod database;
mod dependencies;
mod drift;
mod http;
mod import;
mod jobs;
mod mail;
mod platform;
mod recommendation;
mod schema;
mod search;
mod seed;
mod staff;
mod support;
mod tax;
