//! What staff and the vocabulary do to the embedded engine: pins, boosts, synonyms, stop words; phrases and exclusions.

use std::sync::Arc;

use entity::{CategoryId, ChannelId, ProductId};
use futures_util::StreamExt;
use merx::search::engine::{
    Adjust, Batch, Curation, Document, Filter, Order, Owner, SearchAnswer, SearchRequest, Target, Tuning, from_data_dir,
};
use merx::search::words::Vocabulary;
use merx::search::{Engine, Language};
use uuid::Uuid;

pub(super) const OWNER: Owner = Owner(Some(ChannelId(Uuid::from_u128(1))));

pub(super) fn product(number: u128) -> ProductId {
    ProductId(Uuid::from_u128(number))
}

pub(super) fn document(number: u128, name: &str, brand: &str) -> Document {
    Document {
        product: product(number),
        channel: "us".to_owned(),
        language: Default::default(),
        name: name.to_owned(),
        brand: Some(brand.to_owned()),
        categories: vec![(CategoryId(Uuid::from_u128(number % 2)), "Things".to_owned())],
        description: String::new(),
        attributes: vec![("colour".to_owned(), if number > 3 { "Red" } else { "Blue" }.to_owned())],
        options: Vec::new(),
        tags: Vec::new(),
        skus: vec![format!("SKU-{number}")],
        price: 100 * i64::try_from(number).expect("small"),
        available: true,
        units_sold: 0,
        created: 0,
        vector: None,
    }
}

pub(super) struct Shelf {
    pub(super) engine: Arc<dyn Engine>,
    _folder: tempfile::TempDir,
}

pub(super) async fn shelf(documents: Vec<Document>) -> Shelf {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = from_data_dir(folder.path()).expect("the engine opens");
    let products = documents.iter().map(|d| d.product).collect();
    let batch = Ok(Batch { products, documents });
    let batches = futures_util::stream::iter([batch]).boxed();
    engine.rebuild(OWNER, batches).await.expect("the index is built");
    Shelf {
        engine,
        _folder: folder,
    }
}

pub(super) fn request(text: &str) -> SearchRequest {
    SearchRequest {
        owner: OWNER,
        channel: "us".to_owned(),
        text: text.to_owned(),
        limit: 100,
        facets: true,
        ..SearchRequest::default()
    }
}

impl Shelf {
    pub(super) async fn ask(&self, request: SearchRequest) -> SearchAnswer {
        self.engine.search(request).await.expect("an answer")
    }

    pub(super) async fn found(&self, request: SearchRequest) -> Vec<u128> {
        numbers(&self.ask(request).await)
    }
}

pub(super) fn numbers(answer: &SearchAnswer) -> Vec<u128> {
    answer.hits.iter().map(|hit| hit.product.0.as_u128()).collect()
}

/// Lamps 1 to 5, the shorter the name the better, and two chairs.
pub(super) async fn lamps() -> Shelf {
    shelf(vec![
        document(1, "Lamp", "Acme"),
        document(2, "Lamp small", "Bolt"),
        document(3, "Lamp small round", "Acme"),
        document(4, "Lamp small round of glass", "Bolt"),
        document(5, "Lamp small round of glass and steel for tables", "Crane"),
        document(6, "Chair", "Acme"),
        document(7, "Chair with a lamp table", "Bolt"),
    ])
    .await
}

