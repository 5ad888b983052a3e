//! The shopper chooses a way of delivery.

use entity::DeliveryMethodId;
use entity::cart::cart;
use sea_orm::{ActiveModelTrait, ActiveValue, Set};

use crate::app::App;
use crate::cart::change::{finish, hold, open_cart};
use crate::cart::lines::CartError;
use crate::cart::query::{LoadedCart, load};

/// Chooses one of the delivery options of a cart.
///
/// # Errors
/// See [`CartError`]; nothing is changed then.
pub async fn select_delivery(app: &App, token: &str, option: DeliveryMethodId) -> Result<LoadedCart, CartError> {
    let row = open_cart(app, token).await?;
    let cart = load(app, row, token).await?;
    if !cart.delivery_options.iter().any(|o| o.id == option) {
        return Err(CartError::Delivery);
    }
    let change = cart::ActiveModel {
        id: ActiveValue::Unchanged(cart.row.id),
        delivery_method_id: Set(Some(option)),
        ..Default::default()
    };
    let (tx, _) = hold(app, &cart.row).await?;
    let row = change.update(&tx).await?;
    finish(tx, app, row, token).await
}
