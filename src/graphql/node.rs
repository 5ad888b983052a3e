//! `node` and `nodes`: anything by its global id.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{
    AnyId, ApiKeyId, CategoryId, CollectionId, CustomerId, OrderId, ProductId, RoleId, StaffUserId, TypedId, VariantId,
};

use crate::catalog::{
    CategoryObject, CollectionKey, CollectionObject, ProductKey, ProductObject, VariantKey, VariantObject,
};
use crate::customer::{CustomerKey, CustomerObject};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::order::{OrderKey, OrderObject};
use crate::platform::locale::message;
use crate::staff::{ApiKeyKey, ApiKeyObject, RoleKey, RoleObject, StaffUserKey, StaffUserObject};

/// Ids in one call of `nodes` at most.
const NODES_MAX: usize = 100;

/// Anything with a global id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Global id: the kind and 26 characters, for example `product_01jd3v9k3hf2x8k3w2v5m0q7zt`."
))]
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
    /// An order: its customer, or staff; to others an id alone opens none.
    Order(OrderObject),
    /// A member of staff.
    StaffUser(StaffUserObject),
    /// A role.
    Role(RoleObject),
    /// An API key.
    ApiKey(ApiKeyObject),
    /// A customer: themselves, or staff with `customers.read`.
    Customer(CustomerObject),
}

fn parsed(id: &ID) -> Result<AnyId, ApiError> {
    id.parse()
        .map_err(|_| ApiError::bad_input(message!("at", place = "id", reason = message!("id-malformed"))))
}

/// The node `any`, read together with the others that are asked for at the same time.
pub(super) async fn node_by(ctx: &Context<'_>, any: AnyId) -> Result<Option<Node>> {
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
        CollectionId::PREFIX => ctx
            .batch(CollectionKey(CollectionId(any.uuid)))
            .await?
            .map(|c| Node::Collection(CollectionObject(c))),
        OrderId::PREFIX => ctx
            .batch(OrderKey(OrderId(any.uuid)))
            .await?
            .map(OrderObject::new)
            .transpose()?
            .map(Node::Order),
        StaffUserId::PREFIX => ctx
            .batch(StaffUserKey(StaffUserId(any.uuid)))
            .await?
            .map(|row| Node::StaffUser(StaffUserObject(row))),
        RoleId::PREFIX => ctx
            .batch(RoleKey(RoleId(any.uuid)))
            .await?
            .map(|row| Node::Role(RoleObject(row))),
        ApiKeyId::PREFIX => ctx
            .batch(ApiKeyKey(ApiKeyId(any.uuid)))
            .await?
            .map(|row| Node::ApiKey(ApiKeyObject(row))),
        CustomerId::PREFIX => ctx
            .batch(CustomerKey(CustomerId(any.uuid)))
            .await?
            .map(|c| Node::Customer(CustomerObject(c))),
        _ => None,
    })
}

/// Look-ups by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything by its global id; null when it does not exist for the viewer.
    #[graphql(cache_control(max_age = 60))]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id, for example `product_01jd3v9k3hf2x8k3w2v5m0q7zt`.")] id: ID,
    ) -> Result<Option<Node>> {
        // Boxed: one future holds the ways to all kinds, and is large.
        Box::pin(node_by(ctx, parsed(&id)?)).await
    }

    /// Several things by their global ids, in the order of the ids; null for what does not exist for the viewer.
    #[graphql(cache_control(max_age = 60))]
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
        let ids = ids.iter().map(parsed).collect::<Result<Vec<_>, _>>()?;
        futures_util::future::try_join_all(ids.into_iter().map(|id| Box::pin(node_by(ctx, id)))).await
    }
}
