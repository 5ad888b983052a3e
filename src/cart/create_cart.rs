//! Somebody takes a cart.

use entity::CustomerId;
use entity::cart::cart;
use entity::cart::cart::CartStatus;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

use crate::app::App;
use crate::cart::lines::{CartError, NewLine, merged, put_lines};
use crate::cart::query::{LoadedCart, load, scope_of};
use crate::channel::Channel;
use crate::platform::text::{normalise_email, sha256_hex};

/// Makes a cart in `channel` with `lines`, of `customer` when somebody has signed in, and gives it with its token, which is shown this once: only its hash is kept.
///
/// # Errors
/// Those of the lines, and a malformed e-mail address; nothing is made then.
pub async fn create_cart(
    app: &App,
    channel: &Channel,
    customer: Option<CustomerId>,
    email: Option<String>,
    lines: Vec<NewLine>,
) -> Result<LoadedCart, CartError> {
    let email = email
        .map(|email| normalise_email(&email).ok_or(CartError::Email))
        .transpose()?;
    let token = app.ids.secret();
    let now = app.clock.now();
    let row = cart::Model {
        id: app.ids.new_id(),
        token_hash: sha256_hex(&token),
        channel_id: channel.id,
        email,
        shipping_address: None,
        billing_address: None,
        delivery_method_id: None,
        status: CartStatus::Open,
        version: 1,
        created_at: now,
        updated_at: now,
        customer_id: customer,
    };
    let scope = scope_of(app, &row).await?;
    let lines = merged(&app.db, app, &scope, None, &[], lines).await?;
    let tx = app.db.begin().await?;
    row.clone().into_active_model().insert(&tx).await?;
    put_lines(&tx, row.id, lines).await?;
    tx.commit().await?;
    Ok(load(app, row, &token).await?)
}
