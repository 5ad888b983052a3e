//! Asking, answering, and deciding what is shown.

use async_graphql::{Context, Object, Result};

use crate::customer::signed_in;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, ErrorCode, UserError};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::payload::payloads;
use crate::platform::error::Fault;
use crate::platform::permission::Permission;
use crate::question::graphql::input::{
    ProductAnswerCreateInput, ProductAnswerModerateInput, ProductQuestionCreateInput, ProductQuestionModerateInput,
};
use crate::question::graphql::types::{ProductAnswerObject, ProductQuestionObject};
use crate::question::{
    Author, Moderate, ModerateError, NewAnswer, NewQuestion, PostError, create_answer, create_question,
    moderate_answer, moderate_question,
};

payloads! {
    /// Answer of `productQuestionCreate`.
    ProductQuestionCreatePayload {
        /// The new question; null on errors.
        question: ProductQuestionObject
    } = "INVALID_INPUT, NOT_FOUND, LIMIT_REACHED";
    /// Answer of `productAnswerCreate`.
    ProductAnswerCreatePayload {
        /// The new answer; null on errors.
        answer: ProductAnswerObject
    } = "INVALID_INPUT, NOT_FOUND, LIMIT_REACHED";
    /// Answer of `productQuestionModerate`.
    ProductQuestionModeratePayload {
        /// The question as it is now; null on errors.
        question: ProductQuestionObject
    } = "NOT_FOUND, STALE_VERSION";
    /// Answer of `productAnswerModerate`.
    ProductAnswerModeratePayload {
        /// The answer as it is now; null on errors.
        answer: ProductAnswerObject
    } = "NOT_FOUND, STALE_VERSION";
}

fn of_post(error: PostError) -> Result<UserError> {
    let message = error.message();
    Ok(match error {
        PostError::Text => UserError::invalid(message, &["text"]),
        PostError::Name => UserError::invalid(message, &["name"]),
        PostError::NoProduct => UserError::not_found(message, &["productId"]),
        PostError::NoQuestion => UserError::not_found(message, &["questionId"]),
        PostError::TooMany => UserError::new(ErrorCode::LimitReached, message, &["text"]),
        PostError::NoCustomer => return Err(ApiError::Unauthenticated.into()),
        PostError::Fault(fault) => return Err(fault.into()),
    })
}

fn of_moderation(error: ModerateError) -> Result<UserError, Fault> {
    let message = error.message();
    match error {
        ModerateError::NoQuestion | ModerateError::NoAnswer => Ok(UserError::not_found(message, &["id"])),
        ModerateError::Stale(current) => Ok(UserError::stale(current, &["expectedVersion"])),
        ModerateError::Fault(fault) => Err(fault),
    }
}

/// Who answers: a customer, or whoever may answer in the name of the shop.
fn author(ctx: &Context<'_>) -> Result<Author> {
    let viewer = ctx.scope().viewer;
    match viewer.customer() {
        Some(customer) => Ok(Author::Customer(customer)),
        None if viewer.may(Permission::QuestionWrite) => Ok(Author::Staff(viewer.staff_user())),
        None if viewer.is_staff() => Err(ApiError::Forbidden.into()),
        None => Err(ApiError::Unauthenticated.into()),
    }
}

/// Changes of questions and answers.
#[derive(Default)]
pub struct QuestionMutation;

#[Object]
impl QuestionMutation {
    /// Asks about a product, as the customer who has signed in. It is shown in the channel when staff has published
    /// it.
    async fn product_question_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: ProductQuestionCreateInput,
    ) -> Result<ProductQuestionCreatePayload> {
        let (customer, _) = signed_in(ctx)?;
        let command = NewQuestion {
            product: input.product_id.0,
            text: input.text,
            name: input.name,
            locale: ctx.request().locale,
        };
        let asked = Box::pin(create_question(ctx.app(), ctx.scope(), customer, command)).await;
        Ok(match asked {
            Ok(row) => Ok(ProductQuestionObject(row)),
            Err(error) => Err(of_post(error)?),
        }
        .into())
    }

    /// Answers a question about a product: as the customer who has signed in, shown when staff has published it; or
    /// with `question.write` in the name of the shop, shown at once.
    async fn product_answer_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] input: ProductAnswerCreateInput,
    ) -> Result<ProductAnswerCreatePayload> {
        let (actor, author) = (ctx.actor(), author(ctx)?);
        let command = NewAnswer {
            question: input.question_id.0,
            text: input.text,
            name: input.name,
        };
        let answered = Box::pin(create_answer(ctx.app(), ctx.scope(), (&actor, author), command)).await;
        Ok(match answered {
            Ok(row) => Ok(ProductAnswerObject(row)),
            Err(error) => Err(of_post(error)?),
        }
        .into())
    }

    /// Publishes or refuses a question in the channel of the request. Staff only: `question.write`.
    #[graphql(guard = "Needs(Permission::QuestionWrite)", visible = "visible::question_write")]
    async fn product_question_moderate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: ProductQuestionModerateInput,
    ) -> Result<ProductQuestionModeratePayload> {
        let command = Moderate {
            id: input.id.0,
            status: input.status.into(),
            expected_version: input.expected_version,
        };
        let done = Box::pin(moderate_question(ctx.app(), ctx.scope(), &ctx.actor(), command)).await;
        Ok(match done {
            Ok(row) => Ok(ProductQuestionObject(row)),
            Err(error) => Err(of_moderation(error)?),
        }
        .into())
    }

    /// Publishes or refuses an answer to a question in the channel of the request. Staff only: `question.write`.
    #[graphql(guard = "Needs(Permission::QuestionWrite)", visible = "visible::question_write")]
    async fn product_answer_moderate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision.")] input: ProductAnswerModerateInput,
    ) -> Result<ProductAnswerModeratePayload> {
        let command = Moderate {
            id: input.id.0,
            status: input.status.into(),
            expected_version: input.expected_version,
        };
        let done = Box::pin(moderate_answer(ctx.app(), ctx.scope(), &ctx.actor(), command)).await;
        Ok(match done {
            Ok(row) => Ok(ProductAnswerObject(row)),
            Err(error) => Err(of_moderation(error)?),
        }
        .into())
    }
}
