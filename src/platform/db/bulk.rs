//! Writing many rows in few statements.

use std::fmt::Write;

use sea_orm::sea_query::{ArrayType, OnConflict, Value};
use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, ConnectionTrait, EntityName, EntityTrait, IdenStatic, Iterable,
    Statement,
};

use crate::platform::db::{Backend, Tx};
use crate::platform::error::Result;

/// Parameters in one statement: below the limit of SQLite (32,766).
pub(super) const PARAMETERS: usize = 30_000;
/// Rows in one statement of arrays: enough that the round trip does not count, few enough to hold in memory.
pub(super) const ROWS: usize = 10_000;

/// Inserts `rows` in as few statements as possible.
///
/// # Errors
/// Those of the database; then rows of earlier statements stay until the transaction is rolled back.
pub async fn insert_all<A>(tx: &Tx, rows: Vec<A>) -> Result<()>
where
    A: ActiveModelTrait + Send + Sync,
{
    write_all(tx, rows, None).await?;
    Ok(())
}

/// Inserts `rows`; where the `key` is taken, the columns `update` of the row that is there are overwritten. No columns:
/// that row stays as it is. No key comes twice in `rows`.
///
/// # Errors
/// Those of the database; then rows of earlier statements stay until the transaction is rolled back.
pub async fn upsert_all<A>(
    tx: &Tx,
    rows: Vec<A>,
    key: &[<A::Entity as EntityTrait>::Column],
    update: &[<A::Entity as EntityTrait>::Column],
) -> Result<()>
where
    A: ActiveModelTrait + Send + Sync,
{
    write_all(tx, rows, Some((key, update))).await?;
    Ok(())
}

/// Inserts those of `rows` whose `key` is not taken, and says how many these were.
///
/// # Errors
/// Those of the database; then rows of earlier statements stay until the transaction is rolled back.
pub async fn insert_new<A>(tx: &Tx, rows: Vec<A>, key: &[<A::Entity as EntityTrait>::Column]) -> Result<u64>
where
    A: ActiveModelTrait + Send + Sync,
{
    write_all(tx, rows, Some((key, &[]))).await
}

pub(super) type Clash<'a, C> = Option<(&'a [C], &'a [C])>;

async fn write_all<A>(tx: &Tx, rows: Vec<A>, clash: Clash<'_, <A::Entity as EntityTrait>::Column>) -> Result<u64>
where
    A: ActiveModelTrait + Send + Sync,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
    let most = match Backend::of(tx) {
        Backend::Postgres => ROWS,
        Backend::Sqlite => PARAMETERS / columns,
    };
    let mut rows = rows.into_iter().peekable();
    let mut written = 0;
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(most).collect();
        if Backend::of(tx) == Backend::Postgres
            && let Some(arrays) = Arrays::of(&chunk)
        {
            let sql = arrays.insert(0) + &rule_of(clash);
            let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, arrays.values);
            written += tx.execute_raw(statement).await?.rows_affected();
            continue;
        }
        let mut chunk = chunk.into_iter().peekable();
        while chunk.peek().is_some() {
            let insert = A::Entity::insert_many(chunk.by_ref().take(PARAMETERS / columns));
            written += match clash {
                None => insert.exec_without_returning(tx).await?,
                Some((key, update)) => {
                    let mut rule = OnConflict::columns(key.iter().copied());
                    if update.is_empty() {
                        rule.do_nothing();
                    } else {
                        rule.update_columns(update.iter().copied());
                    }
                    insert.on_conflict(rule).exec_without_returning(tx).await?
                }
            };
        }
    }
    Ok(written)
}

/// Rows of a table with one array a column, for PostgreSQL: the text of their statement is the same for any number of
/// rows, so it is parsed once, and it costs a third of a statement with a parameter a value.
pub(super) struct Arrays {
    table: String,
    columns: Vec<Shape>,
    rows: usize,
    /// An array a column. Arrays with NULLs in them cannot be bound: before that of a column that may be NULL stands one
    /// of flags that say where it is.
    values: Vec<Value>,
}

#[derive(PartialEq, Eq)]
struct Shape {
    name: &'static str,
    kind: Kind,
    may_be_null: bool,
}

impl Arrays {
    /// None when a column is absent from some row or has a type without an array here.
    pub fn of<A: ActiveModelTrait>(rows: &[A]) -> Option<Self> {
        let (mut columns, mut arrays) = (Vec::new(), Vec::new());
        for column in <A::Entity as EntityTrait>::Column::iter() {
            let mut values = Vec::with_capacity(rows.len());
            for row in rows {
                match row.get(column) {
                    ActiveValue::Set(value) | ActiveValue::Unchanged(value) => values.push(value),
                    ActiveValue::NotSet => return None,
                }
            }
            let kind = Kind::of(values.first()?)?;
            let may_be_null = column.def().is_null();
            if may_be_null {
                let flags = values.iter().map(|v| Value::Bool(Some(!v.is_some()))).collect();
                arrays.push(Value::Array(ArrayType::Bool, Some(Box::new(flags))));
            }
            let filled = values.into_iter().map(|v| kind.filled(v)).collect::<Option<Vec<_>>>()?;
            arrays.push(Value::Array(kind.array(), Some(Box::new(filled))));
            columns.push(Shape {
                name: column.as_str(),
                kind,
                may_be_null,
            });
        }
        Some(Self {
            table: A::Entity::default().table_name().to_owned(),
            columns,
            rows: rows.len(),
            values: arrays,
        })
    }

