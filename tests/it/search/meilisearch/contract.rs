//! What every engine must do.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use merx::config::SearchEngine;
use merx::search::Language;
use merx::search::engine::{Batch, Count, Filter, NumberBand, Order, PriceBand, SearchRequest, SuggestRequest};
use merx::search::words::Vocabulary;

use super::catalogue::{Bench, HOSTILE, category, document, documents, number, product};

async fn contract(kind: SearchEngine) {
    let Some(bench) = Bench::with(kind, &documents()).await else {
        return;
    };
    words(&bench).await;
    marks_and_phrases(&bench).await;
    vocabulary(&bench).await;
    facets(&bench).await;
    prices(&bench).await;
    numbers_of_attributes(&bench).await;
    channels(&bench).await;
    pages(&bench).await;
    hostile(&bench).await;
    suggestions(&bench).await;
    changes(&bench).await;
    bench.clear().await;
}

#[tokio::test]
async fn the_embedded_engine_keeps_the_contract() {
    contract(SearchEngine::Embedded).await;
}

#[tokio::test]
async fn meilisearch_keeps_the_contract() {
    contract(SearchEngine::Meilisearch).await;
}

#[tokio::test]
async fn both_fused_keep_the_contract() {
    contract(SearchEngine::Fused).await;
}

async fn words(bench: &Bench) {
    let kind = bench.kind;
    for text in [
        "headphones ",
        "headphone ",
        "HEADPHONES ",
        "headph",
        "haedphones ",
        "headphnes ",
    ] {
        let mut found = bench.set(text).await;
        found.truncate(3);
        assert_eq!(found, [1, 2, 3], "{kind:?} {text}");
    }
    assert_eq!(bench.found(&bench.request("creme brulee ")).await[0], 8, "{kind:?}");
    assert_eq!(bench.found(&bench.request("lamps reading ")).await[0], 5, "{kind:?}");
    assert_eq!(bench.found(&bench.request("x1234 ")).await, [10], "{kind:?}");
    assert!(
        bench.set("x1235 ").await.is_empty(),
        "{kind:?}: another number is another thing"
    );
    assert!(bench.set("qqqqqq ").await.is_empty(), "{kind:?}");
    assert_eq!(bench.found(&bench.request("noise cancelling ")).await[0], 1, "{kind:?}");
}

async fn marks_and_phrases(bench: &Bench) {
    let kind = bench.kind;
    assert_eq!(bench.set("running shoes ").await, [6, 7], "{kind:?}");
    assert_eq!(bench.set("\"running shoes\"").await, [6], "{kind:?}");
    assert_eq!(bench.set("headphones -wireless").await, [2, 3], "{kind:?}");
    assert_eq!(bench.set("shoes -\"running shoes\"").await, [7], "{kind:?}");
    let answer = bench.ask(&bench.request("table lam")).await;
    let marked: Vec<String> = answer
        .marks
        .words
        .iter()
        .chain(&answer.marks.beginning)
        .cloned()
        .collect();
    for beginning in ["tabl", "lam"] {
        assert!(
            marked.iter().any(|word| word.starts_with(beginning)),
            "{kind:?}: {marked:?}"
        );
    }
}

