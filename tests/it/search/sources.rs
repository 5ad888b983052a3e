//! What the embedded engine makes of other sources: another order, vectors, other channels.

use std::sync::Arc;

use async_trait::async_trait;
use merx::platform::clock::Clock;
use merx::search::Language;
use merx::search::embedder::{EmbedError, Embedder, Model};
use merx::search::engine::{
    Adjust, Curation, Document, Filter, SearchAnswer, SearchRequest, SuggestRequest, Target, Vector,
};
use merx::search::eval::{self, Catalogue, Judged};

use super::curated::{OWNER, document, lamps, numbers, product, request, shelf};

/// A search for lamps fused with what another source finds, adjusted.
fn fused(also: &[u128], adjust: Vec<Adjust>) -> SearchRequest {
    SearchRequest {
        also: vec![also.iter().map(|n| product(*n)).collect()],
        curation: Curation {
            pins: Vec::new(),
            adjust,
        },
        ..request("lamp ")
    }
}

fn percent(products: &[u128], percent: i32) -> Adjust {
    Adjust {
        target: Target::Products(products.iter().map(|n| product(*n)).collect()),
        percent,
    }
}

#[tokio::test]
async fn staff_has_the_last_word_on_what_is_fused() {
    let shelf = lamps().await;
    // What staff wants last is last, also where another source finds it first.
    let found = shelf.found(fused(&[1, 2], vec![percent(&[1], -100)])).await;
    assert_eq!((found.len(), found.last()), (6, Some(&1)), "{found:?}");
    // What one source alone finds, far behind, is lifted as what both find.
    let found = shelf.found(fused(&[1, 2, 3, 4], vec![percent(&[5], 900)])).await;
    assert_eq!(found[0], 5, "{found:?}");
    // Many rules for one product do not make it the last.
    let found = shelf
        .found(fused(&[1, 2], (0..30).map(|_| percent(&[3], 1_000)).collect()))
        .await;
    assert_eq!(found[0], 3, "{found:?}");
    let plain = SearchRequest {
        also: Vec::new(),
        ..fused(&[], (0..30).map(|_| percent(&[3], 1_000)).collect())
    };
    let pinned = SearchRequest {
        curation: Curation {
            pins: vec![product(6)],
            ..plain.curation.clone()
        },
        ..plain.clone()
    };
    assert_eq!(shelf.found(plain).await[0], 3);
    assert_eq!(shelf.found(pinned).await[..2], [6, 3], "pins stand above all");
}

#[tokio::test]
async fn a_boost_counts_once() {
    let shelf = lamps().await;
    // By words 1 2 3 4 5 7, by the other source, which counts a quarter, 2 1: 1 is worth a hundredth more. Two hundredths
    // decide, and no more than that: the third is 3 in both orders.
    let ask = |adjust| fused(&[2, 1, 3], adjust);
    assert_eq!(shelf.found(ask(Vec::new())).await[..3], [1, 2, 3]);
    assert_eq!(shelf.found(ask(vec![percent(&[2], 2)])).await[..3], [2, 1, 3]);
    assert_eq!(shelf.found(ask(vec![percent(&[1], 2)])).await[..3], [1, 2, 3]);
    // With a quarter of the other source 3 is worth 98 percent of 2 and 97 of 1: 1 percent does not lift it over them, 4
    // percent do.
    assert_eq!(shelf.found(ask(vec![percent(&[3], 1)])).await[2], 3);
    assert_eq!(shelf.found(ask(vec![percent(&[3], 4)])).await[0], 3);
}

fn vector(model: &str, numbers: &[f32]) -> Option<Vector> {
    Some(Vector {
        model: model.into(),
        numbers: numbers.into(),
    })
}

#[tokio::test]
async fn the_nearest_are_those_that_the_filters_let_through() {
    // A hundred and fifty products are nearer than the only one of its brand.
    let mut all: Vec<Document> = (1..=150)
        .map(|n| Document {
            vector: vector("m", &[1.0, 0.1, 0.0]),
            ..document(n, "Couch", "Acme")
        })
        .collect();
    all.push(Document {
        vector: vector("m", &[1.0, 0.4, 0.0]),
        ..document(151, "Couch", "Bolt")
    });
    all.extend((200..600).map(|n| Document {
        vector: vector("m", &[0.0, 0.0, 1.0]),
        ..document(n, "Lamp", "Bolt")
    }));
    let shelf = shelf(all).await;
    let near = |filters| SearchRequest {
        vector: vector("m", &[1.0, 0.0, 0.0]),
        filters,
        ..request("settee ")
    };
    let bolt = shelf.ask(near(vec![Filter::Brand(vec!["Bolt".to_owned()])])).await;
    assert_eq!(numbers(&bolt), [151]);
    let count = |answer: &SearchAnswer, brand: &str| {
        let found = answer.facets.brands.iter().find(|count| count.value == brand);
        found.map(|count| count.count)
    };
    assert_eq!(
        (count(&bolt, "Bolt"), count(&bolt, "Acme")),
        (Some(1), Some(100)),
        "facets count what is filtered"
    );
    assert_eq!(shelf.ask(near(Vec::new())).await.total, 100);
}

