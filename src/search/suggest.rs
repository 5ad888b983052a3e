//! Suggesting while somebody types.

use std::sync::Arc;

use entity::{CategoryId, ProductId};

use crate::app::App;
use crate::catalog::Category;
use crate::channel::Scope;
use crate::platform::page::PageArgs;
use crate::search::engine::{self, SuggestRequest};
use crate::search::language::Language;
use crate::search::merchandising::View;
use crate::search::query::{Looked, Query, SearchError, degraded};
use crate::search::words::bounded;
use crate::search::{index, insight};

/// Categories, and other kinds, that a beginning suggests at most.
pub const SUGGESTIONS_MAX: usize = 20;

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
