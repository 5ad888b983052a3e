//! Carts of a person who is to be forgotten.

use entity::cart::{cart, cart_line};
use entity::customer::customer::Address;
use entity::{CartId, CustomerId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use crate::platform::db::{Tx, any_of};
use crate::platform::error::Result;

/// Takes the person out of `carts`, of the carts of `customer`, and of those with this address: who they are, where they
/// live, and their remarks. The rows stay, because payments name them.
///
/// # Errors
/// Those of the database.
pub(crate) async fn forget_people(
    tx: &Tx,
    customer: CustomerId,
    email: Option<&str>,
    mut carts: Vec<CartId>,
) -> Result<()> {
    let mut theirs = Condition::any().add(cart::Column::CustomerId.eq(customer));
    if let Some(email) = email {
        theirs = theirs.add(cart::Column::Email.eq(email));
    }
    let more = cart::Entity::find()
        .select_only()
        .column(cart::Column::Id)
        .filter(theirs);
    carts.extend(more.into_tuple::<CartId>().all(tx).await?);
    cart_line::Entity::delete_many()
        .filter(any_of(tx, cart_line::Column::CartId, &carts))
        .exec(tx)
        .await?;
    cart::Entity::update_many()
        .col_expr(cart::Column::Email, Expr::value(None::<String>))
        .col_expr(cart::Column::ShippingAddress, Expr::value(None::<Address>))
        .col_expr(cart::Column::BillingAddress, Expr::value(None::<Address>))
        .col_expr(cart::Column::CustomerId, Expr::value(None::<CustomerId>))
        .filter(any_of(tx, cart::Column::Id, &carts))
        .exec(tx)
        .await?;
    Ok(())
}
