//! What many requests write of their keys at the same moment, in one statement on PostgreSQL.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::platform::idempotency_key::{Column, Entity, IdempotencyState};
use sea_orm::sea_query::{ArrayType, Expr, OnConflict, Query, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Statement};

use crate::platform::db::{Db, RELAXED, array, relaxed};
use crate::platform::error::{Fault, Result};

/// How long an answer is remembered.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);

const CLAIM: &str = "INSERT INTO idempotency_key (id, fingerprint, state, leased_until, created_at, expires_at)
    SELECT k, f, 'running', $3, $4, $5 FROM UNNEST($1::text[], $2::text[]) AS given(k, f) WHERE ";
const TAKEN: &str = " ON CONFLICT (id) DO NOTHING RETURNING id";
const ANSWER: &str = "UPDATE idempotency_key SET state = 'answered', answer = given.a
    FROM UNNEST($1::text[], $2::text[]) AS given(k, a) WHERE id = given.k AND ";

/// A key that somebody wants to run with.
pub(super) struct Claim {
    /// Its row.
    pub id: String,
    /// What is asked.
    pub fingerprint: String,
}

/// Which of `claims` had no row and have one now, on PostgreSQL. Of two with the same key it is the first. Whatever the change commits
/// is on the disk after the row, and so is the row then.
///
/// # Errors
/// Those of the database.
pub(super) async fn claim(
    db: &Db,
    (now, leased_until): (DateTime<Utc>, DateTime<Utc>),
    mut claims: Vec<Claim>,
) -> Result<Vec<bool>> {
    if claims.len() == 1
        && let Some(claim) = claims.pop()
    {
        return Ok(vec![claim_one(db, (now, leased_until), claim).await?]);
    }
    let asked: Vec<String> = claims.iter().map(|claim| claim.id.clone()).collect();
    // In one order, so that two servers do not wait for each other.
    claims.sort_by(|a, b| a.id.cmp(&b.id));
    let (ids, fingerprints) = claims.into_iter().map(|claim| (claim.id, claim.fingerprint)).unzip();
    let values = [
        texts(ids),
        texts(fingerprints),
        leased_until.into(),
        now.into(),
        (now + REMEMBERED).into(),
    ];
    let insert = Statement::from_sql_and_values(DbBackend::Postgres, format!("{CLAIM}{RELAXED}{TAKEN}"), values);
    let rows = db.query_all_raw(insert).await?;
    let new: Result<HashSet<String>, _> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    let mut new = new?;
    Ok(asked.iter().map(|id| new.remove(id)).collect())
}

/// The same for one alone, on both databases.
///
/// # Errors
/// Those of the database.
pub(super) async fn claim_one(
    db: &Db,
    (now, leased_until): (DateTime<Utc>, DateTime<Utc>),
    claim: Claim,
) -> Result<bool> {
    let columns = [
        Column::Id,
        Column::Fingerprint,
        Column::State,
        Column::LeasedUntil,
        Column::CreatedAt,
        Column::ExpiresAt,
    ];
    let values = [
        Expr::value(claim.id),
        Expr::value(claim.fingerprint),
        Expr::value(IdempotencyState::Running),
        Expr::value(leased_until),
        Expr::value(now),
        Expr::value(now + REMEMBERED),
    ];
    let row = Query::select().exprs(values).and_where(relaxed(db)).to_owned();
    let mut insert = Query::insert();
    insert.into_table(Entity).columns(columns);
    insert.select_from(row).map_err(|e| Fault::part("statement", e))?;
    insert.on_conflict(OnConflict::new().do_nothing().to_owned());
    Ok(db.execute(&insert).await?.rows_affected() > 0)
}

/// Keeps answers that are the same when they are asked for again: `answers` of rows, sealed. On PostgreSQL.
///
/// # Errors
/// Those of the database.
pub(super) async fn answer(db: &Db, mut answers: Vec<(String, String)>) -> Result<Vec<()>> {
    let done = vec![(); answers.len()];
    if answers.len() == 1
        && let Some((id, answer)) = answers.pop()
    {
        answered(id, answer).filter(relaxed(db)).exec(db).await?;
        return Ok(done);
    }
    answers.sort();
    let (ids, answers) = answers.into_iter().unzip();
    let update = format!("{ANSWER}{RELAXED}");
    let update = Statement::from_sql_and_values(DbBackend::Postgres, update, [texts(ids), texts(answers)]);
    db.execute_raw(update).await?;
    Ok(done)
}

/// Writes an answer into its row.
pub(super) fn answered(id: String, answer: String) -> sea_orm::UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(IdempotencyState::Answered))
        .col_expr(Column::Answer, Expr::value(answer))
        .filter(Column::Id.eq(id))
}

fn texts(all: Vec<String>) -> Value {
    array(ArrayType::String, all.into_iter().map(Value::from))
}
