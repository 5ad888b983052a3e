//! `node` and `nodes`: anything by its global id.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{AnyId, CategoryId, CollectionId, OrderId, ProductId, TypedId, VariantId};

use crate::catalog::{CategoryObject, CollectionObject, ProductKey, ProductObject, VariantKey, VariantObject};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::order::{OrderObject, order_for};
use crate::platform::locale::message;

/// Ids in one call of `nodes` at most.
const NODES_MAX: usize = 100;

/// Anything with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
#[expect(
    clippy::large_enum_variant,
    reason = "a node lives for one answer; a box would buy nothing"
)]
pub enum Node {
    /// A product.
    Product(ProductObject),
    /// A variant.
    ProductVariant(VariantObject),
    /// A category.
    Category(CategoryObject),
    /// A collection.
    Collection(CollectionObject),
    /// An order; staff only, because an id alone opens none.
    Order(OrderObject),
}

async fn node_by(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let any: AnyId = id
        .parse()
        .map_err(|_| ApiError::bad_input(message!("at", place = "id", reason = message!("id-malformed"))))?;
    let app = ctx.app();
    Ok(match any.prefix.as_str() {
        ProductId::PREFIX => ctx
            .batch(ProductKey(ProductId(any.uuid)))
            .await?
            .map(|p| Node::Product(ProductObject(p))),
        VariantId::PREFIX => match ctx.batch(VariantKey(VariantId(any.uuid))).await? {
            // A variant shows where its product does.
            Some(variant) => ctx
                .batch(ProductKey(variant.row.product_id))
                .await?
                .map(|_| Node::ProductVariant(variant.into())),
            None => None,
        },
        CategoryId::PREFIX => {
            let tree = app.categories.tree(&app.db).await?;
            tree.get(CategoryId(any.uuid))
                .cloned()
                .map(|c| Node::Category(CategoryObject(c)))
        }
        CollectionId::PREFIX => crate::catalog::collection_by_id(&app.db, CollectionId(any.uuid))
            .await?
            .map(|c| Node::Collection(CollectionObject(c))),
        OrderId::PREFIX => order_for(&app.db, ctx.scope().viewer, OrderId(any.uuid), None)
            .await?
            .map(OrderObject::new)
            .transpose()?
            .map(Node::Order),
        _ => None,
    })
}

/// Look-ups by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its global id; null when it does not exist for the viewer.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Global id.")] id: ID) -> Result<Option<Node>> {
        node_by(ctx, &id).await
    }

    /// Several things by their global ids, in the order of the ids; null for what does not exist for the viewer.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, 100 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > NODES_MAX {
            return Err(ApiError::bad_input(message!(
                "at",
                place = "ids",
                reason = message!("at-most", max = NODES_MAX)
            ))
            .into());
        }
        let found = futures_util::future::join_all(ids.iter().map(|id| node_by(ctx, id))).await;
        found.into_iter().collect()
    }
}
