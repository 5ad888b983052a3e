//! What lists of recommendations consist of.

use async_graphql::{Enum, ID, Object, OneofObject, SimpleObject};
use entity::ProductId;

use crate::catalog::ProductObject;
use crate::graphql::id::Gid;
use crate::graphql::page::PageInfo;
use crate::recommendation::slot::Intent;

/// What recommendations are for.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Intent")]
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

/// What recommendations are given for: exactly one field.
#[derive(OneofObject)]
pub enum RecommendationContext {
    /// A product.
    ProductId(Gid<ProductId>),
    /// A cart, by its token.
    CartToken(String),
    /// The customer who asks; true.
    Customer(bool),
    /// A visit, by the name that `recommendationEventTrack` calls it.
    SessionId(String),
}

/// Who is going to be shown a list: what experiments need to know.
#[derive(Clone, Debug, Default)]
pub struct ShownTo {
    /// The visit, by the name that the client gave it.
    pub session: Option<String>,
    /// Whether the visitor has agreed that what they do and are shown is kept.
    pub consent: bool,
}

impl ShownTo {
    /// A visit, and whether the visitor has agreed.
    pub fn new(session: Option<String>, consent: bool) -> Self {
        Self { session, consent }
    }
}

/// The variant of an experiment that an answer came from.
#[derive(SimpleObject, Clone)]
pub struct RecommendationExperiment {
    /// The experiment.
    pub(in crate::recommendation) id: ID,
    /// The variant.
    pub(in crate::recommendation) variant: String,
}

/// A recommended product.
#[derive(SimpleObject, Clone)]
pub struct RecommendationEdge {
    /// Names the row.
    pub(super) cursor: String,
    /// How well it fits, from 0 to 1; falls with each edge.
    pub(super) score: f64,
    /// Why, for people, in the language of the request.
    pub(super) reason: String,
    /// What found it: `personal`, `session`, `basket`, `bought_together`, `similar`, `same_category`, `same_brand`,
    /// `trending`, `best_selling`, `recent`, `pinned`.
    pub(super) strategy: String,
    /// The experiment it is part of; null when it is part of none.
    pub(super) experiment: Option<RecommendationExperiment>,
    /// Names this recommendation, for events about it: `recommendationEventTrack`.
    pub(super) tracking_token: String,
    /// The product.
    pub(super) node: ProductObject,
}

/// Recommended products, best first.
pub struct RecommendationConnection(pub(super) Vec<RecommendationEdge>);

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