    /// Puts `more` behind these, where they are rows of the same form and not too many together; else gives them back.
    pub fn join(&mut self, more: Self) -> Option<Self> {
        if self.table != more.table || self.columns != more.columns || self.rows + more.rows > ROWS {
            return Some(more);
        }
        self.rows += more.rows;
        for (values, more) in self.values.iter_mut().zip(more.values) {
            if let (Value::Array(_, Some(values)), Value::Array(_, Some(more))) = (values, more) {
                values.extend(*more);
            }
        }
        None
    }

    /// The statement that inserts them. Its parameters are counted on from `before`.
    pub fn insert(&self, before: usize) -> String {
        let (mut names, mut shown) = (String::new(), String::new());
        let (mut aliases, mut sources, mut arrays) = (String::new(), String::new(), 0);
        for column in &self.columns {
            let comma = if names.is_empty() { "" } else { ", " };
            let _ = write!(names, "{comma}\"{}\"", column.name);
            let mut source = |sql_type: &str| {
                let (number, comma) = (arrays, if arrays == 0 { "" } else { ", " });
                let _ = write!(aliases, "{comma}c{number}");
                let _ = write!(sources, "{comma}${}::{sql_type}[]", before + number + 1);
                arrays += 1;
                number
            };
            let flag = column.may_be_null.then(|| source("bool"));
            let number = source(column.kind.sql_type());
            let value = match column.kind {
                Kind::Json => format!("c{number}::jsonb"),
                _ => format!("c{number}"),
            };
            let _ = match flag {
                Some(flag) => write!(shown, "{comma}CASE WHEN c{flag} THEN NULL ELSE {value} END"),
                None => write!(shown, "{comma}{value}"),
            };
        }
        let table = &self.table;
        format!("INSERT INTO \"{table}\" ({names}) SELECT {shown} FROM UNNEST({sources}) AS given({aliases})")
    }

    /// The parameters of that statement.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }
}

/// What an insertion does where a key is taken.
fn rule_of<C: ColumnTrait>(clash: Clash<'_, C>) -> String {
    let Some((key, update)) = clash else {
        return String::new();
    };
    let quoted = |columns: &[C], show: fn(&str) -> String| {
        let shown: Vec<String> = columns.iter().map(|c| show(c.as_str())).collect();
        shown.join(", ")
    };
    let key = quoted(key, |c| format!("\"{c}\""));
    match update {
        [] => format!(" ON CONFLICT ({key}) DO NOTHING"),
        _ => {
            let update = quoted(update, |c| format!("\"{c}\" = excluded.\"{c}\""));
            format!(" ON CONFLICT ({key}) DO UPDATE SET {update}")
        }
    }
}

/// The types of columns that go into arrays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bool,
    Int,
    BigInt,
    Double,
    Text,
    Uuid,
    Time,
    /// As text: cast where it is used.
    Json,
}

impl Kind {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(_) => Some(Self::Bool),
            Value::Int(_) => Some(Self::Int),
            Value::BigInt(_) => Some(Self::BigInt),
            Value::Double(_) => Some(Self::Double),
            Value::String(_) => Some(Self::Text),
            Value::Uuid(_) => Some(Self::Uuid),
            Value::ChronoDateTimeUtc(_) => Some(Self::Time),
            Value::Json(_) => Some(Self::Json),
            _ => None,
        }
    }

    /// `value`, or something of its type in the place of NULL. None when it is of another type.
    fn filled(self, value: Value) -> Option<Value> {
        Some(match (self, value) {
            (Self::Bool, Value::Bool(v)) => Value::Bool(Some(v.unwrap_or_default())),
            (Self::Int, Value::Int(v)) => Value::Int(Some(v.unwrap_or_default())),
            (Self::BigInt, Value::BigInt(v)) => Value::BigInt(Some(v.unwrap_or_default())),
            (Self::Double, Value::Double(v)) => Value::Double(Some(v.unwrap_or_default())),
            (Self::Text, Value::String(v)) => Value::String(Some(v.unwrap_or_default())),
            (Self::Uuid, Value::Uuid(v)) => Value::Uuid(Some(v.unwrap_or_default())),
            (Self::Time, Value::ChronoDateTimeUtc(v)) => Value::ChronoDateTimeUtc(Some(v.unwrap_or_default())),
            (Self::Json, Value::Json(v)) => Value::String(Some(v.map_or_else(|| "null".to_owned(), |v| v.to_string()))),
            _ => return None,
        })
    }

    fn array(self) -> ArrayType {
        match self {
            Self::Bool => ArrayType::Bool,
            Self::Int => ArrayType::Int,
            Self::BigInt => ArrayType::BigInt,
            Self::Double => ArrayType::Double,
            Self::Text | Self::Json => ArrayType::String,
            Self::Uuid => ArrayType::Uuid,
            Self::Time => ArrayType::ChronoDateTimeUtc,
        }
    }

    fn sql_type(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int4",
            Self::BigInt => "int8",
            Self::Double => "float8",
            Self::Text | Self::Json => "text",
            Self::Uuid => "uuid",
            Self::Time => "timestamptz",
        }
    }
}
