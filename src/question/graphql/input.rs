//! What clients send about questions.

use async_graphql::{Enum, InputObject};
use entity::question::product_question::EntryStatus;
use entity::{AnswerId, ProductId, QuestionId};

use crate::graphql::id::Gid;

/// A question to ask.
#[derive(InputObject)]
pub struct ProductQuestionCreateInput {
    /// The product.
    pub(super) product_id: Gid<ProductId>,
    /// The question, 10 to 1,000 characters.
    pub(super) text: String,
    /// What the customer wants to be called, 1 to 50 characters; everybody sees it.
    pub(super) name: String,
}

/// An answer to give.
#[derive(InputObject)]
pub struct ProductAnswerCreateInput {
    /// The question.
    pub(super) question_id: Gid<QuestionId>,
    /// The answer, 10 to 1,000 characters.
    pub(super) text: String,
    /// What who answers wants to be called, 1 to 50 characters; everybody sees it.
    pub(super) name: String,
}

/// What is to become of a question or an answer.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModerationDecision {
    /// It is shown.
    Published,
    /// It is not shown.
    Rejected,
}

impl From<ModerationDecision> for EntryStatus {
    fn from(decision: ModerationDecision) -> Self {
        match decision {
            ModerationDecision::Published => Self::Published,
            ModerationDecision::Rejected => Self::Rejected,
        }
    }
}

/// A decision about a question.
#[derive(InputObject)]
pub struct ProductQuestionModerateInput {
    /// The question.
    pub(super) id: Gid<QuestionId>,
    /// What is to become of it.
    pub(super) status: ModerationDecision,
    /// The version that was looked at; another one is refused with STALE_VERSION.
    pub(super) expected_version: Option<i32>,
}

/// A decision about an answer.
#[derive(InputObject)]
pub struct ProductAnswerModerateInput {
    /// The answer.
    pub(super) id: Gid<AnswerId>,
    /// What is to become of it.
    pub(super) status: ModerationDecision,
    /// The version that was looked at; another one is refused with STALE_VERSION.
    pub(super) expected_version: Option<i32>,
}
