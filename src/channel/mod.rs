//! Channels: the markets of the shop.
//!
//! Owns the tables `channel`, `location`, `channel_location`. A channel has one currency, its countries, its tax mode
//! and the locations it sells from; exactly one is the default, which answers when no channel is named. Emits nothing.

mod graphql;
mod query;

pub use graphql::{ChannelObject, ChannelQuery, LocationKey, LocationObject};
pub use query::{Channel, Channels, Location, Scope, default_location, location_by_slug, locations_by_ids};
