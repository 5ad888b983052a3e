//! Staff changes of the catalogue.

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::catalog::draft::DraftError;
use crate::catalog::graphql::batch::ProductKey;
use crate::catalog::graphql::input::ProductUpdateInput;
use crate::catalog::graphql::types::ProductObject;
use crate::catalog::save::SaveError;
use crate::catalog::update_product::UpdateError;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ErrorCode, UserError, Warning};
use crate::graphql::guard::{Needs, visible};
use crate::inventory::{ChangeError, update_product};
use crate::platform::permission::Permission;

/// Answer of `productUpdate`.
#[derive(SimpleObject)]
pub struct ProductUpdatePayload {
    /// The product as it is now; null on errors.
    product: Option<ProductObject>,
    /// Why nothing was changed: INVALID_INPUT, NOT_FOUND, ALREADY_EXISTS, STALE_VERSION.
    errors: Vec<UserError>,
    /// What was done differently from what was asked.
    warnings: Vec<Warning>,
}

/// Staff changes of the catalogue.
#[derive(Default)]
pub struct CatalogMutation;

#[Object]
impl CatalogMutation {
    /// Changes a product: what is given is written, what is left out stays. Prices are those of the channel of the
    /// request; those of other channels stay. Staff only: `catalog.write`.
    #[graphql(guard = "Needs(Permission::CatalogWrite)", visible = "visible::catalog_write")]
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change.")] input: ProductUpdateInput,
    ) -> Result<ProductUpdatePayload> {
        ctx.everywhere(Permission::CatalogWrite)?;
        let refused = |errors| {
            Ok(ProductUpdatePayload {
                product: None,
                errors,
                warnings: Vec::new(),
            })
        };
        let (id, channel) = (input.id.0, &ctx.scope().channel);
        let (change, stock) = match input.change(channel) {
            Ok(change) => change,
            Err(error) => return refused(vec![*error]),
        };
        match Box::pin(update_product(ctx.app(), &ctx.actor(), channel.id, id, change, stock)).await {
            Ok(()) => Ok(ProductUpdatePayload {
                product: ctx.batch(ProductKey(id)).await?.map(ProductObject),
                errors: Vec::new(),
                warnings: Vec::new(),
            }),
            Err(ChangeError::Fault(fault) | ChangeError::Update(UpdateError::Fault(fault))) => Err(fault.into()),
            Err(error @ ChangeError::NoCategory) => {
                refused(vec![UserError::not_found(error.message(), &["categoryId"])])
            }
            Err(error @ ChangeError::NoLocation) => refused(vec![UserError::not_found(error.message(), &["variants"])]),
            Err(ChangeError::Update(error)) => refused(update_errors(error)),
        }
    }
}

fn update_errors(error: UpdateError) -> Vec<UserError> {
    let message = error.message();
    vec![match error {
        UpdateError::NotFound => UserError::not_found(message, &["id"]),
        UpdateError::Stale(current) => UserError::stale(current, &["expectedVersion"]),
        UpdateError::OpeningStock { variant, .. } => {
            UserError::invalid(message, &["variants", &variant.to_string(), "stock"])
        }
        UpdateError::Save(error) => return save_errors(&error),
        // Callers show faults as what they are.
        UpdateError::Fault(_) => UserError::invalid(message, &[]),
    }]
}

/// What the catalogue has against a product, each with its place.
pub fn save_errors(error: &SaveError) -> Vec<UserError> {
    let field = match error {
        SaveError::SlugTaken(_) => "slug",
        SaveError::SkuTaken(_) => "variants",
        SaveError::Draft(errors) => {
            let one = |error: &DraftError| {
                let path = error.path();
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                UserError::invalid(error.message(), &path)
            };
            return errors.iter().map(one).collect();
        }
    };
    vec![UserError::new(ErrorCode::AlreadyExists, error.message(), &[field])]
}
