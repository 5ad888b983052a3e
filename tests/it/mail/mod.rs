//! Letters and how they leave.

mod file;
mod letters;
