//! Rules of the platform.

mod id;
mod jobs;
mod money;
mod page;
mod refusal;
mod text;
