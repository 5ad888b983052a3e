//! Somebody answers.

use entity::catalog::variant;
use entity::order::order_line;
use entity::order::orders::{self, OrderStatus};
use entity::question::product_question::EntryStatus;
use entity::{CustomerId, OrderLineId, ProductId, QuestionId, StaffUserId};
use sea_orm::sea_query::Query;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::catalog::visible_products;
use crate::channel::Scope;
use crate::platform::db::{Tx, constraint_of};
use crate::platform::error::Result;
use crate::question::check::{PostError, may_wait, name_of, text_of};
use crate::question::query::{self, Answer};

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// A customer.
    Customer(CustomerId),
    /// The shop: a member of staff, or a program.
    Staff(Option<StaffUserId>),
}

/// An answer to give.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// To which question.
    pub question: QuestionId,
    /// The answer.
    pub text: String,
    /// What who answers wants to be called.
    pub name: String,
}

/// Keeps an answer. What the shop says is published at once, and told to the audit log; what a customer says waits for
/// staff. Customers answer what is published, about products that they see; the shop answers any question of the channel.
///
/// # Errors
/// See [`PostError`]; nothing is kept then.
pub async fn create_answer(
    app: &App,
    scope: &Scope,
    (actor, author): (&Actor, Author),
    command: NewAnswer,
) -> Result<Answer, PostError> {
    let (text, name) = (text_of(&command.text)?, name_of(&command.name)?);
    let tx = app.db.begin().await?;
    let question = query::question(scope, command.question).one(&tx).await?;
    let question = question.ok_or(PostError::NoQuestion)?;
    let mut answer = Answer {
        id: app.ids.new_id(),
        question_id: question.id,
        customer_id: None,
        staff_id: None,
        name: Some(name),
        text,
        is_staff: false,
        is_verified_buyer: false,
        status: EntryStatus::Pending,
        version: 1,
        created_at: app.clock.now(),
    };
    match author {
        Author::Customer(customer) => {
            let shown = question.status == EntryStatus::Published
                && !visible_products(&tx, scope, &[question.product_id]).await?.is_empty();
            if !shown {
                return Err(PostError::NoQuestion);
            }
            may_wait(&tx, customer).await?;
            answer.customer_id = Some(customer);
            answer.is_verified_buyer = has_bought(&tx, customer, question.product_id).await?;
        }
        Author::Staff(person) => {
            answer.staff_id = person;
            answer.is_staff = true;
            answer.status = EntryStatus::Published;
        }
    }
    let kept = answer.clone().into_active_model().insert(&tx).await;
    kept.map_err(|error| match constraint_of(&error).as_deref() {
        // It went in this moment, with whoever asked it.
        Some("fk_product_answer_question_id") => PostError::NoQuestion,
        _ => error.into(),
    })?;
    if answer.is_staff {
        let made = json!({ "questionId": answer.question_id, "status": answer.status });
        let entry = Entry::new("productAnswerCreate", "ProductAnswer", answer.id).after(&made)?;
        audit::record(&tx, app, actor, entry).await?;
    }
    tx.commit().await?;
    Ok(answer)
}

/// Whether the customer has an order with a variant of the product that was not called off.
async fn has_bought(tx: &Tx, customer: CustomerId, product: ProductId) -> Result<bool> {
    let theirs = Query::select()
        .column(orders::Column::Id)
        .from(orders::Entity)
        .and_where(orders::Column::CustomerId.eq(customer))
        .and_where(orders::Column::Status.ne(OrderStatus::Cancelled))
        .to_owned();
    let variants = Query::select()
        .column(variant::Column::Id)
        .from(variant::Entity)
        .and_where(variant::Column::ProductId.eq(product))
        .to_owned();
    let line = order_line::Entity::find()
        .select_only()
        .column(order_line::Column::Id)
        .filter(order_line::Column::OrderId.in_subquery(theirs))
        .filter(order_line::Column::VariantId.in_subquery(variants))
        .into_tuple::<OrderLineId>()
        .one(tx)
        .await?;
    Ok(line.is_some())
}
