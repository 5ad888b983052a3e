//! Lists of keys in one parameter: one prepared statement whatever their number.

use entity::TypedId;
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Func, LikeExpr, SimpleExpr, Value};
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use crate::platform::db::Backend;

/// `column` is one of `ids`: `= ANY($1)` on PostgreSQL, `IN (SELECT … json_each($1))` on SQLite.
pub fn any_of<I: TypedId>(db: &impl ConnectionTrait, column: impl ColumnTrait, ids: &[I]) -> SimpleExpr {
    match Backend::of(db) {
        Backend::Postgres => {
            let values = ids.iter().map(|id| Value::Uuid(Some(id.uuid()))).collect();
            let array = Value::Array(ArrayType::Uuid, Some(Box::new(values)));
            Expr::col(column.as_column_ref()).eq(PgFunc::any(Expr::val(array)))
        }
        Backend::Sqlite => {
            let hex: Vec<String> = ids.iter().map(|id| hex(id.uuid())).collect();
            json_each(column, "unhex(value)", &hex)
        }
    }
}

/// `column` is one of `texts`.
pub fn any_text(db: &impl ConnectionTrait, column: impl ColumnTrait, texts: &[String]) -> SimpleExpr {
    match Backend::of(db) {
        Backend::Postgres => {
            let values = texts.iter().map(|text| Value::String(Some(text.clone()))).collect();
            let array = Value::Array(ArrayType::String, Some(Box::new(values)));
            Expr::col(column.as_column_ref()).eq(PgFunc::any(Expr::val(array)))
        }
        Backend::Sqlite => json_each(column, "value", texts),
    }
}

fn json_each(column: impl ColumnTrait, item: &str, items: &[String]) -> SimpleExpr {
    let json = serde_json::Value::from(items).to_string();
    let (table, column) = (column.entity_name().to_string(), column.to_string());
    Expr::cust_with_values(
        format!("\"{table}\".\"{column}\" IN (SELECT {item} FROM json_each(?))"),
        [json],
    )
}

/// UUIDs are BLOBs in SQLite, which JSON cannot carry.
fn hex(uuid: Uuid) -> String {
    uuid.simple().to_string()
}

/// `column` starts with `prefix`, without regard to case. `%` and `_` in `prefix` mean themselves.
pub fn lower_like_prefix(column: impl ColumnTrait, prefix: &str) -> SimpleExpr {
    lower_like(column, escaped(prefix) + "%")
}

/// `column` contains `part`, without regard to case. `%` and `_` in `part` mean themselves. Reads every row.
pub fn lower_like_part(column: impl ColumnTrait, part: &str) -> SimpleExpr {
    lower_like(column, format!("%{}%", escaped(part)))
}

fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

fn lower_like(column: impl ColumnTrait, pattern: String) -> SimpleExpr {
    let lower = Func::lower(Expr::col(column.as_column_ref()));
    Expr::expr(lower).like(LikeExpr::new(pattern).escape('\\'))
}
