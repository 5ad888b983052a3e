//! The inbox of what gateways tell by themselves.
//!
//! Owns the table `gateway_event`. An event is stored once, answered fast, and dealt with by a job, which reads the object
//! again at the gateway: what an event says of it may be old, and may come late, twice or never. So the order in which
//! events come does not matter, nor how often they do.

mod graphql;
mod process;
mod query;
mod receive;
mod replay;
mod sweep;

pub use graphql::{InboxMutation, InboxQuery};
pub use process::ProcessEvent;
pub(super) use process::process;
pub use query::{EventFilter, GatewayEvent, ListError};
pub use receive::{BODY_MAX, Inbound, ReceiveError, receive, signature_header};
pub use replay::{Replay, ReplayError, Which, replay, replay_by_staff};
pub use sweep::sweep;
