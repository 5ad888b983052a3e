//! Searches as Meilisearch reads them.

use std::collections::HashMap;

use entity::ProductId;
use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{MatchingStrategies, SearchQuery, SearchResults, Selectors};
use serde::Deserialize;
use uuid::Uuid;

use super::document::field;
use super::facets::{Counted, Counts};
use super::wire::Wire;
use super::{filter, settings};
use crate::search::engine::{Filter, Hit, Marks, Order, SearchAnswer, SearchRequest};
use crate::search::language::{Language, Stemmer, tokens};
use crate::search::words::{Typed, Vocabulary};

/// How far from its old place the last hit of a page is looked for, when the index has changed since.
const SHIFT: usize = 100;

/// What is read of a document.
#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) product: Uuid,
    #[serde(default)]
    pub(super) title: String,
}

impl Found {
    pub(super) fn id(&self) -> ProductId {
        ProductId(self.product)
    }
}

/// The words of `text` without their endings.
pub(super) fn stemmed(language: Language, text: &str) -> Vec<String> {
    let stemmer = Stemmer::new(language);
    tokens(text).map(|token| stemmer.stem(&token.word)).collect()
}

/// `text` as Meilisearch reads it: words without their endings, phrases between quotation marks, exclusions behind a
/// hyphen. Empty when there is nothing to look for.
pub(super) fn words(language: Language, text: &str, vocabulary: &Vocabulary) -> String {
    let typed = Typed::read(text);
    let stemmer = Stemmer::new(language);
    let stem = |text: &str| stemmed(language, text);
    let mut words = vocabulary.telling(language, &typed.text);
    for word in &mut words {
        *word = stemmer.stem(word);
    }
    let begun = if typed.typing { words.pop() } else { None };
    let codes: Vec<String> = words.extract_if(.., |word| is_code(word)).collect();
    words.extend(begun);
    if !typed.typing && !words.is_empty() && typed.phrases.is_empty() {
        // A space behind the last word says that it is whole.
        words.push(String::new());
    }
    let phrases = typed.phrases.iter().map(|phrase| stem(phrase).join(" ")).chain(codes);
    let mut parts: Vec<String> = phrases
        .filter(|phrase| !phrase.is_empty())
        .map(|phrase| format!("\"{phrase}\""))
        .collect();
    for excluded in &typed.excluded {
        let excluded = stem(excluded);
        match excluded.as_slice() {
            [] => {}
            [word] => parts.push(format!("-{word}")),
            words => parts.push(format!("-\"{}\"", words.join(" "))),
        }
    }
    parts.push(words.join(" "));
    parts.join(" ")
}

/// Whether `word` is one in which Meilisearch would take another digit for a typo. A phrase has none.
fn is_code(word: &str) -> bool {
    let has = |of: fn(&char) -> bool| word.chars().any(|c| of(&c));
    word.chars().count() >= usize::from(settings::TYPO_MIN) && has(char::is_ascii_digit) && has(|c| c.is_alphabetic())
}

