//! Writes into the books.

use chrono::{DateTime, Utc};
use entity::ledger::ledger_entry;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::ledger::posting::Posting;
use crate::platform::crash::crash_point;
use crate::platform::db::Tx;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;

/// Writes a posting, in one statement. False when it was written before: nothing is added then.
///
/// # Errors
/// When it does not balance, or when a different posting has its reference; those of the database.
pub(crate) async fn post(tx: &Tx, ids: &Ids, now: DateTime<Utc>, posting: Posting) -> Result<bool> {
    let rows = rows(ids, now, &posting)?;
    if rows.is_empty() {
        return Ok(false);
    }
    let all = rows.len() as u64;
    let key = [ledger_entry::Column::Reference, ledger_entry::Column::Account];
    let written = ledger_entry::Entity::insert_many(rows)
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    // What is posted again has the accounts of the first time: all of its entries are there, or none.
    if written != 0 && written != all {
        return Err(Fault::Invariant("two different postings have one reference"));
    }
    if written == 0 {
        is_the_same(tx, &posting).await?;
    }
    crash_point("ledger.posted");
    Ok(written == all)
}

/// Fails when what stands in the books under the reference of `posting` is anything else.
async fn is_the_same(tx: &Tx, posting: &Posting) -> Result<()> {
    let there = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::Reference.eq(posting.reference()))
        .all(tx)
        .await?;
    let mut entries = posting.entries().map_err(|e| Fault::part("ledger", e))?;
    let currency = posting.currency().to_string();
    entries.retain(|(account, debit, credit)| {
        let is_it = |row: &ledger_entry::Model| {
            (row.account, row.debit, row.credit) == (*account, *debit, *credit) && row.currency_code == currency
        };
        !there.iter().any(is_it)
    });
    if entries.is_empty() {
        return Ok(());
    }
    Err(Fault::Invariant("two different postings have one reference"))
}

/// Writes a posting with the rows that the transaction puts off to its end: cheaper, for what by nature happens once. A
/// second one of its reference undoes the transaction.
///
/// # Errors
/// When it does not balance.
pub(crate) fn post_new(tx: &Tx, ids: &Ids, now: DateTime<Utc>, posting: &Posting) -> Result<()> {
    tx.later(rows(ids, now, posting)?);
    Ok(())
}

fn rows(ids: &Ids, now: DateTime<Utc>, posting: &Posting) -> Result<Vec<ledger_entry::ActiveModel>> {
    let entries = posting.entries().map_err(|e| Fault::part("ledger", e))?;
    let (order_id, payment_id) = posting.about();
    let rows = entries.into_iter().map(|(account, debit, credit)| {
        ledger_entry::Model {
            id: ids.new_id(),
            reference: posting.reference().to_owned(),
            kind: posting.kind().to_owned(),
            account,
            debit,
            credit,
            currency_code: posting.currency().to_string(),
            order_id,
            payment_id,
            created_at: now,
        }
        .into_active_model()
    });
    Ok(rows.collect())
}
