//! Recovery codes: ten secrets on paper, each of which stands in for the app once.

use chrono::{DateTime, Utc};
use entity::account::recovery_code::{self, Column};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use crate::platform::db::{Tx, insert_all};
use crate::platform::error::Result;
use crate::platform::id::Ids;
use crate::platform::text::sha256_hex;

/// Codes of a set.
pub const RECOVERY_CODES: usize = 10;
/// Letters of a code: 80 bits, so that its hash cannot be turned back by trying.
const LETTERS: usize = 16;
/// Letters between two hyphens.
const GROUP: usize = 4;

/// Gives `account` a new set of codes; the old ones no longer work. Only hashes are kept.
///
/// # Errors
/// Those of the database.
pub(super) async fn replace(tx: &Tx, ids: &Ids, account: Uuid) -> Result<Vec<String>> {
    clear(tx, account).await?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| new_code(ids)).collect();
    let rows = codes.iter().filter_map(|code| {
        let row = recovery_code::Model {
            account_id: account,
            hash: hash(account, code)?,
            used_at: None,
        };
        Some(row.into_active_model())
    });
    insert_all(tx, rows.collect()).await?;
    Ok(codes)
}

/// Takes all codes of `account` away.
///
/// # Errors
/// Those of the database.
pub(super) async fn clear(tx: &Tx, account: Uuid) -> Result<()> {
    recovery_code::Entity::delete_many()
        .filter(Column::AccountId.eq(account))
        .exec(tx)
        .await?;
    Ok(())
}

/// Uses `code` up, if it is one of `account` that has not been used.
///
/// # Errors
/// Those of the database.
pub(super) async fn use_up(tx: &Tx, account: Uuid, code: &str, now: DateTime<Utc>) -> Result<bool> {
    let Some(hash) = hash(account, code) else {
        return Ok(false);
    };
    let used = recovery_code::Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::AccountId.eq(account))
        .filter(Column::Hash.eq(hash))
        .filter(Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(used.rows_affected > 0)
}

/// Codes of `account` that still work.
///
/// # Errors
/// Those of the database.
pub(super) async fn left(db: &impl ConnectionTrait, account: Uuid) -> Result<u64> {
    let unused = recovery_code::Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Column::UsedAt.is_null());
    Ok(unused.count(db).await?)
}

fn new_code(ids: &Ids) -> String {
    let mut code = String::with_capacity(LETTERS + LETTERS / GROUP);
    for (place, letter) in ids.secret().chars().take(LETTERS).enumerate() {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    code
}

/// The hash of a code as somebody typed it; None when it cannot be one.
fn hash(account: Uuid, code: &str) -> Option<String> {
    let letters = code.chars().filter(|c| c.is_ascii_alphanumeric());
    let letters: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    (letters.len() == LETTERS).then(|| sha256_hex(format!("{account}:{letters}")))
}
