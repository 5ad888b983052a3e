//! Recommendations in the schema.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, Object, OneofObject, Result, SimpleObject};
use entity::ProductId;
use futures_util::future::try_join_all;

use crate::catalog::{Product, ProductKey, ProductObject};
use crate::graphql::batch::{Batch, Shared};
use crate::graphql::context::ContextExt;
use crate::graphql::id::Gid;
use crate::graphql::page::PageInfo;
use crate::platform::page::{PageError, encode_cursor};
use crate::recommendation::query::{self, Pick, RECOMMENDATIONS_MAX, Source};

/// What recommendations are for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecommendationIntent {
    /// Instead of it: much alike.
    Related,
    /// Along with it.
    Complementary,
    /// For this shopper.
    Personal,
    /// What many buy now.
    Trending,
    /// What was looked at or bought lately.
    Recent,
}

impl RecommendationIntent {
    fn name(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::Complementary => "complementary",
            Self::Personal => "personal",
            Self::Trending => "trending",
            Self::Recent => "recent",
        }
    }
}

/// What recommendations are given for: exactly one field.
#[derive(OneofObject)]
pub enum RecommendationContext {
    /// A product.
    ProductId(Gid<ProductId>),
    /// A cart, by its token.
    CartToken(String),
    /// The customer who asks; true.
    Customer(bool),
    /// A visit, by a name of the client's choice.
    SessionId(String),
}

/// The variant of an experiment that an answer came from.
#[derive(SimpleObject, Clone)]
pub struct RecommendationExperiment {
    /// The experiment.
    id: String,
    /// The variant.
    variant: String,
}

/// A recommended product.
#[derive(SimpleObject, Clone)]
pub struct RecommendationEdge {
    /// Names the row.
    cursor: String,
    /// How well it fits, from 0 to 1; falls with each edge.
    score: f64,
    /// Why, for people.
    reason: String,
    /// What found it: `same_category`, `same_brand`, `best_selling`.
    strategy: String,
    /// The experiment it is part of; null when it is part of none.
    experiment: Option<RecommendationExperiment>,
    /// Names this recommendation, for events about it.
    tracking_token: String,
    /// The product.
    node: ProductObject,
}

/// Recommended products, best first.
pub struct RecommendationConnection(Vec<RecommendationEdge>);

/// Recommended products, best first.
#[Object]
impl RecommendationConnection {
    /// The products with what is known of each recommendation.
    async fn edges(&self) -> &[RecommendationEdge] {
        &self.0
    }

    /// The products.
    async fn nodes(&self) -> Vec<&ProductObject> {
        self.0.iter().map(|edge| &edge.node).collect()
    }

    /// Where the rows stand: there is one page.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: false,
            has_previous_page: false,
            start_cursor: self.0.first().map(|edge| edge.cursor.clone()),
            end_cursor: self.0.last().map(|edge| edge.cursor.clone()),
        }
    }

    /// The number of rows.
    async fn total_count(&self) -> usize {
        self.0.len()
    }
}

/// What to show beside a product.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RelatedTo(Source);

impl Loader<RelatedTo> for Batch {
    type Value = Vec<Pick>;
    type Error = Shared;

    async fn load(&self, keys: &[RelatedTo]) -> Result<HashMap<RelatedTo, Vec<Pick>>, Shared> {
        let sources: Vec<Source> = keys.iter().map(|key| key.0.clone()).collect();
        let found = query::related(&self.app, &self.scope, &sources).await?;
        let picks = |key: &RelatedTo| Some((key.clone(), found.get(&key.0.product)?.clone()));
        Ok(keys.iter().filter_map(picks).collect())
    }
}

/// What sells best in the channel.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct BestSelling;

impl Loader<BestSelling> for Batch {
    type Value = Vec<Pick>;
    type Error = Shared;

    async fn load(&self, keys: &[BestSelling]) -> Result<HashMap<BestSelling, Vec<Pick>>, Shared> {
        let found = query::best_selling(&self.app, &self.scope).await?;
        Ok(keys.iter().map(|key| (key.clone(), found.clone())).collect())
    }
}

/// What to show beside `product`, or for nobody in particular.
///
/// # Errors
/// BAD_USER_INPUT for a `first` out of range; those of the database.
pub async fn recommendations_of(
    ctx: &Context<'_>,
    product: Option<&Product>,
    intent: RecommendationIntent,
    first: Option<i32>,
) -> Result<RecommendationConnection> {
    let first = usize::try_from(first.unwrap_or(12))
        .ok()
        .filter(|first| *first <= RECOMMENDATIONS_MAX)
        .ok_or(PageError::Size(RECOMMENDATIONS_MAX))?;
    let picks = match (product, intent) {
        (Some(product), RecommendationIntent::Related) => {
            let source = Source {
                product: product.id,
                category: product.category_id,
                brand: product.brand.clone(),
            };
            ctx.batch(RelatedTo(source)).await?
        }
        _ => ctx.batch(BestSelling).await?,
    };
    let mut picks = picks.unwrap_or_default();
    picks.retain(|pick| product.is_none_or(|product| product.id != pick.product));
    picks.truncate(first);
    let found = try_join_all(picks.iter().map(|pick| ctx.batch(ProductKey(pick.product)))).await?;
    let edges = picks.iter().zip(found).enumerate().filter_map(|(i, (pick, found))| {
        let token = (product.map(|p| p.id), pick.product, pick.strategy.name());
        Some(RecommendationEdge {
            cursor: encode_cursor("recommendations", &pick.product),
            score: 1.0 / (1.0 + i as f64),
            reason: pick.strategy.reason().to_owned(),
            strategy: pick.strategy.name().to_owned(),
            experiment: None,
            tracking_token: encode_cursor(&format!("recommendation:{}", intent.name()), &token),
            node: ProductObject(found?),
        })
    });
    Ok(RecommendationConnection(edges.collect()))
}

/// Recommendations.
#[derive(Default)]
pub struct RecommendationQuery;

#[Object]
impl RecommendationQuery {
    /// Products for a product, a cart, a customer or a visit; null when the product does not exist for the viewer.
    #[graphql(cache_control(private, max_age = 60))]
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What they are for.")] context: RecommendationContext,
        #[graphql(desc = "What they are to do.")] intent: RecommendationIntent,
        #[graphql(desc = "Products at most, 0 to 50; 12 when not given.")] first: Option<i32>,
    ) -> Result<Option<RecommendationConnection>> {
        let product = match context {
            RecommendationContext::ProductId(id) => match ctx.batch(ProductKey(id.0)).await? {
                Some(found) => Some(found.product),
                None => return Ok(None),
            },
            // Nothing is known of carts, customers and visits yet: they get what sells best.
            RecommendationContext::CartToken(_)
            | RecommendationContext::Customer(_)
            | RecommendationContext::SessionId(_) => None,
        };
        Ok(Some(recommendations_of(ctx, product.as_ref(), intent, first).await?))
    }
}