#[tokio::test]
async fn pins_come_first_once_and_pages_join() {
    let shelf = lamps().await;
    let free = shelf.found(request("lamp ")).await;
    assert_eq!(free[..4], [1, 2, 3, 4]);
    // A chair that no word finds, a lamp from the end, and one that is not there.
    let curation = Curation {
        pins: vec![product(6), product(5), product(99)],
        adjust: Vec::new(),
    };
    let pinned = |after, limit| SearchRequest {
        curation: curation.clone(),
        after,
        limit,
        ..request("lamp ")
    };
    let whole = shelf.ask(pinned(None, 100)).await;
    assert_eq!(numbers(&whole)[..3], [6, 5, 1]);
    assert_eq!(numbers(&whole).len(), 7);
    assert_eq!(whole.total, 7);
    let brands: u64 = whole.facets.brands.iter().map(|count| count.count).sum();
    assert_eq!(brands, 7, "what is pinned counts in facets");
    for size in [1, 2, 3] {
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let page = shelf.ask(pinned(after, size)).await;
            assert_eq!(page.total, 7);
            after = page.hits.last().copied();
            walked.extend(numbers(&page));
            if !page.has_next {
                break;
            }
        }
        assert_eq!(walked, numbers(&whole), "pages of {size}");
    }
    let filtered = SearchRequest {
        filters: vec![Filter::Brand(vec!["Crane".to_owned()])],
        ..pinned(None, 100)
    };
    assert_eq!(shelf.found(filtered).await, [5], "filters hold for pins too");
    let sorted = SearchRequest {
        order: Order::PriceUp,
        ..pinned(None, 100)
    };
    assert_eq!(
        shelf.found(sorted).await,
        [1, 2, 3, 4, 5, 7],
        "another order knows no pins"
    );
}

#[tokio::test]
async fn boosts_lift_and_burying_lowers_but_hides_nothing() {
    let shelf = lamps().await;
    let adjusted = |target, percent| SearchRequest {
        curation: Curation {
            pins: Vec::new(),
            adjust: vec![Adjust { target, percent }],
        },
        ..request("lamp ")
    };
    let free = shelf.found(request("lamp ")).await;
    for target in [Target::Products(vec![product(5)]), Target::Brand("CRANE".to_owned())] {
        assert_eq!(shelf.found(adjusted(target.clone(), 400)).await[0], 5, "{target:?}");
    }
    let red = Target::Attribute {
        key: "colour".to_owned(),
        value: "red".to_owned(),
    };
    let found = shelf.found(adjusted(red, 400)).await;
    assert!(found[0] > 3 && found.len() == free.len(), "{found:?}");
    let even = shelf
        .found(adjusted(Target::Category(CategoryId(Uuid::from_u128(0))), -90))
        .await;
    assert_eq!(even.last(), Some(&4));
    let buried = shelf.found(adjusted(Target::Products(vec![product(1)]), -100)).await;
    assert_eq!((buried.len(), buried.last()), (free.len(), Some(&1)));
    // Nothing is looked for: boosts order what is browsed.
    let browsed = SearchRequest {
        text: String::new(),
        ..adjusted(Target::Brand("bolt".to_owned()), 50)
    };
    let units = shelf.found(browsed).await;
    assert_eq!(units.len(), 7);
}

