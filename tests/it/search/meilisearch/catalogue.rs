//! A small catalogue in two channels, as engines take it.

use std::sync::Arc;

use clap::ValueEnum;
use entity::{CategoryId, ChannelId, ProductId};
use futures_util::StreamExt;
use merx::config::{Config, SearchEngine};
use merx::platform::clock::Clock;
use merx::platform::id::Ids;
use merx::search::Language;
use merx::search::engine::{Batch, Document, Engine, Owner, SearchAnswer, SearchRequest, from_config};
use uuid::Uuid;

use super::Real;
use crate::support::config;

/// A brand that would be a filter of its own if anybody let it.
pub(super) const HOSTILE: &str = r#"Nobody\" OR channel EXISTS OR brand_token = \"#;

pub(super) fn product(n: u128) -> ProductId {
    ProductId(Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + n))
}

pub(super) fn category(name: &str) -> CategoryId {
    let n = name.bytes().fold(7_u128, |n, b| n * 31 + u128::from(b));
    CategoryId(Uuid::from_u128(n))
}

pub(super) fn document(n: u128, name: &str, price: i64) -> Document {
    Document {
        product: product(n),
        channel: "us".to_owned(),
        language: Language::English,
        name: name.to_owned(),
        brand: None,
        categories: Vec::new(),
        description: String::new(),
        attributes: Vec::new(),
        options: Vec::new(),
        tags: Vec::new(),
        skus: vec![format!("SKU-{n:04}")],
        price,
        available: true,
        units_sold: 0,
        created: i64::try_from(n).expect("small") * 1_000,
        vector: None,
    }
}

fn made(n: u128, name: &str, price: i64, brand: &str, colour: &str, path: &[&str]) -> Document {
    Document {
        brand: Some(brand.to_owned()),
        attributes: vec![("colour".to_owned(), colour.to_owned())],
        categories: path.iter().map(|name| (category(name), (*name).to_owned())).collect(),
        ..document(n, name, price)
    }
}

/// The catalogue.
pub(super) fn documents() -> Vec<Document> {
    let sound = &["Sound", "Ear"][..];
    let mut all = vec![
        made(1, "Hush Wireless Headphones", 19_900, "Aria Works", "Black", sound),
        made(2, "Studio One Headphones", 14_900, "Aria Works", "White", sound),
        made(3, "Kids Headphones", 4_900, "Bolt", "Red", sound),
        made(4, "Dusk Table Lamp", 8_900, "Lumen & Lark", "Black", &["Light"]),
        made(5, "Owl Reading Lamp", 6_900, "Lumen & Lark", "White", &["Light"]),
        made(6, "Running Shoes Trail", 9_900, "Bolt", "Red", &["Shoes"]),
        made(7, "Shoes for Indoor Running", 7_900, "Bolt", "Blue", &["Shoes"]),
        made(8, "Crème Brûlée Torch", 1_900, "Flambé", "Steel", &["Kitchen"]),
        made(9, "Oslo Sofa", 89_900, "Fjord", "Grey", &["Furniture"]),
        made(10, "Kettle X1234", 3_900, "Flambé", "Steel", &["Kitchen"]),
        made(11, "Plain Thing", 500, HOSTILE, "Mauve", &["Odd"]),
    ];
    all[0].description = "Over-ear, with active noise cancelling.".to_owned();
    all[1].units_sold = 40;
    for (place, width) in [(0, "9.5"), (1, "10.25"), (2, "wide")] {
        all[place].attributes.push(("width".to_owned(), width.to_owned()));
    }
    let eu = |document: &Document, price: i64| Document {
        channel: "eu".to_owned(),
        price,
        ..document.clone()
    };
    all.push(eu(&all[2], 5_295));
    all.push(eu(&document(12, "Zither", 0), 12_300));
    for n in 0..40_u8 {
        let place = u128::from(n) + 100;
        let mut item = document(place, &format!("Paging Item {n}"), i64::from(n % 7) * 1_000 + 700);
        item.units_sold = i64::from(n % 5);
        item.available = n % 3 > 0;
        item.brand = Some(["North", "South"][usize::from(n % 2)].to_owned());
        all.push(item);
    }
    all
}

