//! Sign-ins that go on.

mod end;
mod lifetime;
mod open;
mod state;

pub use end::EndReason;
pub(crate) use end::end_sessions;
pub use lifetime::Lifetime;
pub use open::Signed;
pub(crate) use open::open_session;
pub use state::Sessions;
