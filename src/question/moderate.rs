//! Staff decides what is shown.

use entity::question::product_question::EntryStatus;
use entity::question::{product_answer, product_question};
use entity::{AnswerId, QuestionId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
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

/// Publishes or refuses a question of the channel of the request.
///
/// # Errors
/// See [`ModerateError`]; nothing is changed then.
pub async fn moderate_question(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: Moderate<QuestionId>,
) -> Result<Question, ModerateError> {
    use product_question::{Column, Entity};
    let tx = app.db.begin().await?;
    // Counting up makes others who would decide wait.
    let mut update = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(command.id))
        .filter(Column::ChannelId.eq(scope.channel.id));
    if let Some(expected) = command.expected_version {
        update = update.filter(Column::Version.eq(expected));
    }
    let changed = update.exec(&tx).await?.rows_affected;
    let row = query::question(&tx, scope, command.id).await?;
    let row = row.ok_or(ModerateError::NoQuestion)?;
    if changed == 0 {
        return Err(ModerateError::Stale(row.version));
    }
    let before = row.status;
    let row = Question {
        status: command.status,
        ..row
    };
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let entry = Entry::new("productQuestionModerate", "ProductQuestion", row.id)
        .before(&json!({ "status": before }))?
        .after(&json!({ "status": row.status }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}

/// Publishes or refuses an answer to a question of the channel of the request.
///
/// # Errors
/// See [`ModerateError`]; nothing is changed then.
pub async fn moderate_answer(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: Moderate<AnswerId>,
) -> Result<Answer, ModerateError> {
    use product_answer::{Column, Entity};
    let tx = app.db.begin().await?;
    let mut update = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(command.id))
        .filter(Column::QuestionId.in_subquery(query::of_channel(scope)));
    if let Some(expected) = command.expected_version {
        update = update.filter(Column::Version.eq(expected));
    }
    let changed = update.exec(&tx).await?.rows_affected;
    let row = query::answer(&tx, scope, command.id).await?;
    let row = row.ok_or(ModerateError::NoAnswer)?;
    if changed == 0 {
        return Err(ModerateError::Stale(row.version));
    }
    let before = row.status;
    let row = Answer {
        status: command.status,
        ..row
    };
    let row = row.into_active_model().reset_all().update(&tx).await?;
    let entry = Entry::new("productAnswerModerate", "ProductAnswer", row.id)
        .before(&json!({ "status": before }))?
        .after(&json!({ "status": row.status }))?;
    audit::record(&tx, app, actor, entry).await?;
    tx.commit().await?;
    Ok(row)
}
