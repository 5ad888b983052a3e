//! Recommendations.

mod exchange;
mod experiments;
mod insight;
mod keeping;
mod lists;
mod pure;
mod reach;
mod related;
mod rules;
mod shopping;
mod training;
mod visits;
