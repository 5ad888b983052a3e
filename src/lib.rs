//! Merx: a headless commerce server.
#![recursion_limit = "512"]
pub mod platform;
