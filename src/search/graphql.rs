//! Search in the schema.

#![expect(
    clippy::too_many_arguments,
    reason = "a field of the schema has the arguments that it has"
)]

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, InputObject, Json, Object, Result, SimpleObject};
use entity::{ProductId, SearchId, VisitId};
use futures_util::future::try_join_all;

use crate::analytics::{SESSION_MAX, visit};
use crate::catalog::{CategoryObject, ProductKey, ProductObject};
use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::graphql::page::PageInfo;
use crate::graphql::scalar::{Decimal, PriceRangeObject};
use crate::platform::locale::message;
use crate::platform::page::PageArgs;
use crate::search::engine::Order;
use crate::search::facet::{Facet, FacetKind, FacetValue};
use crate::search::filter::FilterInput;
use crate::search::highlight::Marker;
use crate::search::insight;
use crate::search::query::{self, Answer, SearchError};
use crate::search::rescue::SearchRescue;
use crate::search::suggest::{self, SUGGESTIONS_MAX};
use crate::search::text::strip_html;
use crate::search::trial;
use crate::search::walk::Walk;
use crate::search::words::bounded;

/// What hits are sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "Order")]
pub enum SearchSort {
    /// Best match first; without words the available and best-selling first.
    Relevance,
    /// Cheapest first.
    #[graphql(name = "PRICE_ASC")]
    PriceUp,
    /// Dearest first.
    #[graphql(name = "PRICE_DESC")]
    PriceDown,
    /// Newest first.
    Newest,
    /// Most units sold first.
    BestSelling,
}

/// A range, both ends included: of amounts in the currency of the channel, or of the numbers of an attribute.
#[derive(InputObject, Clone, Debug)]
pub struct SearchRangeInput {
    /// At least.
    gte: Option<Decimal>,
    /// At most.
    lte: Option<Decimal>,
}

/// A filter, as returned in `facets.values.input`. Filters of different keys must all hold; of one key any will do.
#[derive(InputObject, Clone, Debug)]
pub struct SearchFilterInput {
    /// The key of a facet: `brand`, `category`, `price` or that of an attribute; or `collection`.
    key: String,
    /// Any of these; case does not matter. Categories and collections by slug or id.
    values: Option<Vec<String>>,
    /// For `price`, and for attributes that are numbers.
    range: Option<SearchRangeInput>,
}

impl From<SearchFilterInput> for FilterInput {
    fn from(input: SearchFilterInput) -> Self {
        Self {
            key: input.key,
            values: input.values.unwrap_or_default(),
            range: input.range.map(|r| (r.gte.map(|d| d.0), r.lte.map(|d| d.0))),
        }
    }
}

/// What the values of a facet are.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "FacetKind")]
pub enum SearchFacetType {
    /// Texts.
    Values,
    /// Ranges of prices.
    PriceRange,
}

/// A way to narrow the hits.
#[derive(SimpleObject)]
pub struct SearchFacet {
    /// Name in filters.
    key: String,
    /// Name for people.
    label: String,
    /// What its values are.
    #[graphql(name = "type")]
    kind: SearchFacetType,
    /// Its values, most frequent first; ranges from the lowest.
    values: Vec<SearchFacetValue>,
}

/// A value of a facet.
#[derive(SimpleObject)]
pub struct SearchFacetValue {
    /// The value.
    value: String,
    /// The value for people.
    label: String,
    /// Hits that have it, were the facet's own filter not there.
    count: i32,
    /// Whether it is filtered by.
    selected: bool,
    /// A SearchFilterInput to send back, to filter by this value.
    input: Json<serde_json::Value>,
}

