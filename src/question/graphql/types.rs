//! Questions and answers as clients see them.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use entity::question::product_question::EntryStatus;

use crate::catalog::{ProductKey, ProductObject};
use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;
use crate::platform::page::PageError;
use crate::question::graphql::batch::{AnswersOf, QuestionKey};
use crate::question::{Answer, Question};

/// Answers of a question in one list at most.
const ANSWERS_MAX: usize = 20;

/// Where a question or an answer stands.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "EntryStatus")]
pub enum ModerationStatus {
    /// Staff has not looked at it yet.
    Pending,
    /// Shown to everybody.
    Published,
    /// Not shown.
    Rejected,
}

/// What somebody asked about a product.
pub struct ProductQuestionObject(pub Question);

/// What somebody asked about a product.
#[Object(name = "ProductQuestion")]
impl ProductQuestionObject {
    /// Global id, for example `question_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// The question: plain text, with line breaks.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What who asked wants to be called; null when they were forgotten.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The language that who asked was reading, as a BCP 47 tag.
    async fn language_code(&self) -> &str {
        &self.0.locale
    }

    /// Where it stands.
    async fn status(&self) -> ModerationStatus {
        self.0.status.into()
    }

    /// Counts changes; send it as `expectedVersion` to guard a decision.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was asked.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The product; null when that is not on sale.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<ProductObject>> {
        Ok(ctx.batch(ProductKey(self.0.product_id)).await?.map(ProductObject))
    }

    /// Published answers: those of the shop first, then the oldest first.
    async fn answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Answers at most, 0 to 20.", default = 20)] first: i32,
    ) -> Result<Vec<ProductAnswerObject>> {
        let first = usize::try_from(first).ok().filter(|first| *first <= ANSWERS_MAX);
        let first = first.ok_or(PageError::Size(ANSWERS_MAX))?;
        let rows = ctx.batch(AnswersOf(self.0.id, first)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(ProductAnswerObject).collect())
    }
}

/// What somebody answered to a question about a product.
pub struct ProductAnswerObject(pub Answer);

/// What somebody answered to a question about a product.
#[Object(name = "ProductAnswer")]
impl ProductAnswerObject {
    /// Global id, for example `answer_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// The answer: plain text, with line breaks.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What who answered wants to be called; null when they were forgotten.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// Whether the shop answers.
    async fn is_staff(&self) -> bool {
        self.0.is_staff
    }

    /// Whether who answered had bought the product by then.
    async fn is_verified_buyer(&self) -> bool {
        self.0.is_verified_buyer
    }

    /// Where it stands.
    async fn status(&self) -> ModerationStatus {
        self.0.status.into()
    }

    /// Counts changes; send it as `expectedVersion` to guard a decision.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was given.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The question; null when that is not shown to the viewer.
    async fn question(&self, ctx: &Context<'_>) -> Result<Option<ProductQuestionObject>> {
        Ok(ctx
            .batch(QuestionKey(self.0.question_id))
            .await?
            .map(ProductQuestionObject))
    }
}
