//! What a question or an answer must be like before it is written.

use entity::CustomerId;
use entity::customer::customer;
use entity::question::product_question::EntryStatus;
use entity::question::{product_answer, product_question};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use crate::platform::db::Tx;
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};

/// Shortest text in characters.
pub const TEXT_MIN: usize = 10;
/// Longest text in characters.
pub const TEXT_MAX: usize = 1_000;
/// Longest name in characters.
pub const NAME_MAX: usize = 50;
/// Questions and answers of a customer that may wait at a time.
pub const PENDING_MAX: u64 = 10;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum PostError {
    /// The text is too short, too long, without a letter, or has control characters.
    Text,
    /// The name is empty, too long, without a letter, or has control characters.
    Name,
    /// There is no such product in the channel.
    NoProduct,
    /// There is no such question in the channel, or not for who answers.
    NoQuestion,
    /// As much of the customer waits as may wait.
    TooMany,
    /// The customer is gone.
    NoCustomer,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl PostError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Text => message!("question-text", min = TEXT_MIN, max = TEXT_MAX),
            Self::Name => message!("name-length", max = NAME_MAX),
            Self::NoProduct => message!("product-not-found"),
            Self::NoQuestion => message!("question-not-found"),
            Self::TooMany => message!("questions-waiting", max = PENDING_MAX),
            Self::NoCustomer => message!("unauthenticated"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<DbErr> for PostError {
    fn from(error: DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Whether there is something to read, and nothing that turns the direction of what stands around it.
fn is_seen(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().any(char::is_alphanumeric) && !text.chars().any(turns)
}

/// The text as it is stored: trimmed. Lines may break, nothing else may control.
pub(super) fn text_of(text: &str) -> Result<String, PostError> {
    let text = text.trim().replace("\r\n", "\n");
    let fits = (TEXT_MIN..=TEXT_MAX).contains(&text.chars().count());
    if !fits || !is_seen(&text) || text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(PostError::Text);
    }
    Ok(text)
}

/// The name as it is stored: trimmed.
pub(super) fn name_of(name: &str) -> Result<String, PostError> {
    let name = name.trim();
    let fits = (1..=NAME_MAX).contains(&name.chars().count());
    if !fits || !is_seen(name) || name.chars().any(char::is_control) {
        return Err(PostError::Name);
    }
    Ok(name.to_owned())
}

/// Holds the row of the customer, so that what they write comes one after the other, and sees whether more may wait.
pub(super) async fn may_wait(tx: &Tx, customer: CustomerId) -> Result<(), PostError> {
    let held = customer::Entity::find_by_id(customer).lock_exclusive().one(tx).await?;
    if held.is_none() {
        return Err(PostError::NoCustomer);
    }
    let questions = product_question::Entity::find()
        .filter(product_question::Column::CustomerId.eq(customer))
        .filter(product_question::Column::Status.eq(EntryStatus::Pending))
        .count(tx)
        .await?;
    let answers = product_answer::Entity::find()
        .filter(product_answer::Column::CustomerId.eq(customer))
        .filter(product_answer::Column::Status.eq(EntryStatus::Pending))
        .count(tx)
        .await?;
    if questions + answers >= PENDING_MAX {
        return Err(PostError::TooMany);
    }
    Ok(())
}
