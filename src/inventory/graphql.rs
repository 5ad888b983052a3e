//! Stock in the schema.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use entity::{LocationId, VariantId};

use crate::catalog::{
    ProductInput, ProductKey, ProductObject, VariantKey, VariantObject, draft_of, opening_stock, save_errors,
};
use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::graphql::id::Gid;
use crate::inventory::{
    AdjustError, AdjustStock, CreateError, StockLevel, adjust_stock, create_product, levels_of_variants,
};
use crate::platform::permission::Permission;

/// The stock of a variant by location.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StockKey(pub VariantId);

impl Loader<StockKey> for Batch {
    type Value = Vec<StockLevel>;
    type Error = Shared;

    async fn load(&self, keys: &[StockKey]) -> Result<HashMap<StockKey, Vec<StockLevel>>, Shared> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = levels_of_variants(&self.app.db, &ids).await?;
        Ok(found.into_iter().map(|(id, levels)| (StockKey(id), levels)).collect())
    }
}

/// A correction of stock.
#[derive(InputObject)]
pub struct StockAdjustInput {
    /// The variant.
    variant_id: Gid<VariantId>,
    /// The location; the default one when not given.
    location_id: Option<Gid<LocationId>>,
    /// Units to add; negative takes away. Not 0.
    delta: i32,
    /// Why, for the ledger.
    reason: String,
    /// Units believed to be there; STOCK_MISMATCH when there are others.
    expected_on_hand: Option<i32>,
}

/// Answer of `stockAdjust`.
#[derive(SimpleObject)]
pub struct StockAdjustPayload {
    /// The variant with its stock as it is now; null on errors.
    variant: Option<VariantObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, STOCK_MISMATCH, INSUFFICIENT_STOCK.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Answer of `productCreate`.
#[derive(SimpleObject)]
pub struct ProductCreatePayload {
    /// The new product; null on errors.
    product: Option<ProductObject>,
    /// Why nothing was made: INVALID_INPUT, NOT_FOUND, ALREADY_EXISTS.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Staff changes of stock.
#[derive(Default)]
pub struct InventoryMutation;

#[Object]
impl InventoryMutation {
    /// Makes a product with its variants, prices in the channel of the request, and opening stock. Staff only:
    /// `catalog.write`.
    #[graphql(guard = "Needs(Permission::CatalogWrite)", visible = "visible::catalog_write")]
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The product.")] input: ProductInput,
    ) -> Result<ProductCreatePayload> {
        ctx.everywhere(Permission::CatalogWrite)?;
        let refused = |errors| {
            Ok(ProductCreatePayload {
                product: None,
                errors,
                warnings: Vec::new(),
            })
        };
        let draft = match draft_of(&input, &ctx.scope().channel) {
            Ok(draft) => draft,
            Err(error) => return refused(vec![*error]),
        };
        let stock = match opening_stock(input.variants.as_deref().unwrap_or_default()) {
            Ok(stock) => stock,
            Err(error) => return refused(vec![*error]),
        };
        match Box::pin(create_product(ctx.app(), &ctx.actor(), draft, stock)).await {
            Ok(id) => {
                let product = ctx.batch(ProductKey(id)).await?.map(ProductObject);
                Ok(ProductCreatePayload {
                    product,
                    errors: Vec::new(),
                    warnings: Vec::new(),
                })
            }
            Err(CreateError::Fault(fault)) => Err(fault.into()),
            Err(error @ CreateError::NoCategory) => {
                refused(vec![UserError::not_found(error.message(), &["categoryId"])])
            }
            Err(error @ CreateError::NoLocation) => refused(vec![UserError::not_found(error.message(), &["variants"])]),
            Err(CreateError::Save(error)) => refused(save_errors(&error)),
        }
    }

    /// Corrects the stock of a variant. Staff only: `inventory.write`.
    #[graphql(guard = "Needs(Permission::InventoryWrite)", visible = "visible::inventory_write")]
    async fn stock_adjust(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The correction.")] input: StockAdjustInput,
    ) -> Result<StockAdjustPayload> {
        let variant = input.variant_id.0;
        let scope = ctx.scope();
        let mut location = input.location_id.map(|id| id.0);
        if !scope.viewer.may_everywhere(Permission::InventoryWrite) {
            // Who may in one channel may where that channel sells from.
            location = location.or_else(|| scope.channel.locations.first().copied());
            if !location.is_some_and(|location| scope.channel.locations.contains(&location)) {
                let error = UserError::not_found(AdjustError::NoLocation.message(), &["locationId"]);
                return Ok(StockAdjustPayload {
                    variant: None,
                    errors: vec![error],
                    warnings: Vec::new(),
                });
            }
        }
        let command = AdjustStock {
            variant,
            location,
            delta: i64::from(input.delta),
            reason: input.reason,
            expected_on_hand: input.expected_on_hand.map(i64::from),
        };
        let error = match Box::pin(adjust_stock(ctx.app(), &ctx.actor(), command)).await {
            Ok(()) => {
                let variant = ctx.batch(VariantKey(variant)).await?.map(VariantObject::from);
                return Ok(StockAdjustPayload {
                    variant,
                    errors: Vec::new(),
                    warnings: Vec::new(),
                });
            }
            Err(AdjustError::Fault(fault)) => return Err(fault.into()),
            Err(error @ AdjustError::NoVariant) => UserError::not_found(error.message(), &["variantId"]),
            Err(error @ AdjustError::NoLocation) => UserError::not_found(error.message(), &["locationId"]),
            Err(error @ AdjustError::NoDelta) => UserError::invalid(error.message(), &["delta"]),
            Err(error @ AdjustError::Mismatch(_)) => {
                UserError::new(ErrorCode::StockMismatch, error.message(), &["expectedOnHand"])
            }
            Err(AdjustError::Insufficient(free)) => UserError::insufficient(variant, free, &["delta"]),
        };
        Ok(StockAdjustPayload {
            variant: None,
            errors: vec![error],
            warnings: Vec::new(),
        })
    }
}
