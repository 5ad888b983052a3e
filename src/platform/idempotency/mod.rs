//! Requests that must not have their effect twice, however often they come.
//!
//! Who comes first with a key writes a row, runs, and leaves the answer in it; who comes later with the same key waits for
//! that answer and gets it. A refusal has no effect, so it is not remembered: the same key may try again. When the server
//! dies in between, the lease runs out and the next one with the key goes on: it runs again where nothing was committed or
//! the change knows by itself how to go on, and otherwise learns that the effect is there and its answer lost.

mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use entity::platform::idempotency_key::{Column, Entity, IdempotencyState};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::platform::clock::Clock;
use crate::platform::db::{Backend, Db, Tx};
use crate::platform::error::{Fault, Result};
use crate::platform::gather::Gather;
use crate::platform::id::Ids;
use crate::platform::idempotency::rows::Claim;
use crate::platform::seal::Seal;
use crate::platform::text::sha256_hex;

/// How long a request may be at it before another one takes it up: longer than any request may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How long the answer to an equal request is waited for.
const WAIT: Duration = Duration::from_secs(20);
/// First and longest pause between two looks.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(200));

tokio::task_local! {
    /// The change that runs in this task.
    static CURRENT: Current;
}

#[derive(Clone)]
struct Current {
    /// Its row, when its first commit is all of its effect: the commit and the memory of it are one then.
    row: Option<String>,
    committed: Arc<AtomicBool>,
}

/// Whether a change has had an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing was committed.
    None,
    /// Something was.
    Committed,
}

/// A key: what row it has, and what seals the answer in it. An answer may hold personal data and tokens, so that nobody
/// reads it who does not have the key.
#[derive(Clone)]
pub struct Key {
    row: String,
    salt: String,
    seal: Seal,
}

impl Key {
    /// The key that `who` chose for the change at `place` of the request.
    pub fn new(who: &str, key: &str, place: &str) -> Self {
        Self {
            row: sha256_hex([who, key, place].join("\0")),
            salt: sha256_hex(["fingerprint", who, key, place].join("\0")),
            seal: Seal::new("idempotency", &[who, key, place]),
        }
    }

    /// Stands for what is asked. It may hold a password, so nobody can try one out on it who does not have the key.
    pub fn fingerprint(&self, asked: &str) -> String {
        sha256_hex([self.salt.as_str(), asked].join("\0"))
    }
}

/// What a request with a key is told.
pub enum Turn {
    /// To run.
    Mine(Mine),
    /// What was answered before.
    Answered(Value),
    /// That the key was used for something else.
    Mismatch,
    /// That an equal request is still running.
    Busy,
    /// That the effect is there, and its answer was lost when the server died.
    AnswerLost,
}

/// The right to run.
pub struct Mine {
    turns: Turns,
    key: Key,
    /// What runs can be run again.
    resumable: bool,
}

/// Who may run with which key. Cheap to clone.
#[derive(Clone)]
pub struct Turns(Arc<Parts>);

struct Parts {
    db: Db,
    clock: Clock,
    claims: Gather<Claim, bool>,
    answers: Gather<(String, String), ()>,
}

