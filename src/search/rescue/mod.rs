//! A search that finds nothing ends with something all the same.

mod graphql;

use entity::ProductId;

use crate::app::App;
use crate::channel::Scope;
use crate::platform::page::PageArgs;
use crate::search::engine::Order;
use crate::search::insight::WITHHELD;
use crate::search::query::{Curate, Query, SearchError, search};
use crate::search::words::Typed;

pub use graphql::SearchRescue;

/// Products that are offered.
const PRODUCTS: usize = 8;
/// Queries that are offered.
const QUERIES: usize = 5;
/// Words that are tried to do without.
const WORDS_MAX: usize = 6;

/// What is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RescueKind {
    /// What the same words find without the filters.
    WithoutFilters,
    /// What fewer words find, or the same ones without quotation marks and exclusions.
    FewerWords,
    /// What sells best.
    Popular,
}

/// What is offered in place of hits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rescue {
    /// What it is.
    pub kind: RescueKind,
    /// The query that finds it; none for what is popular.
    pub query: Option<String>,
    /// Products, best first.
    pub products: Vec<ProductId>,
    /// Queries that many make.
    pub queries: Vec<String>,
}

/// What to offer to who found nothing by `asked`: the same without filters, else the words without quotation marks and
/// exclusions, else what most of them find, else what sells best.
///
/// # Errors
/// See [`SearchError`].
pub async fn rescue(app: &App, scope: &Scope, asked: &Query) -> Result<Rescue, SearchError> {
    let known = app.search.shelf().get(app, scope.channel.id).await?;
    let queries: Vec<String> = known
        .popular
        .iter()
        .filter(|query| *query != WITHHELD)
        .take(QUERIES)
        .cloned()
        .collect();
    let found = |kind, query, products| Rescue {
        kind,
        query,
        products,
        queries: queries.clone(),
    };
    if !asked.filters.is_empty() {
        let (total, products) = look(app, scope, asked.text.clone(), Order::Relevance).await?;
        if total > 0 {
            return Ok(found(RescueKind::WithoutFilters, Some(asked.text.clone()), products));
        }
    }
    let typed = Typed::read(&asked.text);
    let words: Vec<&str> = typed.text.split_whitespace().take(WORDS_MAX).collect();
    for texts in [unmarked(&typed), one_less(&words), each(&words)] {
        let mut best: Option<(u64, String, Vec<ProductId>)> = None;
        for text in texts {
            let (total, products) = look(app, scope, text.clone(), Order::Relevance).await?;
            if total > best.as_ref().map_or(0, |best| best.0) {
                best = Some((total, text, products));
            }
        }
        if let Some((_, text, products)) = best {
            return Ok(found(RescueKind::FewerWords, Some(text), products));
        }
    }
    let (_, products) = look(app, scope, String::new(), Order::BestSelling).await?;
    Ok(found(RescueKind::Popular, None, products))
}

/// The same words without quotation marks and exclusions, where there are some.
fn unmarked(typed: &Typed) -> Vec<String> {
    let marked = !(typed.phrases.is_empty() && typed.excluded.is_empty());
    let says_something = !typed.text.trim().is_empty();
    (marked && says_something)
        .then(|| typed.text.clone())
        .into_iter()
        .collect()
}

/// The words without one of them, for each.
fn one_less(words: &[&str]) -> Vec<String> {
    if words.len() < 2 {
        return Vec::new();
    }
    let without = |i: usize| [&words[..i], &words[i + 1..]].concat().join(" ");
    (0..words.len()).map(without).collect()
}

/// The words by themselves.
fn each(words: &[&str]) -> Vec<String> {
    if words.len() < 3 {
        return Vec::new();
    }
    words.iter().map(|word| (*word).to_owned()).collect()
}

async fn look(app: &App, scope: &Scope, text: String, order: Order) -> Result<(u64, Vec<ProductId>), SearchError> {
    let query = Query {
        text,
        order,
        page: PageArgs {
            first: PRODUCTS,
            after: None,
        },
        curate: Curate::Never,
        plain: true,
        ..Query::default()
    };
    let answer = Box::pin(search(app, scope, query)).await?;
    let products = answer.page.rows.into_iter().map(|(_, product)| product).collect();
    Ok((answer.total, products))
}
