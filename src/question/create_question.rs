//! A customer asks.

use entity::question::product_question::EntryStatus;
use entity::{CustomerId, ProductId};
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::app::App;
use crate::catalog::visible_products;
use crate::channel::Scope;
use crate::platform::locale::Locale;
use crate::question::check::{PostError, may_wait, name_of, text_of};
use crate::question::query::Question;

/// A question to ask.
#[derive(Clone, Debug)]
pub struct NewQuestion {
    /// About which product.
    pub product: ProductId,
    /// The question.
    pub text: String,
    /// What the customer wants to be called.
    pub name: String,
    /// The language that they read.
    pub locale: Locale,
}

/// Keeps a question of `customer` about a product of the channel, until staff looks at it.
///
/// # Errors
/// See [`PostError`]; nothing is kept then.
pub async fn create_question(
    app: &App,
    scope: &Scope,
    customer: CustomerId,
    command: NewQuestion,
) -> Result<Question, PostError> {
    let (text, name) = (text_of(&command.text)?, name_of(&command.name)?);
    let tx = app.db.begin().await?;
    if visible_products(&tx, scope, &[command.product]).await?.is_empty() {
        return Err(PostError::NoProduct);
    }
    may_wait(&tx, customer).await?;
    let question = Question {
        id: app.ids.new_id(),
        product_id: command.product,
        channel_id: scope.channel.id,
        customer_id: Some(customer),
        name: Some(name),
        text,
        locale: command.locale.tag().to_owned(),
        status: EntryStatus::Pending,
        version: 1,
        created_at: app.clock.now(),
    };
    question.clone().into_active_model().insert(&tx).await?;
    tx.commit().await?;
    Ok(question)
}
