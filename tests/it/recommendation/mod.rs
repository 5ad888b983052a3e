//! Recommendations.

mod exchange;
mod lists;
mod pure;
mod reach;
mod related;
mod rules;
mod shopping;
mod training;
