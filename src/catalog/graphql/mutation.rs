//! Staff changes of the catalogue.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::catalog::graphql::batch::ProductKey;
use crate::catalog::graphql::input::ProductUpdateInput;
use crate::catalog::graphql::types::ProductObject;
use crate::catalog::update_product::{UpdateError, update_product};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError};

/// Answer of `productUpdate`.
#[derive(SimpleObject)]
pub struct ProductUpdatePayload {
    /// The product as it is now; null on errors.
    product: Option<ProductObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, ALREADY_EXISTS, STALE_VERSION.
    errors: Vec<UserError>,
}

/// Staff changes of the catalogue.
#[derive(Default)]
pub struct CatalogMutation;

#[Object]
impl CatalogMutation {
    /// Changes a product. Staff only.
    #[graphql(
        guard = "crate::graphql::guard::StaffOnly",
        visible = "crate::graphql::guard::visible_to_staff"
    )]
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProductUpdateInput,
    ) -> Result<ProductUpdatePayload> {
        let id = input.id.0;
        let error = match update_product(ctx.app(), id, input.change()).await {
            Ok(_) => {
                let product = ctx.batch(ProductKey(id)).await?.map(ProductObject);
                return Ok(ProductUpdatePayload {
                    product,
                    errors: Vec::new(),
                });
            }
            Err(UpdateError::Fault(fault)) => return Err(fault.into()),
            Err(UpdateError::NotFound) => UserError::not_found("no such product", &["id"]),
            Err(UpdateError::NoCategory) => UserError::not_found("no such category", &["categoryId"]),
            Err(UpdateError::Stale(current)) => UserError::stale(current, &["expectedVersion"]),
            Err(UpdateError::Invalid(field, message)) => UserError::invalid(message, &[field]),
            Err(error @ UpdateError::SlugTaken(_)) => {
                UserError::new(ErrorCode::AlreadyExists, error.to_string(), &["slug"])
            }
        };
        Ok(ProductUpdatePayload {
            product: None,
            errors: vec![error],
        })
    }
}