async fn vocabulary(bench: &Bench) {
    let kind = bench.kind;
    let mut words = Vocabulary::default();
    words.instead("couch", "sofa");
    words.stop("please");
    let words = Arc::new(words);
    bench.engine.teach(bench.owner, &words).await.expect("taught");
    let ask = |text: &str| SearchRequest {
        words: Arc::clone(&words),
        ..bench.request(text)
    };
    let learns = async {
        while bench.found(&ask("couch ")).await != [9] {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let learnt = tokio::time::timeout(Duration::from_secs(20), learns).await;
    assert!(learnt.is_ok(), "{kind:?}: a couch is no sofa");
    let mut lamps = bench.found(&ask("please lamp ")).await;
    lamps.sort_unstable();
    assert_eq!(lamps, [4, 5], "{kind:?}");
}

fn counts<V: Ord + Clone>(of: &[Count<V>]) -> BTreeMap<V, u64> {
    of.iter().map(|c| (c.value.clone(), c.count)).collect()
}

fn texts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs
        .iter()
        .map(|(value, count)| ((*value).to_owned(), *count))
        .collect()
}

async fn facets(bench: &Bench) {
    let kind = bench.kind;
    let all = bench.ask(&bench.request("headphones ")).await;
    assert_eq!(all.total, 3, "{kind:?}");
    assert_eq!(
        counts(&all.facets.brands),
        texts(&[("Aria Works", 2), ("Bolt", 1)]),
        "{kind:?}"
    );
    let categories = counts(&all.facets.categories);
    assert_eq!(
        (categories[&category("Sound")], categories[&category("Ear")]),
        (3, 3),
        "{kind:?}"
    );
    let colour = |value: &str| Filter::Attribute {
        key: "colour".to_owned(),
        values: vec![value.to_owned()],
    };
    let narrow = |filters: Vec<Filter>| SearchRequest {
        filters,
        ..bench.request("headphones ")
    };
    // Case does not matter, and the filter of a facet does not narrow the facet.
    let aria = Filter::Brand(vec!["aria works".to_owned()]);
    let narrowed = bench.ask(&narrow(vec![aria.clone()])).await;
    assert_eq!(narrowed.total, 2, "{kind:?}");
    assert_eq!(counts(&narrowed.facets.brands), counts(&all.facets.brands), "{kind:?}");
    assert_eq!(counts(&narrowed.facets.categories)[&category("Sound")], 2, "{kind:?}");
    let red = bench.ask(&narrow(vec![colour("red")])).await;
    assert_eq!(
        red.hits.iter().map(|h| number(h.product)).collect::<Vec<_>>(),
        [3],
        "{kind:?}"
    );
    let colours = red
        .facets
        .attributes
        .iter()
        .find(|a| a.key == "colour")
        .expect("colours");
    assert_eq!(
        counts(&colours.values),
        texts(&[("Black", 1), ("Red", 1), ("White", 1)]),
        "{kind:?}"
    );
    let both = bench.ask(&narrow(vec![aria, colour("Black")])).await;
    assert_eq!(both.total, 1, "{kind:?}");
    assert_eq!(counts(&both.facets.brands), texts(&[("Aria Works", 1)]), "{kind:?}");
    let of_both = both
        .facets
        .attributes
        .iter()
        .find(|a| a.key == "colour")
        .expect("colours");
    assert_eq!(
        counts(&of_both.values),
        texts(&[("Black", 1), ("White", 1)]),
        "{kind:?}"
    );
    let ear = bench
        .ask(&narrow(vec![Filter::Category(vec![category("Light")])]))
        .await;
    assert_eq!(ear.total, 0, "{kind:?}");
    let none = bench.ask(&narrow(vec![Filter::Category(Vec::new())])).await;
    assert_eq!(none.total, 0, "{kind:?}: none of no categories");
}

async fn prices(bench: &Bench) {
    let kind = bench.kind;
    let within = |gte: Option<i64>, lte: Option<i64>| SearchRequest {
        filters: vec![Filter::Price(vec![PriceBand { gte, lte }])],
        ..bench.request("headphones ")
    };
    for (gte, lte, expected) in [
        (Some(4_900), Some(4_900), 1),
        (Some(4_901), Some(14_899), 0),
        (Some(14_900), None, 2),
        (None, Some(14_900), 2),
        (None, None, 3),
    ] {
        let answer = bench.ask(&within(gte, lte)).await;
        assert_eq!(answer.total, expected, "{kind:?} {gte:?} to {lte:?}");
    }
    let all = bench.ask(&bench.request("headphones ")).await;
    assert_eq!(all.prices, Some((4_900, 19_900)), "{kind:?}");
    let browsed = bench.ask(&bench.request("")).await;
    assert!(browsed.facets.prices.len() > 2, "{kind:?}: {:?}", browsed.facets.prices);
    let mut sum = 0;
    for band in &browsed.facets.prices {
        let request = SearchRequest {
            filters: vec![Filter::Price(vec![band.value])],
            ..bench.request("")
        };
        let narrowed = bench.ask(&request).await;
        assert_eq!(narrowed.total, band.count, "{kind:?} {band:?}");
        assert_eq!(
            narrowed.facets.prices, browsed.facets.prices,
            "{kind:?}: the bands stay"
        );
        sum += band.count;
    }
    assert_eq!(sum, browsed.total, "{kind:?}");
}

async fn numbers_of_attributes(bench: &Bench) {
    let kind = bench.kind;
    let asked = |gte: Option<&str>, lte: Option<&str>, values: &[&str]| {
        let steps = |end: Option<&str>| end.map(|text| NumberBand::steps(text).expect("a number"));
        let band = NumberBand {
            gte: steps(gte),
            lte: steps(lte),
        };
        SearchRequest {
            filters: vec![Filter::Numbers {
                key: "width".to_owned(),
                bands: vec![band],
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            }],
            ..bench.request("headphones ")
        }
    };
    // 9.5, 10.25 and one that is no number: compared as numbers, not as texts.
    for (gte, lte, values, expected) in [
        (Some("9.5"), Some("10.25"), &[][..], &[1, 2][..]),
        (Some("10"), None, &[], &[2]),
        (None, Some("9.499999"), &[], &[]),
        (None, None, &[], &[1, 2]),
        (Some("10"), None, &["Wide"], &[2, 3]),
    ] {
        let mut found = bench.found(&asked(gte, lte, values)).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{kind:?} {gte:?} to {lte:?}");
    }
    // The filter of a facet does not narrow the facet.
    let answer = bench.ask(&asked(Some("10"), None, &[])).await;
    let widths = answer
        .facets
        .attributes
        .iter()
        .find(|a| a.key == "width")
        .expect("widths");
    assert_eq!(
        counts(&widths.values),
        texts(&[("10.25", 1), ("9.5", 1), ("wide", 1)]),
        "{kind:?}"
    );
}

async fn channels(bench: &Bench) {
    let kind = bench.kind;
    let eu = |text: &str| SearchRequest {
        channel: "eu".to_owned(),
        ..bench.request(text)
    };
    assert!(bench.set("zither ").await.is_empty(), "{kind:?}");
    assert_eq!(bench.found(&eu("zither ")).await, [12], "{kind:?}");
    let kids = bench.ask(&eu("headphones ")).await;
    assert_eq!((kids.total, kids.prices), (1, Some((5_295, 5_295))), "{kind:?}");
    assert_eq!(bench.ask(&eu("")).await.total, 2, "{kind:?}");
    let nowhere = SearchRequest {
        channel: "nowhere".to_owned(),
        ..bench.request("")
    };
    assert_eq!(bench.ask(&nowhere).await.total, 0, "{kind:?}");
}

async fn pages(bench: &Bench) {
    let kind = bench.kind;
    for order in [
        Order::Relevance,
        Order::PriceUp,
        Order::PriceDown,
        Order::Newest,
        Order::BestSelling,
    ] {
        // Of several words Meilisearch insists on the rarest.
        let few = if kind == SearchEngine::Meilisearch { 1 } else { 40 };
        for (text, least) in [("", 40), ("paging ", 40), ("paging item 7", few)] {
            let whole = SearchRequest {
                order,
                ..bench.request(text)
            };
            let all = bench.ask(&whole).await;
            assert!(
                all.hits.len() >= least,
                "{kind:?} {order:?} {text:?}: {}",
                all.hits.len()
            );
            let mut walked = Vec::new();
            let mut page = SearchRequest {
                limit: 7,
                facets: false,
                ..whole.clone()
            };
            loop {
                let answer = bench.ask(&page).await;
                assert_eq!(answer.total, all.total, "{kind:?} {order:?} {text:?}");
                walked.extend(answer.hits.iter().map(|hit| hit.product));
                page.after = answer.hits.last().copied();
                if !answer.has_next {
                    break;
                }
            }
            let expected: Vec<_> = all.hits.iter().map(|hit| hit.product).collect();
            assert_eq!(walked, expected, "{kind:?} {order:?} {text:?}");
            assert_eq!(walked.len() as u64, all.total, "{kind:?} {order:?} {text:?}");
        }
    }
    let by = |order: Order| SearchRequest {
        order,
        ..bench.request("headphones ")
    };
    assert_eq!(bench.found(&by(Order::PriceUp)).await, [3, 2, 1], "{kind:?}");
    assert_eq!(bench.found(&by(Order::PriceDown)).await, [1, 2, 3], "{kind:?}");
    assert_eq!(bench.found(&by(Order::Newest)).await, [3, 2, 1], "{kind:?}");
    assert_eq!(bench.found(&by(Order::BestSelling)).await, [2, 1, 3], "{kind:?}");
    let none = SearchRequest {
        limit: 0,
        ..bench.request("paging ")
    };
    let none = bench.ask(&none).await;
    assert!(none.hits.is_empty() && none.total == 40, "{kind:?}");
}

async fn hostile(bench: &Bench) {
    let kind = bench.kind;
    let total = |filter: Filter| {
        let request = SearchRequest {
            filters: vec![filter],
            ..bench.request("")
        };
        async move { bench.ask(&request).await.total }
    };
    assert_eq!(total(Filter::Brand(vec![HOSTILE.to_owned()])).await, 1, "{kind:?}");
    for text in [
        "\" OR x != 1",
        "' OR x != 1",
        "\\\" OR x != 1",
        "\\",
        "\\\\\"",
        "x\" OR channel EXISTS OR id = \"",
        "]",
        "a, b] OR price > 0",
        "\u{0}\n",
        "",
    ] {
        let text = text.to_owned();
        assert_eq!(total(Filter::Brand(vec![text.clone()])).await, 0, "{kind:?} {text:?}");
        let attribute = Filter::Attribute {
            key: text.clone(),
            values: vec![text.clone()],
        };
        assert_eq!(total(attribute).await, 0, "{kind:?} {text:?}");
        let channel = SearchRequest {
            channel: text.clone(),
            ..bench.request("")
        };
        assert_eq!(bench.ask(&channel).await.total, 0, "{kind:?} {text:?}");
        // As words it is only words.
        bench.ask(&bench.request(&text)).await;
    }
}

async fn suggestions(bench: &Bench) {
    let kind = bench.kind;
    let suggest = |text: &str| SuggestRequest {
        owner: bench.owner,
        channel: "us".to_owned(),
        language: Language::English,
        text: text.to_owned(),
        words: Arc::default(),
        limit: 5,
    };
    let ask = async |text: &str| bench.engine.suggest(suggest(text)).await.expect("suggestions");
    let answer = ask("headp").await;
    let mut products: Vec<u128> = answer.products.iter().map(|id| number(*id)).collect();
    products.sort_unstable();
    assert_eq!(products, [1, 2, 3], "{kind:?}");
    assert!(
        answer.queries.contains(&"headphones".to_owned()),
        "{kind:?}: {:?}",
        answer.queries
    );
    assert!(answer.categories.contains(&category("Ear")), "{kind:?}");
    assert_eq!(ask("Ari").await.brands, ["Aria Works"], "{kind:?}");
    assert_eq!(ask("reading la").await.products[0], product(5), "{kind:?}");
}

async fn changes(bench: &Bench) {
    let kind = bench.kind;
    let renamed = document(5, "Theremin", 6_900);
    let batch = Batch {
        products: vec![product(4), product(5), product(500)],
        documents: vec![renamed, document(500, "Marimba", 100)],
    };
    bench.engine.write(bench.owner, batch).await.expect("written");
    let missing = bench
        .engine
        .settle(bench.owner, &[product(4), product(5), product(500)])
        .await;
    assert_eq!(missing, [], "{kind:?}");
    assert_eq!(bench.found(&bench.request("theremin ")).await, [5], "{kind:?}");
    assert_eq!(bench.found(&bench.request("marimba ")).await, [500], "{kind:?}");
    assert!(bench.set("lamp ").await.is_empty(), "{kind:?}");
    bench.fill(&documents()).await;
    assert_eq!(bench.set("lamp ").await, [4, 5], "{kind:?}");
    assert!(bench.set("marimba ").await.is_empty(), "{kind:?}");
}
