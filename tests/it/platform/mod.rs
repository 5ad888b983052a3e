//! Rules of the platform that need no database.

mod id;
mod jobs;
mod money;
mod page;
mod text;
