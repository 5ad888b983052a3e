//! Products side by side, in the schema.

use std::collections::HashMap;

use async_graphql::{Context, Object, Result, SimpleObject};
use entity::ProductId;
use futures_util::future::try_join_all;

use crate::catalog::compare::{COMPARED_MAX, ComparedAttribute, compare};
use crate::catalog::graphql::batch::{AttributesOf, ProductKey};
use crate::catalog::graphql::types::ProductObject;
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::id::Gid;
use crate::platform::locale::message;

/// Products side by side.
#[derive(SimpleObject)]
pub struct ProductComparison {
    /// The products, in the order in which they were named; those that the viewer may not see are left out.
    products: Vec<ProductObject>,
    /// The attributes that one of them has, by name.
    rows: Vec<ProductComparisonRow>,
}

/// An attribute in a comparison.
#[derive(SimpleObject)]
pub struct ProductComparisonRow {
    /// Name in filters.
    key: String,
    /// Name for people.
    name: String,
    /// The values, a list for each product, in the order of the products; empty where a product has none.
    values: Vec<Vec<String>>,
    /// Whether the products differ in it.
    differs: bool,
}

impl From<ComparedAttribute> for ProductComparisonRow {
    fn from(row: ComparedAttribute) -> Self {
        Self {
            key: row.key,
            name: row.name,
            values: row.values,
            differs: row.differs,
        }
    }
}

/// Comparisons.
#[derive(Default)]
pub struct ComparisonQuery;

#[Object]
impl ComparisonQuery {
    /// Products with their attributes side by side.
    #[graphql(cache_control(max_age = 60))]
    async fn products_compare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The products, 10 at most; one that comes twice is shown once.")] ids: Vec<Gid<ProductId>>,
    ) -> Result<ProductComparison> {
        if ids.len() > COMPARED_MAX {
            let reason = message!("at-most", max = COMPARED_MAX);
            return Err(ApiError::bad_input(message!("at", place = "ids", reason = reason)).into());
        }
        let mut named: Vec<ProductId> = Vec::with_capacity(ids.len());
        for Gid(id) in ids {
            if !named.contains(&id) {
                named.push(id);
            }
        }
        let found = try_join_all(named.iter().map(|id| ctx.batch(ProductKey(*id)))).await?;
        let products: Vec<ProductObject> = found.into_iter().flatten().map(ProductObject).collect();
        let shown: Vec<ProductId> = products.iter().map(|product| product.0.product.id).collect();
        let attributes = try_join_all(shown.iter().map(|id| ctx.batch(AttributesOf(*id)))).await?;
        let attributes: HashMap<_, _> = shown
            .iter()
            .copied()
            .zip(attributes.into_iter().map(Option::unwrap_or_default))
            .collect();
        Ok(ProductComparison {
            rows: compare(&shown, &attributes).into_iter().map(Into::into).collect(),
            products,
        })
    }
}
