//! Questions and answers in the schema.

mod batch;
mod input;
mod mutation;
mod query;
mod types;

pub use mutation::QuestionMutation;
pub use query::{QuestionQuery, questions_of};
pub use types::ProductQuestionObject;
