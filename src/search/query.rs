//! Searching: the engine answers; where it cannot, the database does.

use std::sync::Arc;

use entity::catalog::attribute;
use entity::{CategoryId, ProductId};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::catalog::{self, Category, CategoryTree, ListError, ProductList, ProductSort, SortField};
use crate::channel::Scope;
use crate::platform::db::{Db, any_text};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::Message;
use crate::platform::page::{Page, PageArgs, PageError, encode_cursor};
use crate::platform::text::sha256_hex;
use crate::search::engine::{self, Hit, Marks, Order, SearchRequest, SuggestRequest};
use crate::search::facet::{self, Facet};
use crate::search::filter::{self, FilterInput};
use crate::search::index;
use crate::search::language::Language;
use crate::search::vectors;

/// Categories, and other kinds, that a beginning suggests at most.
pub const SUGGESTIONS_MAX: usize = 20;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// An argument makes no sense.
    #[error("{0}")]
    Input(Message),
    /// The cursor does not fit.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A part underneath failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A search as it was asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// What the shopper typed; empty to browse.
    pub text: String,
    /// Filters as facets offer them; those of one key are alternatives.
    pub filters: Vec<FilterInput>,
    /// The order.
    pub order: Order,
    /// The page.
    pub page: PageArgs,
    /// Whether facets are wanted.
    pub facets: bool,
}

/// A page of hits.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The products, in order. The viewer may not see all of them: the index lags a little.
    pub page: Page<ProductId>,
    /// All hits.
    pub total: u64,
    /// Whether the database answered: no facets, no typos mended.
    pub degraded: bool,
    /// What the shopper probably meant.
    pub corrected: Option<String>,
    /// Lowest and highest price of all hits, minor units.
    pub prices: Option<(i64, i64)>,
    /// The facets.
    pub facets: Vec<Facet>,
    /// What is to be marked in the texts of the hits.
    pub marks: Marks,
    /// What those texts are written in.
    pub language: Language,
}

/// Searches the channel of `scope`.
///
/// # Errors
/// See [`SearchError`]. A failing engine is none.
pub async fn search(app: &App, scope: &Scope, search: Query) -> Result<Answer, SearchError> {
    let tree = app.categories.tree(&app.db).await?;
    let filters = filter::parse(&search.filters, &tree, scope.channel.currency).map_err(SearchError::Input)?;
    let tags = Tags::of(scope, &search);
    let begun_degraded = search.page.after_key::<String>(&tags.database);
    let begun_plain = search.page.after_key::<(i64, ProductId)>(&tags.plain);
    let plain = matches!(begun_plain, Ok(Some(_)));
    let after = match search.page.after_key::<(i64, ProductId)>(&tags.engine) {
        Err(PageError::ForeignCursor) if begun_degraded.is_ok() => None,
        Err(PageError::ForeignCursor) if plain => begun_plain?,
        after => after?,
    };
    // A walk that began in the database ends there: its cursors mean nothing to the engine.
    if let Ok(Some(cursor)) = begun_degraded {
        return degraded(app, scope, &tree, &search, &filters, Some(cursor)).await;
    }
    let language = Language::of_channel(&app.config.catalogue.languages, &scope.channel.slug);
    let (vector, without_vector) = vectors::of_query(app, &search.text).await;
    let request = SearchRequest {
        owner: index::owner(app).await?,
        channel: scope.channel.slug.clone(),
        language,
        text: search.text.clone(),
        filters: filters.clone(),
        order: search.order,
        after: after.map(|(rank, product)| Hit { product, rank }),
        plain,
        limit: search.page.first,
        facets: search.facets,
        vector,
        ..SearchRequest::default()
    };
    let answer = match app.search.engine().search(request).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "search is degraded: the database answers");
            return match after {
                None => degraded(app, scope, &tree, &search, &filters, None).await,
                Some(_) => Ok(nothing(&search.page)),
            };
        }
    };
    let tag = if answer.degraded { &tags.plain } else { &tags.engine };
    let rows = answer.hits.into_iter().map(|hit| {
        let cursor = encode_cursor(tag, &(hit.rank, hit.product));
        (cursor, hit.product)
    });
    let names = attribute_names(&app.db, &answer.facets).await?;
    Ok(Answer {
        page: Page {
            rows: rows.collect(),
            has_next: answer.has_next,
            has_previous: search.page.after.is_some(),
        },
        total: answer.total,
        degraded: answer.degraded || without_vector,
        corrected: answer.corrected,
        prices: answer.prices,
        facets: facet::facets(answer.facets, &filters, &tree, scope.channel.currency, &names),
        marks: answer.marks,
        language,
    })
}

/// Names of a list in cursors: the query is part of it, so that a cursor of another search is refused.
struct Tags {
    engine: String,
    /// Of an engine a part of which was away.
    plain: String,
    database: String,
}

