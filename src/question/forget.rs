//! A person is forgotten, or wants to know what is known.

use entity::CustomerId;
use entity::customer::customer;
use entity::question::product_question::EntryStatus;
use entity::question::{product_answer, product_question};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};

use crate::app::App;
use crate::platform::db::Tx;
use crate::platform::error::Result;

/// Rows of a kind in an export at most, the latest.
const EXPORTED_MAX: u64 = 20_000;

/// Deletes what nobody was shown. What is published stays, and is nobody's: others have read it, and answered.
pub(super) async fn forget(tx: &Tx, customer: CustomerId) -> Result<()> {
    // Whoever writes holds this row: what is being written now is there when it is looked for.
    customer::Entity::find_by_id(customer).lock_exclusive().one(tx).await?;
    forget_answers(tx, customer).await?;
    forget_questions(tx, customer).await
}

async fn forget_answers(tx: &Tx, customer: CustomerId) -> Result<()> {
    use product_answer::{Column, Entity};
    let theirs = Column::CustomerId.eq(customer);
    // First: it waits for staff who are deciding, so that what follows knows what they decided.
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(None::<String>))
        .filter(theirs.clone())
        .exec(tx)
        .await?;
    Entity::delete_many()
        .filter(theirs.clone())
        .filter(Column::Status.ne(EntryStatus::Published))
        .exec(tx)
        .await?;
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::value(None::<CustomerId>))
        .filter(theirs)
        .exec(tx)
        .await?;
    Ok(())
}

async fn forget_questions(tx: &Tx, customer: CustomerId) -> Result<()> {
    use product_question::{Column, Entity};
    let theirs = Column::CustomerId.eq(customer);
    // First: it waits for staff who are deciding, so that what follows knows what they decided.
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(None::<String>))
        .filter(theirs.clone())
        .exec(tx)
        .await?;
    Entity::delete_many()
        .filter(theirs.clone())
        .filter(Column::Status.ne(EntryStatus::Published))
        .exec(tx)
        .await?;
    Entity::update_many()
        .col_expr(Column::CustomerId, Expr::value(None::<CustomerId>))
        .filter(theirs)
        .exec(tx)
        .await?;
    Ok(())
}

/// What the customer asked, the latest first.
pub(super) async fn export_questions(app: &App, customer: CustomerId) -> Result<Value> {
    use product_question::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::CustomerId.eq(customer))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(EXPORTED_MAX)
        .all(&app.db)
        .await?;
    let parts = rows.into_iter().map(|row| {
        json!({
            "id": row.id,
            "product": row.product_id,
            "name": row.name,
            "text": row.text,
            "language": row.locale,
            "status": row.status,
            "at": row.created_at,
        })
    });
    Ok(parts.collect())
}

/// What the customer answered, the latest first.
pub(super) async fn export_answers(app: &App, customer: CustomerId) -> Result<Value> {
    use product_answer::{Column, Entity};
    let rows = Entity::find()
        .filter(Column::CustomerId.eq(customer))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(EXPORTED_MAX)
        .all(&app.db)
        .await?;
    let parts = rows.into_iter().map(|row| {
        json!({
            "id": row.id,
            "question": row.question_id,
            "name": row.name,
            "text": row.text,
            "verified_buyer": row.is_verified_buyer,
            "status": row.status,
            "at": row.created_at,
        })
    });
    Ok(parts.collect())
}