impl From<Facet> for SearchFacet {
    fn from(facet: Facet) -> Self {
        Self {
            key: facet.key,
            label: facet.label,
            kind: facet.kind.into(),
            values: facet.values.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<FacetValue> for SearchFacetValue {
    fn from(value: FacetValue) -> Self {
        let FilterInput { key, values, range } = value.input;
        let input = match range {
            None => serde_json::json!({ "key": key, "values": values }),
            Some((gte, lte)) => {
                let ends = [("gte", gte), ("lte", lte)];
                let range = ends
                    .into_iter()
                    .filter_map(|(end, amount)| Some((end.to_owned(), amount?.into())));
                serde_json::json!({ "key": key, "range": range.collect::<serde_json::Map<_, _>>() })
            }
        };
        Self {
            value: value.value,
            label: value.label,
            count: i32::try_from(value.count).unwrap_or(i32::MAX),
            selected: value.selected,
            input: Json(input),
        }
    }
}

/// A hit with its cursor.
#[derive(SimpleObject, Clone)]
#[graphql(complex)]
pub struct SearchEdge {
    /// Names the hit: pass it as `after` to start behind it.
    cursor: String,
    /// The product.
    node: ProductObject,
    /// Its place among all hits, from 1 and over all pages: the `position` of events about it.
    position: i32,
    #[graphql(skip)]
    marker: Arc<Marker>,
}

/// A hit with its cursor.
#[ComplexObject]
impl SearchEdge {
    /// The texts of the product in which something matched, with marks. Typos that were mended, other forms of a word and
    /// synonyms are marked too.
    async fn highlights(&self) -> Vec<SearchHighlight> {
        let product = &self.node.0.product;
        let name = self.marker.whole(&product.name).map(|html| SearchHighlight {
            field: SearchHighlightField::Name,
            html,
        });
        let description = self.marker.excerpt(&strip_html(&product.description));
        let description = description.map(|html| SearchHighlight {
            field: SearchHighlightField::Description,
            html,
        });
        name.into_iter().chain(description).collect()
    }
}

/// Where something matched.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchHighlightField {
    /// The name of the product, as a whole.
    Name,
    /// The description, as an excerpt around what matched.
    Description,
}

/// A text in which something matched.
#[derive(SimpleObject)]
pub struct SearchHighlight {
    /// Which text.
    field: SearchHighlightField,
    /// The text as HTML: everything is escaped, and `<mark>` stands around what matched.
    html: String,
}

/// A page of hits.
pub struct SearchConnection {
    id: SearchId,
    asked: query::Query,
    answer: Answer,
    edges: Vec<SearchEdge>,
    info: PageInfo,
}

/// A page of hits.
#[Object]
impl SearchConnection {
    /// Names the search, for events about its hits: `recommendationEventTrack` takes it. Later pages are of the same search.
    #[graphql(cache_control(private))]
    async fn search_id(&self) -> String {
        self.id.to_string()
    }

    /// Where the shop wants who searches so to go instead: a path such as `/sale`, or an address. Null: show the hits.
    async fn redirect(&self) -> Option<&str> {
        self.answer.redirect.as_deref()
    }

    /// What to show where nothing is found: what the words find without the filters, else what fewer of them find, else
    /// what sells best. Null when there are hits.
    async fn rescue(&self, ctx: &Context<'_>) -> Result<Option<SearchRescue>> {
        if self.answer.total > 0 || self.asked.page.after.is_some() {
            return Ok(None);
        }
        Ok(Some(SearchRescue::of(ctx, &self.asked).await?))
    }

    /// All hits.
    async fn total_count(&self) -> i64 {
        i64::try_from(self.answer.total).unwrap_or(i64::MAX)
    }

    /// Whether the search engine did not answer and the database did: without facets, and typos are not mended.
    async fn degraded(&self) -> bool {
        self.answer.degraded
    }

    /// What the shopper probably meant, when a word is unknown; the hits are those of the near word.
    async fn corrected_query(&self) -> Option<&str> {
        self.answer.corrected.as_deref()
    }

    /// The hits with their cursors.
    async fn edges(&self) -> &[SearchEdge] {
        &self.edges
    }

    /// The hits.
    async fn nodes(&self) -> Vec<&ProductObject> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.info
    }

    /// Ways to narrow the hits.
    async fn facets(&self) -> Vec<SearchFacet> {
        self.answer.facets.iter().cloned().map(Into::into).collect()
    }

    /// Lowest and highest price of all hits; null when there are none, or when degraded.
    async fn price_range(&self, ctx: &Context<'_>) -> Option<PriceRangeObject> {
        let channel = &ctx.scope().channel;
        self.answer.prices.map(|(min, max)| PriceRangeObject {
            min: channel.money(min),
            max: channel.money(max),
        })
    }
}

/// How a beginning may go on.
pub struct SearchSuggestions(suggest::Suggestions, Vec<ProductObject>);

/// How a beginning may go on.
#[Object]
impl SearchSuggestions {
    /// Products, best first.
    async fn products(&self) -> &[ProductObject] {
        &self.1
    }

    /// Categories with products, whose name matches.
    async fn categories(&self) -> Vec<CategoryObject> {
        self.0.categories.iter().map(Arc::clone).map(CategoryObject).collect()
    }

    /// Brands with products.
    async fn brands(&self) -> &[String] {
        &self.0.brands
    }

