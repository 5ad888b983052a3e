//! Searching: the engine answers; where it cannot, the database does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use entity::catalog::attribute;
use entity::{CollectionId, MerchandisingRuleId, ProductId};
use sea_orm::{EntityTrait, QueryFilter, QuerySelect};
use tokio::time::Instant;

use crate::app::App;
use crate::catalog::{self, CategoryTree, ListError, ProductList, ProductSort, SortField};
use crate::channel::Scope;
use crate::platform::db::{Db, any_text};
use crate::platform::error::{Fault, Result};
use crate::platform::locale::Message;
use crate::platform::page::{Page, PageArgs, PageError, encode_cursor};
use crate::search::cursor::{self, Begun, Place};
use crate::search::engine::{self, EngineError, Marks, Order, SearchAnswer, SearchRequest, Tuning};
use crate::search::facet::{self, Facet};
use crate::search::filter::{self, FilterInput};
use crate::search::language::Language;
use crate::search::merchandising::{self, View};
use crate::search::words::bounded;
use crate::search::{collection, index, vectors};

/// How long a search waits for all outside systems together.
pub const OUTSIDE: Duration = Duration::from_millis(200);

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
    /// Whether the index alone answers: no outside system is asked.
    pub plain: bool,
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
    let products = members.as_ref().map(|members| Arc::clone(&members.products));
    filters.extend(products.map(engine::Filter::Products));
    let looked = Looked {
        tree: &tree,
        filters: &filters,
        collections: members.as_ref().map(|members| members.collections.as_slice()),
        view: &view,
    };
    let begun = Begun::read(scope, &search)?;
    // A walk that began in the database ends there: its cursors mean nothing to the engine.
    let place = match begun {
        Begun::InDatabase(cursor) => return degraded(app, scope, &search, looked, Some(cursor)).await,
        Begun::At(place) => Some(place),
        Begun::Nowhere => None,
    };
    let language = Language::of_channel(&app.config.catalogue.languages, &scope.channel.slug);
    let request = SearchRequest {
        owner: index::owner(app).await?,
        channel: scope.channel.slug.clone(),
        language,
        text: search.text.clone(),
        words,
        curation: view.curation(),
        filters: filters.clone(),
        order: search.order,
        plain: search.plain,
        until: Some(Instant::now() + OUTSIDE),
        tuning: search.tuning.clone(),
        limit: search.page.first,
        facets: search.facets,
        ..SearchRequest::default()
    };
    let text = vectors::asked_by(app, &search);
    let found = match place {
        None => begin(app, request, text.as_deref()).await,
        Some(place) => go_on(app, request, text.as_deref(), place).await,
    };
    let Found { mut answer, missed } = match found {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "search is degraded: the database answers");
            return match place {
                None => degraded(app, scope, &search, looked, None).await,
                Some(_) => Ok(nothing(&search.page, &view)),
            };
        }
    };
    let hits = std::mem::take(&mut answer.hits);
    let shown = place.and_then(|place| place.within).map_or(0, |(shown, _)| shown);
    let has_next = answer.has_next || hits.len() > shown + search.page.first;
    let rows = cursor::rows(scope, &search, (&answer, missed), (hits, place), &view);
    let names = attribute_names(&app.db, &answer.facets).await?;
    Ok(Answer {
        page: Page {
            rows,
            has_next,
            has_previous: search.page.after.is_some(),
        },
        total: answer.total,
        degraded: answer.degraded || missed,
        corrected: answer.corrected,
        prices: answer.prices,
        facets: facet::facets(answer.facets, &filters, &tree, scope.channel.currency, &names),
        engine: answer.engine,
        redirect: view.redirect,
        rules: view.rules,
        marks: answer.marks,
        language,
    })
}

/// What the engine found, and whether there should have been a vector.
struct Found {
    answer: SearchAnswer,
    missed: bool,
}

/// The first page of a walk. The model is asked while others are.
async fn begin(app: &App, request: SearchRequest, text: Option<&str>) -> Result<Found, EngineError> {
    let missed = AtomicBool::new(false);
    let until = request.until.unwrap_or_else(Instant::now);
    let meaning = async {
        let vector = vectors::of_query(app, text, until).await;
        missed.store(text.is_some() && vector.is_none(), Ordering::Relaxed);
        vector
    };
    let answer = app.search.engine().search_by(request, Box::pin(meaning)).await?;
    Ok(Found {
        answer,
        missed: missed.into_inner(),
    })
}

/// A later page, in the order that the walk began with: with the vector where it began with one, and else without.
async fn go_on(app: &App, mut request: SearchRequest, text: Option<&str>, place: Place) -> Result<Found, EngineError> {
    let engine = app.search.engine();
    request.plain |= place.plain;
    request.walk = place.walk;
    if place.by_vector {
        let until = request.until.unwrap_or_else(Instant::now);
        request.vector = vectors::of_query(app, text, until).await;
    }
    let lost = place.by_vector && request.vector.is_none();
    request.after = Some(place.hit());
    if let Some((shown, size)) = place.within {
        request.after = None;
        request.limit = size.max(request.limit + shown);
    } else if lost {
        // Its rank is a place in another order.
        let (found, all) = engine::find_again(engine, &request, place.product).await?;
        request.plain |= all.degraded;
        request.walk = all.walk;
        if found.is_none() {
            let answer = SearchAnswer {
                total: all.total,
                engine: all.engine,
                ..SearchAnswer::default()
            };
            return Ok(Found { answer, missed: true });
        }
        request.after = found;
    }
    let answer = engine.search(request).await?;
    Ok(Found {
        answer,
        missed: place.missed || lost,
    })
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
pub(super) struct Looked<'a> {
    pub(super) tree: &'a CategoryTree,
    pub(super) filters: &'a [engine::Filter],
    /// Where there is a filter by collection: those that it names.
    pub(super) collections: Option<&'a [CollectionId]>,
    pub(super) view: &'a View,
}

/// The database's answer: products with all words in name or brand.
pub(super) async fn degraded(
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
    let tag = cursor::in_database(scope, search);
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
