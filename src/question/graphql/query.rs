//! Queries of questions and answers.

use async_graphql::{Context, Object, Result};
use entity::{ProductId, QuestionId};

use crate::graphql::context::ContextExt;
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::Gid;
use crate::graphql::page::{Connection, Count};
use crate::platform::page::PageArgs;
use crate::platform::permission::Permission;
use crate::question::graphql::batch::{QuestionCountOf, QuestionsOf};
use crate::question::graphql::types::{ModerationStatus, ProductAnswerObject, ProductQuestionObject};
use crate::question::{
    AnswerFilter, ListError, QuestionFilter, answers, count_answers, count_questions, part_of, published_page,
    questions,
};

fn listed(error: ListError) -> async_graphql::Error {
    match error {
        ListError::Page(error) => error.into(),
        ListError::Fault(fault) => fault.into(),
    }
}

struct Published(ProductId);

#[async_trait::async_trait]
impl Count for Published {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(ctx.batch(QuestionCountOf(self.0)).await?.unwrap_or_default())
    }
}

struct Questions(QuestionFilter);

#[async_trait::async_trait]
impl Count for Questions {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_questions(&ctx.app().db, ctx.scope(), self.0).await?)
    }
}

struct Answers(AnswerFilter);

#[async_trait::async_trait]
impl Count for Answers {
    async fn count(&self, ctx: &Context<'_>) -> Result<i64> {
        Ok(count_answers(&ctx.app().db, ctx.scope(), self.0).await?)
    }
}

/// The published questions of a product, read together with those of other products.
///
/// # Errors
/// A page that cannot be given; those of the database.
pub async fn questions_of(
    ctx: &Context<'_>,
    product: ProductId,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<ProductQuestionObject>> {
    let args = PageArgs::new(first, after, ctx.scope().viewer.is_staff())?;
    let rows = ctx.batch(QuestionsOf(product, part_of(&args)?)).await?;
    let page = published_page(&args, rows.unwrap_or_default());
    Ok(Connection::new(page, ProductQuestionObject, Published(product)))
}

/// Queries of questions and answers.
#[derive(Default)]
pub struct QuestionQuery;

#[Object]
impl QuestionQuery {
    /// Questions of shoppers in the channel, wherever they stand, newest first. Staff only: `question.read`.
    #[graphql(
        guard = "Needs(Permission::QuestionRead)",
        visible = "visible::question_read",
        cache_control(no_cache, private)
    )]
    async fn product_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand there.")] status: Option<ModerationStatus>,
        #[graphql(desc = "Only those about this product.")] product_id: Option<Gid<ProductId>>,
        #[graphql(desc = "Questions a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<ProductQuestionObject>> {
        let args = PageArgs::new(first, after, true)?;
        let filter = QuestionFilter {
            status: status.map(Into::into),
            product: product_id.map(|id| id.0),
        };
        let page = questions(&ctx.app().db, ctx.scope(), filter, &args).await;
        let page = page.map_err(listed)?;
        Ok(Connection::new(page, ProductQuestionObject, Questions(filter)))
    }

    /// Answers to questions in the channel, wherever they stand, newest first. Staff only: `question.read`.
    #[graphql(
        guard = "Needs(Permission::QuestionRead)",
        visible = "visible::question_read",
        cache_control(no_cache, private)
    )]
    async fn product_answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand there.")] status: Option<ModerationStatus>,
        #[graphql(desc = "Only those to this question.")] question_id: Option<Gid<QuestionId>>,
        #[graphql(desc = "Answers a page, 0 to 250; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
    ) -> Result<Connection<ProductAnswerObject>> {
        let args = PageArgs::new(first, after, true)?;
        let filter = AnswerFilter {
            status: status.map(Into::into),
            question: question_id.map(|id| id.0),
        };
        let page = answers(&ctx.app().db, ctx.scope(), filter, &args).await;
        let page = page.map_err(listed)?;
        Ok(Connection::new(page, ProductAnswerObject, Answers(filter)))
    }
}
