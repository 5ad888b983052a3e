//! What was bought.

pub mod order_event;
pub mod order_line;
pub mod orders;