#[tokio::test]
async fn near_is_what_stands_out_whatever_the_model_gives_to_all() {
    let texts = [
        ("Couch", [1.0, 0.0]),
        ("Lamp", [0.0, 1.0]),
        ("Chair", [0.0, 1.0]),
        ("Table", [0.0, 1.0]),
    ];
    // By one model unrelated texts are as good as alike, by another alike ones hardly are.
    for (common, share, wanted) in [(1.0, 0.3, [1.0, 0.3, 0.0, 0.0]), (0.0, 1.0, [0.0, 0.15, 0.0, 1.0])] {
        let all = texts.iter().zip(1..).map(|((name, [a, b]), n)| Document {
            vector: vector("m", &[common, share * a, share * b, 0.0]),
            ..document(n, name, "Acme")
        });
        let shelf = shelf(all.collect()).await;
        let near = SearchRequest {
            vector: vector("m", &wanted),
            ..request("settee ")
        };
        assert_eq!(shelf.found(near).await, [1], "{common}");
    }
}

#[tokio::test]
async fn vectors_of_another_model_are_not_compared() {
    let of = |n, model| Document {
        vector: vector(model, &[1.0, 0.0]),
        ..document(n, "Couch", "Acme")
    };
    let shelf = shelf(vec![of(1, "old"), of(2, "new")]).await;
    for (model, expected) in [("old", vec![1]), ("new", vec![2]), ("newer", vec![])] {
        let near = SearchRequest {
            vector: vector(model, &[1.0, 0.0]),
            ..request("settee ")
        };
        assert_eq!(shelf.found(near).await, expected, "{model}");
    }
}

#[tokio::test]
async fn words_of_another_channel_are_not_known() {
    let eu = |n, name| Document {
        channel: "eu".to_owned(),
        ..document(n, name, "Acme")
    };
    let mut all = vec![document(1, "Lamp", "Acme")];
    all.extend((2..40).map(|n| eu(n, "Theremin prototype")));
    let shelf = shelf(all).await;
    let answer = shelf.ask(request("theremni ")).await;
    assert_eq!((answer.corrected, answer.total), (None, 0));
    let begun = shelf.ask(request("prot")).await;
    assert_eq!((begun.total, begun.marks.beginning), (0, None));
    let there = SearchRequest {
        channel: "eu".to_owned(),
        ..request("theremni ")
    };
    assert_eq!(shelf.ask(there).await.corrected.as_deref(), Some("theremin"));
    let suggest = SuggestRequest {
        owner: OWNER,
        channel: "us".to_owned(),
        language: Language::English,
        text: "ther".to_owned(),
        words: Arc::default(),
        limit: 5,
    };
    let suggested = shelf.engine.suggest(suggest).await.expect("suggestions");
    assert_eq!((suggested.queries, suggested.products), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn what_a_model_does_for_the_order_is_measured() {
    let shelf = shelf(vec![
        Document {
            vector: vector("twins", &[1.0, 0.0]),
            ..document(1, "Velvet Settee", "Acme")
        },
        Document {
            vector: vector("twins", &[0.0, 1.0]),
            ..document(2, "Lamp", "Acme")
        },
    ])
    .await;
    let catalogue = Catalogue {
        owner: OWNER,
        channel: "us".to_owned(),
        skus: [1, 2].map(|n| (product(n), vec![format!("SKU-{n}")])).into(),
        ..Catalogue::default()
    };
    let judged = [Judged {
        text: "couch".to_owned(),
        grades: [("SKU-1".to_owned(), 3)].into(),
    }];
    let by_words = eval::run(&*shelf.engine, None, &catalogue, &judged, false)
        .await
        .expect("answers");
    assert_eq!((by_words.zero, by_words.mean.ndcg), (1, 0.0));
    let model = Model::new(Arc::new(Twins), Clock::system());
    let by_meaning = eval::run(&*shelf.engine, Some(&model), &catalogue, &judged, false)
        .await
        .expect("answers");
    assert_eq!((by_meaning.zero, by_meaning.mean.ndcg), (0, 1.0));
}

/// A model to which all that is asked is a settee.
struct Twins;

#[async_trait]
impl Embedder for Twins {
    fn model(&self) -> &str {
        "twins"
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        Ok(texts.iter().map(|_| vec![1.0, 0.0]).collect())
    }
}
