//! Categories and collections: objects that hold products.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::catalog::collection;

use crate::catalog::graphql::query::{ProductSortInput, product_connection};
use crate::catalog::graphql::types::ProductObject;
use crate::catalog::list::ProductList;
use crate::catalog::{Category, Filter};
use crate::graphql::context::ContextExt;
use crate::graphql::id::global_id;
use crate::graphql::page::Connection;

/// A node of the category tree.
#[derive(Clone)]
pub struct CategoryObject(pub Arc<Category>);

/// A node of the category tree.
#[Object(name = "Category")]
impl CategoryObject {
    /// Global id, for example `category_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Unique name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Plain text.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// The way from the root to it, itself included.
    async fn path(&self, ctx: &Context<'_>) -> Result<Vec<CategoryObject>> {
        let app = ctx.app();
        let path = app.categories.tree(&app.db).await?.path(self.0.id);
        Ok(path.into_iter().map(CategoryObject).collect())
    }

    /// The node above; null at the root.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<CategoryObject>> {
        let Some(parent) = self.0.parent_id else {
            return Ok(None);
        };
        let app = ctx.app();
        Ok(app
            .categories
            .tree(&app.db)
            .await?
            .get(parent)
            .cloned()
            .map(CategoryObject))
    }

    /// The nodes below, in order.
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<CategoryObject>> {
        let app = ctx.app();
        let tree = app.categories.tree(&app.db).await?;
        Ok(tree
            .children(Some(self.0.id))
            .iter()
            .cloned()
            .map(CategoryObject)
            .collect())
    }

    /// Products in it or below it.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Products a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
        #[graphql(desc = "Order; newest first when not given.")] sort: Option<ProductSortInput>,
    ) -> Result<Connection<ProductObject>> {
        let filter = Some(Filter::Category(self.0.id));
        let list = ProductList {
            filter,
            collection: None,
            sort: sort.map(Into::into).unwrap_or_default(),
        };
        product_connection(ctx, list, first, after).await
    }
}

/// A hand-made set of products.
#[derive(Clone)]
pub struct CollectionObject(pub collection::Model);

/// A hand-made set of products.
#[Object(name = "Collection")]
impl CollectionObject {
    /// Global id, for example `collection_01jd3v9k3hf2x8k3w2v5m0q7zt`.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Unique name in addresses.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// Name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Plain text.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Its products.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Products a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
        #[graphql(desc = "Order; newest first when not given.")] sort: Option<ProductSortInput>,
    ) -> Result<Connection<ProductObject>> {
        let sort = sort.map(Into::into).unwrap_or_default();
        product_connection(
            ctx,
            ProductList {
                filter: None,
                collection: Some(self.0.id),
                sort,
            },
            first,
            after,
        )
        .await
    }
}