    /// Whole queries that have hits, those that many shoppers make first.
    async fn queries(&self) -> &[String] {
        &self.0.queries
    }
}

/// The products that the viewer may see, in order, with what came along.
pub(super) async fn load<T>(ctx: &Context<'_>, rows: Vec<(T, ProductId)>) -> Result<Vec<(T, ProductObject)>> {
    let found = try_join_all(rows.iter().map(|(_, id)| ctx.batch(ProductKey(*id)))).await?;
    let rows = rows.into_iter().map(|(with, _)| with).zip(found);
    Ok(rows
        .filter_map(|(with, found)| Some((with, ProductObject(found?))))
        .collect())
}

pub(super) fn refused(error: SearchError) -> async_graphql::Error {
    match error {
        SearchError::Input(message) => ApiError::bad_input(message).into(),
        SearchError::Page(error) => error.into(),
        SearchError::Fault(fault) => fault.into(),
    }
}

/// The visit that a client calls `session`.
async fn visit_of(ctx: &Context<'_>, session: Option<String>) -> Result<Option<VisitId>> {
    match session {
        None => Ok(None),
        Some(name) if name.is_empty() || name.len() > SESSION_MAX => {
            Err(ApiError::bad_input(message!("interaction-session", max = SESSION_MAX)).into())
        }
        Some(name) => Ok(Some(visit(ctx.app(), &name).await?)),
    }
}

/// Searching.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Products of the channel that match. Words are stemmed, typos mended, and the last word may be a beginning.
    /// Shoppers and staff alike find what the channel shows.
    #[graphql(cache_control(max_age = 60))]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the shopper typed; empty to browse. Of a longer text the first 500 characters count.")]
        query: String,
        #[graphql(desc = "Only these, as returned in `facets.values.input`.")] filters: Option<Vec<SearchFilterInput>>,
        #[graphql(desc = "Order; RELEVANCE when not given.")] sort: Option<SearchSort>,
        #[graphql(desc = "Hits a page, 0 to 100; 20 when not given.")] first: Option<i32>,
        #[graphql(desc = "Cursor to start behind.")] after: Option<String>,
        #[graphql(
            desc = "The name of the visit, as in `recommendationEventTrack`; only where the visitor has agreed that \
                    what they do is kept. It is stored as a keyed hash, and decides about experiments of the kind SEARCH."
        )]
        session_id: Option<String>,
    ) -> Result<Option<SearchConnection>> {
        let (app, scope) = (ctx.app(), ctx.scope());
        let visit = visit_of(ctx, session_id).await?;
        let (begun, after) = after.map(Walk::behind).unzip();
        let mut asked = query::Query {
            text: bounded(&query).to_owned(),
            filters: filters.unwrap_or_default().into_iter().map(Into::into).collect(),
            order: sort.map(Into::into).unwrap_or_default(),
            page: PageArgs::new(first, after, scope.viewer.is_staff())?,
            facets: ctx.look_ahead().field("facets").exists(),
            ..query::Query::default()
        };
        let begun = begun.flatten();
        let trial = match &begun {
            _ if asked.page.after.is_none() => trial::begin(app, scope, visit, asked.order).await?,
            Some(Walk {
                arm: Some((experiment, arm)),
                ..
            }) => trial::go_on(app, scope, (*experiment, arm)).await?,
            _ => None,
        };
        if let Some(trial) = &trial {
            trial.apply(&mut asked);
        }
        let mut answer = Box::pin(query::search(app, scope, asked.clone()))
            .await
            .map_err(refused)?;
        let id: SearchId = app.ids.new_id();
        insight::note(app, scope, (id, visit), &asked, &answer);
        if answer.degraded {
            // The engine may be back in a moment.
            ctx.insert_http_header("cache-control", "no-store");
        }
        // An answer with the name of the search is nobody else's, nor is one to a visit.
        let named = visit.is_some() || ctx.look_ahead().field("searchId").exists();
        let walk = begun.unwrap_or_else(|| Walk::begun(named.then_some(id), trial.as_ref()));
        let places = walk.mark(&mut answer.page);
        let info = PageInfo::of(&answer.page);
        let marker = Arc::new(Marker::new(&answer.marks, answer.language));
        let rows = std::mem::take(&mut answer.page.rows).into_iter().zip(places);
        let rows = rows.map(|((cursor, product), position)| ((cursor, position), product));
        let edge = |((cursor, position), node)| SearchEdge {
            cursor,
            node,
            position,
            marker: Arc::clone(&marker),
        };
        let edges = load(ctx, rows.collect()).await?.into_iter().map(edge).collect();
        Ok(Some(SearchConnection {
            id: walk.search.unwrap_or(id),
            asked,
            answer,
            edges,
            info,
        }))
    }

    /// How what a shopper has typed may go on.
    #[graphql(cache_control(max_age = 60))]
    async fn search_suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What has been typed so far. Of a longer text the first 500 characters count.")] query: String,
        #[graphql(desc = "Suggestions of each kind at most, 0 to 20; 8 when not given.")] limit: Option<i32>,
    ) -> Result<Option<SearchSuggestions>> {
        let limit = usize::try_from(limit.unwrap_or(8))
            .ok()
            .filter(|limit| *limit <= SUGGESTIONS_MAX)
            .ok_or_else(|| {
                ApiError::bad_input(message!("out-of-range", name = "limit", min = 0, max = SUGGESTIONS_MAX))
            })?;
        let mut found = suggest::suggest(ctx.app(), ctx.scope(), &query, limit)
            .await
            .map_err(refused)?;
        let products = std::mem::take(&mut found.products);
        let products = load(ctx, products.into_iter().map(|id| ((), id)).collect()).await?;
        Ok(Some(SearchSuggestions(
            found,
            products.into_iter().map(|((), product)| product).collect(),
        )))
    }
}
