//! Who buys, and where it goes.

use entity::cart::cart;
use entity::customer::customer::Address;
use sea_orm::{ActiveModelTrait, ActiveValue, Set};

use crate::app::App;
use crate::cart::change::{finish, hold, open_cart};
use crate::cart::lines::CartError;
use crate::cart::query::{LoadedCart, scope_of};
use crate::customer::checked_address;
use crate::platform::text::normalise_email;

/// What is told about the buyer; none leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct UpdateBuyer {
    /// Where the confirmation goes.
    pub email: Option<String>,
    /// Where the goods go.
    pub shipping_address: Option<Address>,
    /// Who pays, when different.
    pub billing_address: Option<Address>,
}

/// Sets e-mail and addresses of a cart.
///
/// # Errors
/// See [`CartError`]; nothing is changed then.
pub async fn update_buyer(app: &App, token: &str, buyer: UpdateBuyer) -> Result<LoadedCart, CartError> {
    let row = open_cart(app, token).await?;
    let countries = &scope_of(app, &row).await?.channel.countries;
    let email = buyer
        .email
        .map(|email| normalise_email(&email).ok_or(CartError::Email))
        .transpose()?;
    let checked = |name: &'static str, address: Option<Address>| {
        let checked = address.map(|address| checked_address(address, countries)).transpose();
        checked.map_err(|error| CartError::Address(name, error))
    };
    let shipping = checked("shippingAddress", buyer.shipping_address)?;
    let billing = checked("billingAddress", buyer.billing_address)?;
    let mut change = cart::ActiveModel {
        id: ActiveValue::Unchanged(row.id),
        ..Default::default()
    };
    if let Some(email) = email {
        change.email = Set(Some(email));
    }
    if let Some(address) = shipping {
        change.shipping_address = Set(Some(address));
    }
    if let Some(address) = billing {
        change.billing_address = Set(Some(address));
    }
    let (tx, held) = hold(app, &row).await?;
    let row = if change.is_changed() {
        change.update(&tx).await?
    } else {
        held
    };
    finish(tx, app, row, token).await
}
