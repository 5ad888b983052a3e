//! Experiments.

#[expect(clippy::module_inception, reason = "the table is named like its group")]
pub mod experiment;
pub mod exposure;
