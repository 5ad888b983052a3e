//! Questions: a satellite in which shoppers ask about products and are answered, by the shop and by each other.
//!
//! Owns the tables `product_question` and `product_answer`. Emits nothing; listens to `CustomerErased`. Invariants: what
//! a customer writes is shown once staff has published it, in the channel that it was written in; what the shop answers
//! is shown at once; a customer has at most [`PENDING_MAX`] entries that wait; what is left of somebody who was
//! forgotten names nobody.

mod check;
mod create_answer;
mod create_question;
mod forget;
mod graphql;
mod moderate;
mod query;

pub use check::{NAME_MAX, PENDING_MAX, PostError, TEXT_MAX, TEXT_MIN};
pub use create_answer::{Author, NewAnswer, create_answer};
pub use create_question::{NewQuestion, create_question};
pub use graphql::{ProductQuestionObject, QuestionMutation, QuestionQuery, questions_of};
pub use moderate::{Moderate, ModerateError, moderate_answer, moderate_question};
pub use query::{
    Answer, AnswerFilter, ListError, Part, Question, QuestionFilter, answers, count_answers, count_published,
    count_questions, part_of, published_answers, published_page, published_questions, questions, questions_by_ids,
};

use crate::platform::event::Listeners;
use crate::privacy::{CustomerErased, Exports};

/// Registers listeners, and what an export of a person's data says.
pub fn register(listeners: &mut Listeners, exports: &mut Exports) {
    listeners.within(|tx, erased: CustomerErased| Box::pin(async move { forget::forget(tx, erased.customer).await }));
    exports.add("questions", |app, customer| {
        Box::pin(async move { forget::export_questions(&app, customer).await })
    });
    exports.add("answers", |app, customer| {
        Box::pin(async move { forget::export_answers(&app, customer).await })
    });
}
