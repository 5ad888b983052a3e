//! Rules of the platform.

mod id;
mod jobs;
mod locale;
mod messages;
mod money;
mod page;
mod refusal;
mod text;
