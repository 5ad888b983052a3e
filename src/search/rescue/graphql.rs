//! What is offered where nothing is found, in the schema.

use async_graphql::{Context, Enum, Result, SimpleObject};

use crate::catalog::ProductObject;
use crate::graphql::context::ContextExt;
use crate::search::graphql::{load, refused};
use crate::search::query::Query;
use crate::search::rescue::{RescueKind, rescue};

/// What is offered where nothing is found.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "RescueKind")]
pub enum SearchRescueKind {
    /// What the same words find without the filters.
    WithoutFilters,
    /// What fewer words find, or the same ones without quotation marks and exclusions.
    FewerWords,
    /// What sells best.
    Popular,
}

/// What is offered where nothing is found.
#[derive(SimpleObject)]
pub struct SearchRescue {
    /// What it is.
    kind: SearchRescueKind,
    /// The query that finds it; null for what is popular.
    query: Option<String>,
    /// Products, best first; eight at most.
    nodes: Vec<ProductObject>,
    /// Queries that many make; five at most.
    queries: Vec<String>,
}

impl SearchRescue {
    /// What is offered to who found nothing by `asked`.
    ///
    /// # Errors
    /// Those of the database.
    pub(in crate::search) async fn of(ctx: &Context<'_>, asked: &Query) -> Result<Self> {
        let found = Box::pin(rescue(ctx.app(), ctx.scope(), asked)).await.map_err(refused)?;
        let products = load(ctx, found.products.into_iter().map(|id| ((), id)).collect()).await?;
        Ok(Self {
            kind: found.kind.into(),
            query: found.query,
            nodes: products.into_iter().map(|((), product)| product).collect(),
            queries: found.queries,
        })
    }
}
