//! The commands of the binary.

mod doctor;
mod environment;
