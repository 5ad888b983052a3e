//! Staff decides what is shown.

use entity::question::product_question::EntryStatus;
use entity::question::{product_answer, product_question};
use entity::{AnswerId, QuestionId};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, QuerySelect};
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::channel::Scope;
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};
use crate::question::query::{self, Answer, Question};

/// What is to become of a question or an answer.
#[derive(Clone, Copy, Debug)]
pub struct Moderate<I> {
    /// Which one.
    pub id: I,
    /// Where it shall stand.
    pub status: EntryStatus,
    /// The version that was looked at; another one is refused.
    pub expected_version: Option<i32>,
}

impl<I> Moderate<I> {
    /// The version after a decision about `version`.
    fn next_version(&self, version: i32) -> Result<i32, ModerateError> {
        match self.expected_version {
            Some(expected) if expected != version => Err(ModerateError::Stale(version)),
            _ => Ok(version + 1),
        }
    }
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ModerateError {
    /// There is no such question in the channel.
    NoQuestion,
    /// There is no such answer in the channel.
    NoAnswer,
    /// The row is at this version.
    Stale(i32),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ModerateError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::NoQuestion => message!("question-not-found"),
            Self::NoAnswer => message!("answer-not-found"),
            Self::Stale(version) => message!("version-stale", version = *version),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for ModerateError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Publishes or refuses a question of the channel of the request. What is nobody's any more and is refused is deleted.
///
/// # Errors
/// See [`ModerateError`]; nothing is changed then.
pub async fn moderate_question(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: Moderate<QuestionId>,
) -> Result<Question, ModerateError> {
    let tx = app.db.begin().await?;
    let row = query::question(scope, command.id).lock_exclusive().one(&tx).await?;
    let row = row.ok_or(ModerateError::NoQuestion)?;
    let before = row.status;
    let row = Question {
        status: command.status,
        version: command.next_version(row.version)?,
        ..row
    };
    if row.status == EntryStatus::Rejected && row.customer_id.is_none() {
        // Nobody is left who could have it deleted.
        product_question::Entity::delete_by_id(row.id).exec(&tx).await?;
    } else {
        // Nothing but what changes: the customer is not to be held for it.
        let change = product_question::ActiveModel {
            id: Unchanged(row.id),
            status: Set(row.status),
            version: Set(row.version),
            ..Default::default()
        };
        change.update(&tx).await?;
    }
    let entry = Entry::new("productQuestionModerate", "ProductQuestion", row.id)
        .before(&json!({ "status": before }))?
        .after(&json!({ "status": row.status }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// Publishes or refuses an answer to a question of the channel of the request. What is nobody's any more and is refused is
/// deleted.
///
/// # Errors
/// See [`ModerateError`]; nothing is changed then.
pub async fn moderate_answer(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: Moderate<AnswerId>,
) -> Result<Answer, ModerateError> {
    let tx = app.db.begin().await?;
    let row = query::answer(scope, command.id).lock_exclusive().one(&tx).await?;
    let row = row.ok_or(ModerateError::NoAnswer)?;
    let before = row.status;
    let row = Answer {
        status: command.status,
        version: command.next_version(row.version)?,
        ..row
    };
    if row.status == EntryStatus::Rejected && row.customer_id.is_none() && !row.is_staff {
        product_answer::Entity::delete_by_id(row.id).exec(&tx).await?;
    } else {
        let change = product_answer::ActiveModel {
            id: Unchanged(row.id),
            status: Set(row.status),
            version: Set(row.version),
            ..Default::default()
        };
        change.update(&tx).await?;
    }
    let entry = Entry::new("productAnswerModerate", "ProductAnswer", row.id)
        .before(&json!({ "status": before }))?
        .after(&json!({ "status": row.status }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}
