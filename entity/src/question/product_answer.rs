//! `product_answer`: what somebody answered to a question about a product.

use sea_orm::entity::prelude::*;

use crate::question::product_question::EntryStatus;
use crate::{AnswerId, CustomerId, QuestionId, StaffUserId};

/// A row of `product_answer`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_answer")]
pub struct Model {
    /// Primary key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AnswerId,
    /// The question.
    pub question_id: QuestionId,
    /// The customer who answered, while they are known.
    pub customer_id: Option<CustomerId>,
    /// The member of staff who answered; none for programs.
    pub staff_id: Option<StaffUserId>,
    /// What they want to be called; none when they are forgotten.
    pub name: Option<String>,
    /// The answer.
    pub text: String,
    /// Whether the shop answered.
    pub is_staff: bool,
    /// Whether who answered had bought the product.
    pub is_verified_buyer: bool,
    /// Where it stands.
    pub status: EntryStatus,
    /// Counts changes.
    pub version: i32,
    /// When it was given.
    pub created_at: DateTimeUtc,
}

/// No relations: reads are batched by key.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
