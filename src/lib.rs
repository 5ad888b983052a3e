//! Merx: a headless commerce server. ARCHITECTURE.md walks through one purchase.
#![recursion_limit = "512"]

pub mod app;
pub mod command;
pub mod config;
pub mod graphql;
pub mod http;
pub mod platform;

// Core domains, lowest first: a row may call the rows above it.
pub mod audit;
pub mod channel;
pub mod ledger;
pub mod mail;
pub mod media;

pub mod account;

pub mod customer;
pub mod staff;

pub mod catalog;

pub mod inventory;
pub mod payment;
pub mod shipping;
pub mod tax;

pub mod cart;

pub mod order;

pub mod checkout;
pub mod privacy;

// Satellites: they listen and read; no core domain imports them. Lowest first, too.
pub mod analytics;

pub mod experiment;

pub mod search;

pub mod recommendation;

pub mod question;