/// A search with everything that its query borrows.
pub(super) struct Asked<'a> {
    request: &'a SearchRequest,
    words: String,
    sort: Vec<&'static str>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(request: &'a SearchRequest) -> Self {
        let words = words(request.language, &request.text, &request.words);
        let browsing = words.trim().is_empty();
        let sort = match request.order {
            Order::Relevance if browsing => vec!["available:desc", "sold:desc", "product:asc"],
            Order::Relevance => Vec::new(),
            Order::PriceUp => vec!["price:asc", "product:asc"],
            Order::PriceDown => vec!["price:desc", "product:asc"],
            Order::Newest => vec!["created:desc", "product:asc"],
            Order::BestSelling => vec!["sold:desc", "product:asc"],
        };
        Self { request, words, sort }
    }

    fn filter(&self, without: Option<&Filter>) -> String {
        let filters = self.request.filters.iter();
        let mut all = filter::all(&self.request.channel, filters.filter(|f| without != Some(*f)));
        let pins = &self.request.curation.pins;
        if self.request.order == Order::Relevance && !pins.is_empty() && without.is_none() {
            all = format!("{all} AND NOT {}", filter::products(pins));
        }
        all
    }

    /// The best hits, `limit` at most, behind `offset` others.
    pub(super) async fn hits(
        &self,
        index: &Index<Wire>,
        offset: usize,
        limit: usize,
        shown: &[&str],
    ) -> Result<Vec<Found>, Error> {
        let filter = self.filter(None);
        let mut query = self.query(index, &filter, shown);
        query.with_offset(offset).with_limit(limit);
        let found: SearchResults<Found> = query.execute().await?;
        Ok(found.hits.into_iter().map(|hit| hit.result).collect())
    }

    fn query<'b>(&'b self, index: &'b Index<Wire>, filter: &'b str, shown: &'b [&'b str]) -> SearchQuery<'b, Wire> {
        let mut query = index.search();
        query
            .with_query(&self.words)
            .with_filter(filter)
            .with_sort(&self.sort)
            .with_attributes_to_retrieve(Selectors::Some(shown))
            .with_matching_strategy(MatchingStrategies::FREQUENCY);
        query
    }

    /// The pinned products that the channel sells and the filters let through.
    async fn pins(&self, index: &Index<Wire>) -> Result<Vec<ProductId>, Error> {
        let pins = &self.request.curation.pins;
        if pins.is_empty() || self.request.order != Order::Relevance {
            return Ok(Vec::new());
        }
        let filters = filter::all(&self.request.channel, &self.request.filters);
        let filter = format!("{filters} AND {}", filter::products(pins));
        let mut query = index.search();
        query
            .with_filter(&filter)
            .with_limit(pins.len())
            .with_attributes_to_retrieve(Selectors::Some(&[field::PRODUCT]));
        let found: SearchResults<Found> = query.execute().await?;
        let sold: Vec<ProductId> = found.hits.iter().map(|hit| hit.result.id()).collect();
        Ok(pins.iter().filter(|pin| sold.contains(pin)).copied().collect())
    }

    /// A page. Meilisearch knows places and no ranks, so the rank of a hit is its place; the product of the cursor
    /// mends what has moved since.
    pub(super) async fn page(&self, client: &Client<Wire>, index: &Index<Wire>) -> Result<SearchAnswer, Error> {
        let (pins, counted) = tokio::try_join!(self.pins(index), self.counts(client, index))?;
        let limit = self.request.limit;
        let wanted = limit + 1;
        let place = |hit: Hit| usize::try_from(hit.rank.saturating_neg()).unwrap_or_default();
        // Places count the pins too.
        let (from, mut products) = match self.request.after {
            None => (0, Vec::new()),
            Some(after) => self.behind(index, after, place(after), &pins).await?,
        };
        if products.is_empty() {
            products.extend(pins.iter().skip(from).take(wanted));
            if products.len() < wanted && limit > 0 {
                let offset = from.saturating_sub(pins.len());
                let found = self.products(index, offset, wanted - products.len());
                products.extend(found.await?);
            }
        }
        let typed = Typed::read(&self.request.text);
        let mut marked: Vec<String> = typed.text.split_whitespace().map(str::to_owned).collect();
        let beginning = typed.typing.then(|| marked.pop()).flatten();
        let hits = (from..).zip(&products).take(limit).map(|(place, product)| Hit {
            product: *product,
            rank: i64::try_from(place).unwrap_or(i64::MAX).saturating_neg(),
        });
        Ok(SearchAnswer {
            hits: hits.collect(),
            has_next: products.len() > limit,
            total: counted.total + pins.len() as u64,
            prices: counted.prices,
            facets: counted.counted.facets(&self.request.filters),
            marks: Marks {
                words: marked,
                beginning,
            },
            engine: "meilisearch",
            ..SearchAnswer::default()
        })
    }

    /// The place behind `after`, which was at `place`, and what stands from there on, where that is known.
    async fn behind(
        &self,
        index: &Index<Wire>,
        after: Hit,
        place: usize,
        pins: &[ProductId],
    ) -> Result<(usize, Vec<ProductId>), Error> {
        if let Some(at) = pins.iter().position(|pin| *pin == after.product) {
            return Ok((at + 1, Vec::new()));
        }
        let old = place.saturating_sub(pins.len());
        // With the page behind it, and whether there is another: deep in an order each look takes long.
        let mut there = self.products(index, old, self.request.limit + 2).await?;
        if there.first() == Some(&after.product) {
            there.remove(0);
            return Ok((pins.len() + old + 1, there));
        }
        let from = old.saturating_sub(SHIFT);
        let near = self.products(index, from, 2 * SHIFT).await?;
        let at = near.iter().position(|product| *product == after.product);
        // Where it is gone those behind it have moved up.
        Ok((at.map_or(place, |at| pins.len() + from + at + 1), Vec::new()))
    }

    async fn products(&self, index: &Index<Wire>, offset: usize, limit: usize) -> Result<Vec<ProductId>, Error> {
        let found = self.hits(index, offset, limit, &[field::PRODUCT]).await?;
        Ok(found.iter().map(Found::id).collect())
    }

    /// Totals and facets: one query for all hits, and one for each filter, without it.
    async fn counts(&self, client: &Client<Wire>, index: &Index<Wire>) -> Result<Totals, Error> {
        let filters = &self.request.filters;
        let facets = self.request.facets;
        let everything = [
            field::CHANNEL,
            field::PRICE,
            field::BRAND,
            field::CATEGORY_KEY,
            field::PRICE_STEP,
            field::ATTRIBUTE,
        ];
        let of_all: &[&str] = if facets { &everything } else { &everything[..2] };
        let relaxed: Vec<(&Filter, String, [&str; 1])> = filters
            .iter()
            .filter(|_| facets)
            .filter_map(|filter| Some((filter, self.filter(Some(filter)), [facet_of(filter)?])))
            .collect();
        let all = self.filter(None);
        let mut search = client.multi_search();
        let mut query = self.query(index, &all, &[]);
        query
            .with_facets(Selectors::Some(of_all))
            .with_limit(0)
            .with_index_uid();
        search.with_search_query(query);
        for (_, filter, facet) in &relaxed {
            let mut query = self.query(index, filter, &[]);
            query.with_facets(Selectors::Some(facet)).with_limit(0).with_index_uid();
            search.with_search_query(query);
        }
        let answers = search.execute::<Found>().await?.results;
        let mut answers = answers.into_iter();
        let mut totals = Totals::default();
        if let Some(answer) = answers.next() {
            let mut of = answer.facet_distribution.unwrap_or_default();
            totals.total = of.get(field::CHANNEL).map_or(0, |c| c.values().sum::<usize>() as u64);
            let stats = answer.facet_stats.unwrap_or_default();
            totals.prices = stats.get(field::PRICE).map(|s| (s.min as i64, s.max as i64));
            totals.counted = Counted {
                brands: take(&mut of, field::BRAND),
                categories: take(&mut of, field::CATEGORY_KEY),
                steps: take(&mut of, field::PRICE_STEP),
                attributes: take(&mut of, field::ATTRIBUTE),
                filtered: Vec::new(),
            };
        }
        for ((filter, ..), answer) in relaxed.iter().zip(answers) {
            let mut of = answer.facet_distribution.unwrap_or_default();
            let counts = facet_of(filter).map(|facet| take(&mut of, facet)).unwrap_or_default();
            let counted = &mut totals.counted;
            match filter {
                Filter::Products(_) | Filter::Numbers { .. } => {}
                Filter::Brand(_) => counted.brands = counts,
                Filter::Category(_) => counted.categories = counts,
                Filter::Price(_) => counted.steps = counts,
                Filter::Attribute { key, .. } => counted.filtered.push((key.clone(), counts)),
            }
        }
        Ok(totals)
    }
}

/// What is counted of all hits.
#[derive(Default)]
struct Totals {
    total: u64,
    prices: Option<(i64, i64)>,
    counted: Counted,
}

fn facet_of(filter: &Filter) -> Option<&'static str> {
    match filter {
        Filter::Products(_) | Filter::Numbers { .. } => None,
        Filter::Brand(_) => Some(field::BRAND),
        Filter::Category(_) => Some(field::CATEGORY_KEY),
        Filter::Price(_) => Some(field::PRICE_STEP),
        Filter::Attribute { .. } => Some(field::ATTRIBUTE),
    }
}

pub(super) fn take(of: &mut HashMap<String, Counts>, field: &str) -> Counts {
    of.remove(field).unwrap_or_default()
}
