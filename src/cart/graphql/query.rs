//! Queries of carts.

use async_graphql::{Context, Object, Result};

use crate::cart::graphql::types::CartObject;
use crate::cart::load_by_token;
use crate::graphql::context::ContextExt;

/// Queries of carts.
#[derive(Default)]
pub struct CartQuery;

#[Object]
impl CartQuery {
    /// The cart that a token owns; null when nobody has the token.
    #[graphql(cache_control(no_cache, private))]
    async fn cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token; else X-Cart-Token.")] token: Option<String>,
    ) -> Result<Option<CartObject>> {
        let token = ctx.cart_token(token)?;
        Ok(load_by_token(ctx.app(), &token).await?.map(CartObject))
    }
}
