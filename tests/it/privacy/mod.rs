//! What people may ask of the data about them.

mod erase;
mod export;