impl Turns {
    /// Turns that are kept in `db`.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self(Arc::new(Parts {
            db,
            clock,
            claims: Gather::default(),
            answers: Gather::default(),
        }))
    }

    /// Takes a turn with `key`, for what `fingerprint` stands for.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take(&self, key: &Key, fingerprint: &str) -> Result<Turn> {
        let Parts { db, clock, .. } = &*self.0;
        let id = key.row.as_str();
        let deadline = Instant::now() + WAIT;
        let mut pause = LOOKS.0;
        loop {
            if self.claim(id, fingerprint).await? {
                return Ok(Turn::Mine(Mine::new(self, key)));
            }
            let row = Entity::find_by_id(id).one(db).await?;
            // Gone since: its request was refused.
            let Some(row) = row else { continue };
            let now = clock.now();
            if row.expires_at <= now {
                Entity::delete_many()
                    .filter(Column::Id.eq(id))
                    .filter(Column::ExpiresAt.lte(now))
                    .exec(db)
                    .await?;
                continue;
            }
            if row.fingerprint != fingerprint {
                return Ok(Turn::Mismatch);
            }
            match (row.state, row.answer) {
                (IdempotencyState::Answered, Some(answer)) => {
                    let opened = key
                        .seal
                        .open(&answer)
                        .and_then(|text| serde_json::from_slice(&text).ok());
                    return Ok(opened.map_or(Turn::AnswerLost, Turn::Answered));
                }
                (IdempotencyState::Committed, _) if row.leased_until <= now => return Ok(Turn::AnswerLost),
                (IdempotencyState::Running, _) if row.leased_until <= now => {
                    let taken = Entity::update_many()
                        .col_expr(Column::LeasedUntil, Expr::value(now + LEASE))
                        .filter(Column::Id.eq(id))
                        .filter(Column::State.eq(IdempotencyState::Running))
                        .filter(Column::LeasedUntil.eq(row.leased_until))
                        .exec(db)
                        .await?;
                    if taken.rows_affected == 1 {
                        return Ok(Turn::Mine(Mine::new(self, key)));
                    }
                }
                _ => {}
            }
            if Instant::now() >= deadline {
                return Ok(Turn::Busy);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LOOKS.1);
        }
    }

    /// Whether the row is new.
    async fn claim(&self, id: &str, fingerprint: &str) -> Result<bool> {
        let claim = Claim {
            id: id.to_owned(),
            fingerprint: fingerprint.to_owned(),
        };
        let (db, now) = (self.0.db.clone(), self.0.clock.now());
        if Backend::of(&db) == Backend::Sqlite {
            // Which is no way away: nothing is won by going together.
            return rows::claim_one(&db, (now, now + LEASE), claim).await;
        }
        let all = move |claims| async move { rows::claim(&db, (now, now + LEASE), claims).await };
        self.0.claims.ask(claim, all).await
    }
}

impl Mine {
    fn new(turns: &Turns, key: &Key) -> Self {
        Self {
            turns: turns.clone(),
            key: key.clone(),
            resumable: false,
        }
    }

    /// Runs `change` and says whether it had an effect. A `resumable` one goes on by itself when it is run again; any
    /// other is not run again once it has committed.
    pub async fn run<T>(&mut self, resumable: bool, change: impl Future<Output = T>) -> (T, Effect) {
        self.resumable = resumable;
        let committed = Arc::new(AtomicBool::new(false));
        let current = Current {
            row: (!resumable).then(|| self.key.row.clone()),
            committed: Arc::clone(&committed),
        };
        let result = CURRENT.scope(current, change).await;
        let effect = if committed.load(Ordering::Relaxed) {
            Effect::Committed
        } else {
            Effect::None
        };
        (result, effect)
    }

    /// Remembers the answer.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn answered(self, ids: &Ids, answer: &Value) -> Result<()> {
        let Some(answer) = self.key.seal.seal(ids, &serde_json::to_vec(answer)?) else {
            return Err(Fault::Invariant("no memory to seal an answer in"));
        };
        let (Parts { db, answers, .. }, id) = (&*self.turns.0, self.key.row);
        // Run again a resumable one gives the same answer.
        if !self.resumable || Backend::of(db) == Backend::Sqlite {
            rows::answered(id, answer).exec(db).await?;
            return Ok(());
        }
        let of = db.clone();
        answers
            .ask((id, answer), move |all| async move { rows::answer(&of, all).await })
            .await
    }

    /// Gives the turn back although the answer is not known: something was done, and whoever asks again hears that.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lost(self) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::LeasedUntil, Expr::value(self.turns.0.clock.now()))
            .filter(Column::Id.eq(self.key.row))
            .exec(&self.turns.0.db)
            .await?;
        Ok(())
    }

    /// Forgets the key: nothing was done that may not be tried again.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refused(self) -> Result<()> {
        Entity::delete_by_id(self.key.row).exec(&self.turns.0.db).await?;
        Ok(())
    }
}

/// Notes in `tx`, which is about to commit, that the change that runs has its effect with it.
pub(crate) async fn note(tx: &Tx) -> Result<(), DbErr> {
    let Ok(Current { row: Some(id), .. }) = CURRENT.try_with(Clone::clone) else {
        return Ok(());
    };
    Entity::update_many()
        .col_expr(Column::State, Expr::value(IdempotencyState::Committed))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that a transaction of the change that runs has committed.
pub(crate) fn committed() {
    let _ = CURRENT.try_with(|current| current.committed.store(true, Ordering::Relaxed));
}

/// Forgets the keys that have had their time; so many.
///
/// # Errors
/// Those of the database.
pub async fn forget_expired(db: &Db, clock: &Clock) -> Result<u64> {
    let forgotten = Entity::delete_many()
        .filter(Column::ExpiresAt.lte(clock.now()))
        .exec(db)
        .await?;
    Ok(forgotten.rows_affected)
}
