//! Reads of questions and answers, scoped by channel.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::question::product_question::EntryStatus;
use entity::question::{product_answer, product_question};
use entity::{AnswerId, ProductId, QuestionId};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};
use serde::de::DeserializeOwned;

use crate::channel::Scope;
use crate::platform::db::any_of;
use crate::platform::error::{Fault, Result};
use crate::platform::page::{Page, PageArgs, PageError};
use crate::platform::permission::Permission;

/// A question.
pub type Question = product_question::Model;
/// An answer.
pub type Answer = product_answer::Model;

/// Names the questions of a product in cursors.
const OF_PRODUCT: &str = "product.questions";
/// The place of a question among those of its product.
const NEWEST: &str = "ROW_NUMBER() OVER (PARTITION BY \"product_id\" ORDER BY \"created_at\" DESC, \"id\" DESC)";
/// The place of an answer among those to its question: what the shop says stands first.
const SHOP_FIRST: &str =
    "ROW_NUMBER() OVER (PARTITION BY \"question_id\" ORDER BY \"is_staff\" DESC, \"created_at\", \"id\")";

/// Which questions of a product: so many behind a place. The same for all products that are read together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    first: usize,
    after: Option<(DateTime<Utc>, QuestionId)>,
}

/// Which questions staff looks through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuestionFilter {
    /// Where they stand.
    pub status: Option<EntryStatus>,
    /// About this product.
    pub product: Option<ProductId>,
}

/// Which answers staff looks through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerFilter {
    /// Where they stand.
    pub status: Option<EntryStatus>,
    /// To this question.
    pub question: Option<QuestionId>,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<DbErr> for ListError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// The time and the key of the row that a cursor names.
fn seen<I: DeserializeOwned>(args: &PageArgs, tag: &str) -> Result<Option<(DateTime<Utc>, I)>, PageError> {
    let Some((micros, id)) = args.after_key::<(i64, I)>(tag)? else {
        return Ok(None);
    };
    let at = DateTime::from_timestamp_micros(micros).ok_or(PageError::Cursor)?;
    Ok(Some((at, id)))
}

/// What is older than a row.
fn older<I: Into<sea_orm::Value>>(
    (time, key): (impl ColumnTrait, impl ColumnTrait),
    (at, id): (DateTime<Utc>, I),
) -> Expr {
    let here = Expr::tuple([Expr::col(time.as_column_ref()), Expr::col(key.as_column_ref())]);
    here.lt(Expr::tuple([Expr::val(at), Expr::val(id)]))
}

/// The questions of the channel of the request, by key.
pub(super) fn of_channel(scope: &Scope) -> SelectStatement {
    Query::select()
        .column(product_question::Column::Id)
        .from(product_question::Entity)
        .and_where(product_question::Column::ChannelId.eq(scope.channel.id))
        .to_owned()
}

/// A question of the channel, wherever it stands.
pub(super) fn question(scope: &Scope, id: QuestionId) -> Select<product_question::Entity> {
    product_question::Entity::find_by_id(id).filter(product_question::Column::ChannelId.eq(scope.channel.id))
}

/// An answer to a question of the channel, wherever it stands.
pub(super) fn answer(scope: &Scope, id: AnswerId) -> Select<product_answer::Entity> {
    product_answer::Entity::find_by_id(id).filter(product_answer::Column::QuestionId.in_subquery(of_channel(scope)))
}

