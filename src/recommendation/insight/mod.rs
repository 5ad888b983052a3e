//! What comes of recommendations: how often they are shown, chosen, put into a cart and bought, by day, for staff.
//!
//! Shown is counted here when a list is given out, whoever it is for: no visit is known to it. Chosen, put into a cart and
//! bought is counted from the signed tokens that clients send along, so of visitors who agreed alone. Bought is a product
//! of an order that had been chosen or put into a cart from a recommendation during the 24 hours before: in a visit that
//! used the order's cart, or that the order's customer made signed in. The latest such recommendation has it.
//!
//! Counts are by day and name nobody. What staff asks for is read from them, so that it costs the same on millions of
//! interactions.

mod count;
pub mod graphql;
mod place;
mod report;
mod roll_up;
mod shown;
mod sweep;

pub use place::{Place, Spot};
pub use report::{Line, report};
pub use roll_up::roll_up;
pub use shown::{Shown, flush, follow, note};
pub use sweep::sweep;