/// `documents` as a stream of batches.
pub(super) fn batches(documents: &[Document]) -> Vec<merx::platform::error::Result<Batch>> {
    let mut products: Vec<ProductId> = documents.iter().map(|d| d.product).collect();
    products.sort();
    products.dedup();
    let batches = products.chunks(500).map(|products| {
        Ok(Batch {
            products: products.to_vec(),
            documents: documents
                .iter()
                .filter(|d| products.binary_search(&d.product).is_ok())
                .cloned()
                .collect(),
        })
    });
    batches.collect()
}

/// An engine with its index.
pub(super) struct Bench {
    pub(super) kind: SearchEngine,
    pub(super) engine: Arc<dyn Engine>,
    pub(super) owner: Owner,
    real: Option<Real>,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// The engine with `documents`, where it can be had.
    pub(super) async fn with(kind: SearchEngine, documents: &[Document]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut config: Config = config(folder.path(), None);
        let real = match kind {
            SearchEngine::Embedded => None,
            _ => {
                let name = kind.to_possible_value().expect("a name").get_name().to_owned();
                let real = Real::there(&format!("the contract of the engine {name}"))?;
                let url = real.url.clone();
                real.configure(&mut config, &url, kind);
                Some(real)
            }
        };
        let clock = Clock::system();
        let ids = Ids::from_os(clock.clone()).expect("randomness");
        let engine = from_config(&config, &clock, &ids).expect("the engine opens");
        let owner = Owner(Some(ChannelId(Uuid::from_u128(1))));
        let bench = Self {
            kind,
            engine,
            owner,
            real,
            _folder: folder,
        };
        bench.fill(documents).await;
        Some(bench)
    }

    /// Replaces everything.
    pub(super) async fn fill(&self, documents: &[Document]) {
        let all = || futures_util::stream::iter(batches(documents)).boxed();
        self.engine.rebuild(self.owner, all()).await.expect("rebuilt");
        let words = merx::search::words::Vocabulary::default();
        let mended = self
            .engine
            .mend(self.owner, &words, all(), true)
            .await
            .expect("built anew");
        assert_eq!(mended.anew, self.kind != SearchEngine::Embedded);
        assert!(self.engine.is_ready(self.owner).await);
        assert!(!self.engine.lags(self.owner).await);
    }

    pub(super) fn request(&self, text: &str) -> SearchRequest {
        SearchRequest {
            owner: self.owner,
            channel: "us".to_owned(),
            text: text.to_owned(),
            limit: 100,
            facets: true,
            ..SearchRequest::default()
        }
    }

    /// The answer of the engine itself: a slow machine may miss a deadline, and is asked again.
    pub(super) async fn ask(&self, request: &SearchRequest) -> SearchAnswer {
        for _ in 0..20 {
            let answer = self.engine.search(request.clone()).await.expect("an answer");
            if !answer.degraded {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
        panic!("{:?}: always degraded: {request:?}", self.kind);
    }

    /// The numbers of the products that `request` finds, in order.
    pub(super) async fn found(&self, request: &SearchRequest) -> Vec<u128> {
        let answer = self.ask(request).await;
        answer.hits.iter().map(|hit| number(hit.product)).collect()
    }

    /// The same for a text, sorted.
    pub(super) async fn set(&self, text: &str) -> Vec<u128> {
        let mut found = self.found(&self.request(text)).await;
        found.sort_unstable();
        found
    }

    /// Takes the indexes away.
    pub(super) async fn clear(self) {
        if let Some(real) = &self.real {
            real.clear().await;
        }
    }
}

pub(super) fn number(id: ProductId) -> u128 {
    id.0.as_u128() - product(0).0.as_u128()
}