#[tokio::test]
async fn phrases_must_stand_together_and_exclusions_must_not_be_there() {
    let shelf = lamps().await;
    assert_eq!(shelf.found(request(r#""small round""#)).await, [3, 4, 5]);
    assert_eq!(shelf.found(request(r#""round small""#)).await, [0; 0]);
    assert_eq!(
        shelf.found(request(r#""lamp tables""#)).await,
        [7],
        "phrases are stemmed"
    );
    assert_eq!(shelf.found(request("lamp -small")).await, [1, 7]);
    assert_eq!(shelf.found(request(r#"lamp -"of glass""#)).await, [1, 2, 3, 7]);
    assert_eq!(shelf.found(request("-lamp")).await, [6]);
}

#[tokio::test]
async fn synonyms_find_and_stop_words_do_not_count() {
    let shelf = lamps().await;
    let mut words = Vocabulary::default();
    words.instead("seat", "chair");
    words.instead("reading light", "lamp of glass");
    words.stop("fancy");
    let words = Arc::new(words);
    let ask = |text: &str| SearchRequest {
        words: Arc::clone(&words),
        ..request(text)
    };
    assert_eq!(shelf.found(request("seat ")).await, [0; 0]);
    assert_eq!(shelf.found(ask("seats ")).await, [6, 7], "words lose their endings");
    let answer = shelf.ask(ask("seat ")).await;
    assert_eq!(numbers(&answer), [6, 7]);
    assert_eq!(answer.corrected, None);
    assert!(answer.marks.words.contains(&"chair".to_owned()), "{:?}", answer.marks);
    assert_eq!(
        shelf.found(ask("reading light ")).await,
        [4, 5],
        "several words for several"
    );
    assert_eq!(shelf.found(ask("fancy lamp ")).await, shelf.found(ask("lamp ")).await);
    assert_eq!(shelf.found(ask("fancy ")).await, [0; 0], "alone it is a word");
}

#[tokio::test]
async fn what_other_sources_find_is_fused() {
    let shelf = lamps().await;
    let also = |lists: &[&[u128]]| SearchRequest {
        also: lists
            .iter()
            .map(|list| list.iter().map(|n| product(*n)).collect())
            .collect(),
        ..request("lamp ")
    };
    // The chair is found by the other source alone; the lamp that both know well comes first.
    let found = shelf.found(also(&[&[2, 6, 5]])).await;
    assert_eq!(found[0], 2);
    assert!(found.contains(&6));
    assert_eq!(found.len(), 7);
    let page = shelf
        .ask(SearchRequest {
            limit: 2,
            ..also(&[&[2, 6, 5]])
        })
        .await;
    let rest = SearchRequest {
        after: page.hits.last().copied(),
        ..also(&[&[2, 6, 5]])
    };
    assert_eq!([numbers(&page), shelf.found(rest).await].concat(), found);
}

#[tokio::test]
async fn synonyms_are_read_as_queries_are() {
    let shelf = lamps().await;
    let mut words = Vocabulary::default();
    words.instead("Foot-Stool", "chair");
    words.instead("item to sit on", "CHAIRS");
    let words = Arc::new(words);
    let ask = |text: &str| SearchRequest {
        words: Arc::clone(&words),
        ..request(text)
    };
    for text in [
        "foot-stool ",
        "foot stools ",
        "Foot-Stool",
        "item to sit on ",
        "items sit ",
    ] {
        assert_eq!(shelf.found(ask(text)).await, [6, 7], "{text}");
    }
    // In the language of the channel.
    let mut german = Vocabulary::of(Language::German);
    german.instead("Stühle", "lamp");
    let request = SearchRequest {
        words: Arc::new(german),
        language: Language::German,
        ..request("stuhl ")
    };
    assert!(shelf.found(request).await.contains(&1));
}

#[tokio::test]
async fn what_decides_among_equals_can_be_tuned() {
    let mut sold_out = document(1, "Lamp", "Acme");
    sold_out.available = false;
    let mut popular = document(3, "Lamp in a long name", "Acme");
    popular.units_sold = 100_000;
    let mut documents = vec![sold_out, document(2, "Lamp", "Acme"), popular];
    // What all have is worth nothing.
    documents.extend((10..40).map(|number| document(number, "Chair", "Acme")));
    let shelf = shelf(documents).await;
    let tuned = |change: fn(&mut Tuning)| {
        let mut request = request("lamp ");
        change(&mut request.tuning);
        request
    };
    assert_eq!(shelf.found(tuned(|_| {})).await, [2, 1, 3]);
    assert_eq!(shelf.found(tuned(|tuning| tuning.sold_out = 1.0)).await, [1, 2, 3]);
    assert_eq!(shelf.found(tuned(|tuning| tuning.sold_out = 0.0)).await, [2, 3, 1]);
    assert_eq!(shelf.found(tuned(|tuning| tuning.popularity = 1.0)).await, [3, 2, 1]);
    // Other orders know nothing of it.
    let cheap = tuned(|tuning| tuning.popularity = 1.0);
    let cheap = SearchRequest {
        order: Order::PriceUp,
        ..cheap
    };
    assert_eq!(shelf.found(cheap).await, [1, 2, 3]);
}
