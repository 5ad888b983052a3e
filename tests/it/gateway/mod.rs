//! Gateways: one contract for all of them, and what is special to Stripe.

mod amounts;
mod breaker;
mod chaos;
mod contract;
mod drift;
mod localstripe;
mod rig;
mod saved;
mod signature;
mod stripe;