impl Tags {
    fn of(scope: &Scope, search: &Query) -> Self {
        let asked = format!(
            "{}\n{}\n{:?}\n{:?}",
            scope.channel.slug, search.text, search.filters, search.order
        );
        let hash = &sha256_hex(asked)[..16];
        Self {
            engine: format!("search:{hash}"),
            plain: format!("search-plain:{hash}"),
            database: format!("search-database:{hash}"),
        }
    }
}

/// The end of a walk whose engine has gone away.
fn nothing(page: &PageArgs) -> Answer {
    Answer {
        page: Page {
            rows: Vec::new(),
            has_next: false,
            has_previous: page.after.is_some(),
        },
        total: 0,
        degraded: true,
        corrected: None,
        prices: None,
        facets: Vec::new(),
        marks: Marks::default(),
        language: Language::default(),
    }
}

/// The database's answer: products with all words in name or brand.
async fn degraded(
    app: &App,
    scope: &Scope,
    tree: &CategoryTree,
    search: &Query,
    filters: &[engine::Filter],
    after: Option<String>,
) -> Result<Answer, SearchError> {
    let (field, descending) = match search.order {
        Order::Relevance | Order::BestSelling => (SortField::BestSelling, true),
        Order::PriceUp => (SortField::Price, false),
        Order::PriceDown => (SortField::Price, true),
        Order::Newest => (SortField::CreatedAt, true),
    };
    let list = ProductList {
        filter: Some(filter::in_database(&search.text, filters)),
        collection: None,
        sort: ProductSort { field, descending },
    };
    let args = PageArgs {
        first: search.page.first,
        after,
    };
    let page = match catalog::list(&app.db, scope, tree, &list, &args).await {
        Ok(page) => page,
        Err(ListError::Page(error)) => return Err(error.into()),
        Err(ListError::Fault(fault)) => return Err(fault.into()),
    };
    let total = catalog::count(&app.db, scope, tree, &list).await?;
    let tag = Tags::of(scope, search).database;
    let rows = page.rows.into_iter();
    Ok(Answer {
        page: Page {
            rows: rows
                .map(|(cursor, row)| (encode_cursor(&tag, &cursor), row.product.id))
                .collect(),
            has_next: page.has_next,
            has_previous: search.page.after.is_some(),
        },
        total: u64::try_from(total).unwrap_or_default(),
        ..nothing(&search.page)
    })
}

/// Names of the attributes among `facets`.
async fn attribute_names(db: &Db, facets: &engine::Facets) -> Result<Vec<(String, String)>> {
    let keys: Vec<String> = facets.attributes.iter().map(|facet| facet.key.clone()).collect();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let names = attribute::Entity::find()
        .select_only()
        .columns([attribute::Column::Key, attribute::Column::Name])
        .filter(any_text(db, attribute::Column::Key, &keys))
        .into_tuple()
        .all(db)
        .await?;
    Ok(names)
}

/// How a beginning may go on.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Products, best first.
    pub products: Vec<ProductId>,
    /// Categories with products, whose name matches.
    pub categories: Vec<Arc<Category>>,
    /// Brands with products.
    pub brands: Vec<String>,
    /// Whole queries that have hits.
    pub queries: Vec<String>,
}

/// Up to `limit` suggestions of each kind for a shopper who has typed `text`.
///
/// # Errors
/// Those of the database. A failing engine is none: the database then suggests products.
pub async fn suggest(app: &App, scope: &Scope, text: &str, limit: usize) -> Result<Suggestions, SearchError> {
    if text.trim().is_empty() || limit == 0 {
        return Ok(Suggestions::default());
    }
    let tree = app.categories.tree(&app.db).await?;
    let request = SuggestRequest {
        owner: index::owner(app).await?,
        channel: scope.channel.slug.clone(),
        language: Language::of_channel(&app.config.catalogue.languages, &scope.channel.slug),
        text: text.to_owned(),
        words: Arc::default(),
        limit,
    };
    let answer = match app.search.engine().suggest(request).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "search is degraded: the database suggests");
            let search = Query {
                text: text.to_owned(),
                page: PageArgs {
                    first: limit,
                    after: None,
                },
                ..Query::default()
            };
            let answer = degraded(app, scope, &tree, &search, &[], None).await?;
            let products = answer.page.rows.into_iter().map(|(_, product)| product).collect();
            return Ok(Suggestions {
                products,
                ..Suggestions::default()
            });
        }
    };
    let named = |id: &CategoryId| {
        tree.get(*id)
            .filter(|category| engine::goes_on(text, &category.name))
            .cloned()
    };
    Ok(Suggestions {
        products: answer.products,
        categories: answer.categories.iter().filter_map(named).take(limit).collect(),
        brands: answer.brands,
        queries: answer.queries,
    })
}
