//! Searching: the engine answers; where it cannot, the database does.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::catalog::attribute;
use entity::{CategoryId, CollectionId, MerchandisingRuleId, ProductId};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};

use crate::app::App;
use crate::catalog::{self, Category, CategoryTree, ListError, ProductList, ProductSort, SortField};
use crate::channel::Scope;
use crate::platform::db::{Db, any_text};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::Message;
use crate::platform::page::{Page, PageArgs, PageError, encode_cursor};
use crate::platform::text::sha256_hex;
use crate::search::engine::{self, Hit, Marks, Order, SearchRequest, SuggestRequest, Tuning};
use crate::search::facet::{self, Facet};
use crate::search::filter::{self, FilterInput};
use crate::search::language::Language;
use crate::search::merchandising::{self, View};
use crate::search::words::bounded;
use crate::search::{collection, index, insight, vectors};

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
    /// What the shopper typed; empty to browse. Only the beginning counts: see [`bounded`].
    pub text: String,
    /// Filters as facets offer them; those of one key are alternatives.
    pub filters: Vec<FilterInput>,
    /// The order.
    pub order: Order,
    /// The page.
    pub page: PageArgs,
    /// Whether facets are wanted.
    pub facets: bool,
    /// Which rules of merchandising count.
    pub curate: Curate,
    /// How hits are ordered, where an experiment tries another way.
    pub tuning: Tuning,
}

/// Which rules of merchandising count in a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Curate {
    /// Those of now.
    #[default]
    Now,
    /// Those of another time, for a look ahead.
    At(DateTime<Utc>),
    /// None.
    Never,
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
    /// What answered, for the log.
    pub engine: &'static str,
    /// Where staff sends who searches so.
    pub redirect: Option<String>,
    /// The rules of merchandising that counted, the weightiest first.
    pub rules: Vec<MerchandisingRuleId>,
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
    let text = bounded(&search.text).to_owned();
    let search = Query { text, ..search };
    let tree = app.categories.tree(&app.db).await?;
    let mut filters = filter::parse(&search.filters, &tree, scope.channel.currency).map_err(SearchError::Input)?;
    let members = collection::members(app, &search.filters).await?;
    let (words, view) = merchandising::consult(app, scope, &search, (&filters, members.as_ref())).await?;
    let products = members.as_ref().map(|members| members.products.to_vec());
    filters.extend(products.map(engine::Filter::Products));
    let looked = Looked {
        tree: &tree,
        filters: &filters,
        collections: members.as_ref().map(|members| members.collections.as_slice()),
        view: &view,
    };
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
        return degraded(app, scope, &search, looked, Some(cursor)).await;
    }
    let language = Language::of_channel(&app.config.catalogue.languages, &scope.channel.slug);
    let (vector, without_vector) = match search.tuning.embeddings {
        true => vectors::of_query(app, &search.text).await,
        false => (None, false),
    };
    let request = SearchRequest {
        owner: index::owner(app).await?,
        channel: scope.channel.slug.clone(),
        language,
        text: search.text.clone(),
        words,
        curation: view.curation(),
        filters: filters.clone(),
        order: search.order,
        tuning: search.tuning.clone(),
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
                None => degraded(app, scope, &search, looked, None).await,
                Some(_) => Ok(nothing(&search.page, &view)),
            };
        }
    };
    let tag = if answer.degraded { &tags.plain } else { &tags.engine };
    let cursor = |hit: &Hit| encode_cursor(tag, &(hit.rank, hit.product));
    let cursors: Vec<String> = answer.hits.iter().map(cursor).collect();
    let mut products: Vec<ProductId> = answer.hits.into_iter().map(|hit| hit.product).collect();
    if after.is_none() && search.order == Order::Relevance {
        // A cursor belongs to the place: the page goes on behind what the engine put last, whatever stands there.
        products = view.place(products, |product| *product);
    }
    let rows = cursors.into_iter().zip(products);
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
        engine: "index",
        redirect: view.redirect,
        rules: view.rules,
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
fn nothing(page: &PageArgs, view: &View) -> Answer {
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
        engine: "database",
        redirect: view.redirect.clone(),
        rules: Vec::new(),
        marks: Marks::default(),
        language: Language::default(),
    }
}

/// What a search was read as.
#[derive(Clone, Copy)]
struct Looked<'a> {
    tree: &'a CategoryTree,
    filters: &'a [engine::Filter],
    /// Where there is a filter by collection: those that it names.
    collections: Option<&'a [CollectionId]>,
    view: &'a View,
}

/// The database's answer: products with all words in name or brand.
async fn degraded(
    app: &App,
    scope: &Scope,
    search: &Query,
    looked: Looked<'_>,
    after: Option<String>,
) -> Result<Answer, SearchError> {
    let Looked { tree, filters, .. } = looked;
    let (field, descending) = match search.order {
        Order::Relevance | Order::BestSelling => (SortField::BestSelling, true),
        Order::PriceUp => (SortField::Price, false),
        Order::PriceDown => (SortField::Price, true),
        Order::Newest => (SortField::CreatedAt, true),
    };
    let asked = filter::in_database(&search.text, filters);
    let collected = looked.collections.map(|ids| catalog::Filter::Collections(ids.to_vec()));
    let list = ProductList {
        filter: Some(catalog::Filter::All(std::iter::once(asked).chain(collected).collect())),
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
        ..nothing(&search.page, looked.view)
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
    /// Whole queries that have hits, those that many make first.
    pub queries: Vec<String>,
}

/// Up to `limit` suggestions of each kind for a shopper who has typed `text`.
///
/// # Errors
/// Those of the database. A failing engine is none: the database then suggests products.
pub async fn suggest(app: &App, scope: &Scope, text: &str, limit: usize) -> Result<Suggestions, SearchError> {
    let text = bounded(text);
    if text.trim().is_empty() || limit == 0 {
        return Ok(Suggestions::default());
    }
    let tree = app.categories.tree(&app.db).await?;
    let known = app.search.shelf().get(app, scope.channel.id).await?;
    let request = SuggestRequest {
        owner: index::owner(app).await?,
        channel: scope.channel.slug.clone(),
        language: Language::of_channel(&app.config.catalogue.languages, &scope.channel.slug),
        text: text.to_owned(),
        words: Arc::clone(&known.words),
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
            let looked = Looked {
                tree: &tree,
                filters: &[],
                collections: None,
                view: &View::default(),
            };
            let answer = degraded(app, scope, &search, looked, None).await?;
            let products = answer.page.rows.into_iter().map(|(_, product)| product).collect();
            let popular = insight::going_on(&known.popular, text, limit);
            return Ok(Suggestions {
                products,
                queries: popular.into_iter().map(str::to_owned).collect(),
                ..Suggestions::default()
            });
        }
    };
    let named = |id: &CategoryId| {
        tree.get(*id)
            .filter(|category| engine::goes_on(text, &category.name))
            .cloned()
    };
    let popular = insight::going_on(&known.popular, text, limit)
        .into_iter()
        .map(str::to_owned);
    let mut queries: Vec<String> = popular.collect();
    for query in answer.queries {
        if queries.len() < limit && !queries.contains(&query) {
            queries.push(query);
        }
    }
    Ok(Suggestions {
        products: answer.products,
        categories: answer.categories.iter().filter_map(named).take(limit).collect(),
        brands: answer.brands,
        queries,
    })
}
