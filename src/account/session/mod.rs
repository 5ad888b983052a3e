//! Sign-ins that go on.

mod end;
mod lifetime;
mod open;
mod second_factor;
mod state;

pub use end::EndReason;
pub(crate) use end::end_sessions;
pub use lifetime::Lifetime;
pub use open::Signed;
pub(crate) use open::open_session;
pub(crate) use second_factor::note_second_factor;
pub use state::Sessions;