/// Questions of the channel by key, as far as the viewer may see them: those that are published, or with
/// `question.read` all.
///
/// # Errors
/// Those of the database.
pub async fn questions_by_ids(
    db: &impl ConnectionTrait,
    scope: &Scope,
    ids: &[QuestionId],
) -> Result<HashMap<QuestionId, Question>> {
    use product_question::{Column, Entity};
    let mut select = Entity::find()
        .filter(any_of(db, Column::Id, ids))
        .filter(Column::ChannelId.eq(scope.channel.id));
    if !scope.viewer.may(Permission::QuestionRead) {
        select = select.filter(Column::Status.eq(EntryStatus::Published));
    }
    let rows = select.all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What `args` asks of the questions of a product.
///
/// # Errors
/// A cursor of another list.
pub fn part_of(args: &PageArgs) -> Result<Part, PageError> {
    Ok(Part {
        first: args.first,
        after: seen(args, OF_PRODUCT)?,
    })
}

/// The page that `rows`, as [`published_questions`] gives them for a product, make.
pub fn published_page(args: &PageArgs, rows: Vec<Question>) -> Page<Question> {
    Page::from_rows(args, OF_PRODUCT, rows, |row| {
        (row.created_at.timestamp_micros(), row.id)
    })
}

/// Published questions of products in the channel, newest first, and one more than `part` asks for where there is one;
/// in one statement.
///
/// # Errors
/// Those of the database.
pub async fn published_questions(
    db: &impl ConnectionTrait,
    scope: &Scope,
    products: &[ProductId],
    part: Part,
) -> Result<HashMap<ProductId, Vec<Question>>> {
    use product_question::{Column, Entity};
    let placed = Query::select()
        .column(Column::Id)
        .expr_as(Expr::cust(NEWEST), "place")
        .from(Entity)
        .and_where(any_of(db, Column::ProductId, products))
        .and_where(Column::ChannelId.eq(scope.channel.id))
        .and_where(Column::Status.eq(EntryStatus::Published))
        .and_where_option(part.after.map(|after| older((Column::CreatedAt, Column::Id), after)))
        .to_owned();
    let rows = Entity::find()
        .filter(Column::Id.in_subquery(first_of(placed, part.first.saturating_add(1))))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<ProductId, Vec<Question>> = HashMap::new();
    for row in rows {
        of.entry(row.product_id).or_default().push(row);
    }
    Ok(of)
}

/// Published answers to questions, those of the shop first, then the oldest first; at most `first` each, in one
/// statement.
///
/// # Errors
/// Those of the database.
pub async fn published_answers(
    db: &impl ConnectionTrait,
    questions: &[QuestionId],
    first: usize,
) -> Result<HashMap<QuestionId, Vec<Answer>>> {
    use product_answer::{Column, Entity};
    let placed = Query::select()
        .column(Column::Id)
        .expr_as(Expr::cust(SHOP_FIRST), "place")
        .from(Entity)
        .and_where(any_of(db, Column::QuestionId, questions))
        .and_where(Column::Status.eq(EntryStatus::Published))
        .to_owned();
    let rows = Entity::find()
        .filter(Column::Id.in_subquery(first_of(placed, first)))
        .order_by_desc(Column::IsStaff)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let mut of: HashMap<QuestionId, Vec<Answer>> = HashMap::new();
    for row in rows {
        of.entry(row.question_id).or_default().push(row);
    }
    Ok(of)
}

/// The keys among `placed` whose place is one of the first.
fn first_of(placed: SelectStatement, first: usize) -> SelectStatement {
    Query::select()
        .column("id")
        .from_subquery(placed, "placed")
        .and_where(Expr::col("place").lte(i64::try_from(first).unwrap_or(i64::MAX)))
        .to_owned()
}

/// How many questions are published about products in the channel.
///
/// # Errors
/// Those of the database.
pub async fn count_published(
    db: &impl ConnectionTrait,
    scope: &Scope,
    products: &[ProductId],
) -> Result<HashMap<ProductId, i64>> {
    use product_question::{Column, Entity};
    let rows = Entity::find()
        .select_only()
        .column(Column::ProductId)
        .column_as(Column::Id.count(), "questions")
        .filter(any_of(db, Column::ProductId, products))
        .filter(Column::ChannelId.eq(scope.channel.id))
        .filter(Column::Status.eq(EntryStatus::Published))
        .group_by(Column::ProductId)
        .into_tuple::<(ProductId, i64)>()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

fn filtered_questions(scope: &Scope, filter: QuestionFilter) -> Select<product_question::Entity> {
    use product_question::Column;
    let all = Condition::all()
        .add(Column::ChannelId.eq(scope.channel.id))
        .add_option(filter.status.map(|status| Column::Status.eq(status)))
        .add_option(filter.product.map(|product| Column::ProductId.eq(product)));
    product_question::Entity::find().filter(all)
}

/// A page of the questions of the channel, newest first, for staff.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn questions(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: QuestionFilter,
    args: &PageArgs,
) -> Result<Page<Question>, ListError> {
    use product_question::Column;
    let tag = format!("product_questions:{}", scope.channel.slug);
    let mut select = filtered_questions(scope, filter)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(after) = seen::<QuestionId>(args, &tag)? {
        select = select.filter(older((Column::CreatedAt, Column::Id), after));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, &tag, rows, |row| {
        (row.created_at.timestamp_micros(), row.id)
    }))
}

/// How many questions the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count_questions(db: &impl ConnectionTrait, scope: &Scope, filter: QuestionFilter) -> Result<i64> {
    let count = filtered_questions(scope, filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

fn filtered_answers(scope: &Scope, filter: AnswerFilter) -> Select<product_answer::Entity> {
    use product_answer::Column;
    let all = Condition::all()
        .add(Column::QuestionId.in_subquery(of_channel(scope)))
        .add_option(filter.status.map(|status| Column::Status.eq(status)))
        .add_option(filter.question.map(|question| Column::QuestionId.eq(question)));
    product_answer::Entity::find().filter(all)
}

/// A page of the answers to questions of the channel, newest first, for staff.
///
/// # Errors
/// A cursor of another list; those of the database.
pub async fn answers(
    db: &impl ConnectionTrait,
    scope: &Scope,
    filter: AnswerFilter,
    args: &PageArgs,
) -> Result<Page<Answer>, ListError> {
    use product_answer::Column;
    let tag = format!("product_answers:{}", scope.channel.slug);
    let mut select = filtered_answers(scope, filter)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(args.first as u64 + 1);
    if let Some(after) = seen::<AnswerId>(args, &tag)? {
        select = select.filter(older((Column::CreatedAt, Column::Id), after));
    }
    let rows = select.all(db).await?;
    Ok(Page::from_rows(args, &tag, rows, |row| {
        (row.created_at.timestamp_micros(), row.id)
    }))
}

/// How many answers the whole list has.
///
/// # Errors
/// Those of the database.
pub async fn count_answers(db: &impl ConnectionTrait, scope: &Scope, filter: AnswerFilter) -> Result<i64> {
    let count = filtered_answers(scope, filter).count(db).await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}
