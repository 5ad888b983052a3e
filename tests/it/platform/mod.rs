//! Rules of the platform.

mod gather;
mod id;
mod jobs;
mod locale;
mod messages;
mod money;
mod page;
mod rate_limit;
mod redis;
mod refusal;
mod text;
mod texts;
