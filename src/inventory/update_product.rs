//! Staff changes a product; variants that are new may have opening stock. The catalogue writes the product, inventory
//! the levels, in one transaction.

use entity::{ChannelId, ProductId};

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::catalog::{self, UpdateError, UpdateProduct};
use crate::inventory::create_product::{Made, OpeningStock, locations_exist, open_stock, units};
use crate::platform::error::Fault;
use crate::platform::locale::{Message, message};

/// Why a product was not changed.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ChangeError {
    /// The catalogue refuses it.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// There is no such category.
    NoCategory,
    /// There is no such location.
    NoLocation,
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl ChangeError {
    /// What it says to people.
    pub fn message(&self) -> Message {
        match self {
            Self::Update(error) => error.message(),
            Self::NoCategory => message!("category-not-found"),
            Self::NoLocation => message!("location-not-found"),
            Self::Fault(_) => message!("failed"),
        }
    }
}

impl From<sea_orm::DbErr> for ChangeError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Fault(error.into())
    }
}

/// Changes the fields of a product that `change` names, prices in `channel`. `stock` is for new variants.
///
/// # Errors
/// See [`ChangeError`]; nothing is changed then.
pub async fn update_product(
    app: &App,
    actor: &Actor,
    channel: ChannelId,
    id: ProductId,
    change: UpdateProduct,
    stock: Vec<OpeningStock>,
) -> Result<(), ChangeError> {
    let tree = app.categories.tree(&app.db).await?;
    if let Some(Some(category)) = change.category_id
        && tree.get(category).is_none()
    {
        return Err(ChangeError::NoCategory);
    }
    if !locations_exist(app, &stock).await? {
        return Err(ChangeError::NoLocation);
    }
    let now = app.clock.now();
    let tx = app.db.begin().await?;
    let before = catalog::product_state(&tx, id, channel).await?;
    let variants = catalog::update_product(&tx, &app.ids, now, channel, (id, change)).await?;
    let entry = Entry::new("productUpdate", "Product", id).before(&before)?;
    let product = catalog::product_state(&tx, id, channel).await?;
    let opening_stock = units(&stock);
    open_stock(&tx, app, now, &variants, stock).await?;
    audit::record(&tx, app, actor, entry.after(&Made { product, opening_stock })?).await?;
    tx.commit().await?;
    Ok(())
}
