//! Order numbers.

use entity::platform::number_sequence;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{EntityTrait, Set};

use crate::platform::db::{Db, Tx};
use crate::platform::error::{Fault, Result};

/// The first number is the one behind it: an order 1 looks like a shop without customers.
const START: i64 = 10_000;
/// Digits of an imported number that the counter is lifted above; longer ones are no counted numbers.
const DIGITS_MAX: usize = 12;

/// The next order number. It is taken in a transaction of its own, because the counter is the one row that all orders
/// share: an order that fails leaves a gap, and no order waits for another.
///
/// # Errors
/// Those of the database.
pub async fn next_number(db: &Db) -> Result<String> {
    let tx = db.begin().await?;
    let first = number_sequence::ActiveModel {
        name: Set("order".to_owned()),
        value: Set(START + 1),
    };
    let count_up = OnConflict::column(number_sequence::Column::Name)
        .value(
            number_sequence::Column::Value,
            Expr::col((number_sequence::Entity, number_sequence::Column::Value)).add(1),
        )
        .to_owned();
    let rows = number_sequence::Entity::insert_many([first])
        .on_conflict(count_up)
        .exec_with_returning(&tx)
        .await?;
    tx.commit().await?;
    let row = rows
        .into_iter()
        .next()
        .ok_or(Fault::Invariant("a counter that does not count"))?;
    Ok(row.value.to_string())
}

/// Has the counter go on above the largest of `numbers` that could be one of ours: digits alone. So a shop that brings
/// its history along never meets a number twice.
pub(super) async fn count_above(tx: &Tx, numbers: impl Iterator<Item = &str>) -> Result<()> {
    let plain = numbers.filter(|text| text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit()));
    let Some(largest) = plain
        .filter_map(|text| text.parse::<i64>().ok())
        .max()
        .filter(|n| *n > START)
    else {
        return Ok(());
    };
    let first = number_sequence::ActiveModel {
        name: Set("order".to_owned()),
        value: Set(largest),
    };
    let lift = OnConflict::column(number_sequence::Column::Name)
        .value(
            number_sequence::Column::Value,
            Expr::cust(
                "CASE WHEN excluded.value > number_sequence.value THEN excluded.value ELSE number_sequence.value END",
            ),
        )
        .to_owned();
    number_sequence::Entity::insert_many([first])
        .on_conflict(lift)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
