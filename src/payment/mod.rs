//! Payments.
pub mod gateway;
pub use gateway::Gateways;
