//! Sign-ins that go on.

mod end;
mod lifetime;
mod open;
mod query;
mod refresh;
mod revoke;
mod second_factor;
mod state;

pub use end::EndReason;
pub(crate) use end::end_sessions;
pub use lifetime::Lifetime;
pub use open::Signed;
pub(crate) use open::open_session;
pub(crate) use query::is_known_address;
pub use query::{LISTED_MAX, Session, sessions_of};
pub(crate) use refresh::refresh_session;
pub use refresh::{GRACE, RefreshError, Turn, turn};
pub use revoke::RevokeError;
pub(crate) use revoke::{Revoke, revoke_sessions};
pub(crate) use second_factor::note_second_factor;
pub use state::Sessions;
