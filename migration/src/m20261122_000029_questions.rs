//! Questions about products, and their answers.

use sea_orm_migration::prelude::*;

use crate::table::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().up(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        plan().down(manager).await
    }
}

fn plan() -> Plan {
    let question = table("product_question")
        .col(key("id"))
        .col(id("product_id"))
        .col(id("channel_id"))
        .col(id_null("customer_id"))
        .col(text_null("name"))
        .col(text("text"))
        .col(text("locale"))
        .col(text("status"))
        .col(int("version").default(1).to_owned())
        .col(time("created_at"))
        .check(check(
            "ck_product_question_status",
            "status IN ('pending', 'published', 'rejected')",
        ))
        .foreign_key(&mut belongs_to(("product_question", "product_id"), "product"))
        .foreign_key(&mut belongs_to(("product_question", "channel_id"), "channel"))
        .foreign_key(&mut refers_to(("product_question", "customer_id"), "customer"))
        .to_owned();
    let answer = table("product_answer")
        .col(key("id"))
        .col(id("question_id"))
        .col(id_null("customer_id"))
        .col(id_null("staff_id"))
        .col(text_null("name"))
        .col(text("text"))
        .col(flag("is_staff"))
        .col(flag("is_verified_buyer"))
        .col(text("status"))
        .col(int("version").default(1).to_owned())
        .col(time("created_at"))
        .check(check(
            "ck_product_answer_status",
            "status IN ('pending', 'published', 'rejected')",
        ))
        .foreign_key(&mut belongs_to(("product_answer", "question_id"), "product_question"))
        .foreign_key(&mut refers_to(("product_answer", "customer_id"), "customer"))
        .foreign_key(&mut refers_to(("product_answer", "staff_id"), "staff_user"))
        .to_owned();
    Plan::default()
        .add(
            question,
            [
                // The page of a product.
                index(
                    "product_question",
                    &["product_id", "channel_id", "status", "created_at", "id"],
                ),
                // What staff looks through.
                index("product_question", &["channel_id", "status", "created_at", "id"]),
                // What waits of a customer, and all of theirs.
                index("product_question", &["customer_id", "status"]),
            ],
        )
        .add(
            answer,
            [
                index("product_answer", &["question_id", "status", "created_at"]),
                index("product_answer", &["status", "created_at", "id"]),
                index("product_answer", &["customer_id", "status"]),
                // When somebody of staff goes.
                index("product_answer", &["staff_id"]),
            ],
        )
}
