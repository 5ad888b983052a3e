//! The rights that are asked for, and a catalogue of real size.

use std::collections::BTreeMap;

use flate2::read::GzDecoder;
use merx::config::SearchEngine;
use merx::search::engine::{Document, Filter, Order, SearchRequest};
use serde_json::json;

use super::Real;
use super::catalogue::{Bench, document};
use crate::support::{Shop, shared};

#[tokio::test]
async fn the_key_of_the_shop_may_do_no_more_than_it_needs() {
    for real in Real::both("the key of the shop").await {
        least_rights(real).await;
    }
}

async fn least_rights(real: Real) {
    let shop = Shop::configured(|config| real.configure(config, &real.url, SearchEngine::Fused)).await;
    merx::search::prepare(&shop.app)
        .await
        .expect("the embedded index is built");
    merx::search::mend(&shop.app, false).await.expect("it is built");
    let keys = real.ask(reqwest::Method::GET, "/keys?limit=1000", None).await;
    let name = format!("Merx {}", real.prefix);
    let keys = keys["results"].as_array().cloned().unwrap_or_default();
    let Some(key) = keys.into_iter().find(|key| key["name"] == json!(name)) else {
        assert!(real.key.is_none(), "a key that may make keys has made none");
        return;
    };
    assert_eq!(key["indexes"], json!([format!("{}-*", real.prefix)]));
    let client = reqwest::Client::new();
    let secret = key["key"].as_str().expect("a key");
    for path in ["/keys", "/indexes/somebody-elses", "/stats", "/version", "/dumps"] {
        let request = client.get(format!("{}{path}", real.url)).bearer_auth(secret);
        let status = request.send().await.expect("an answer").status().as_u16();
        assert!(matches!(status, 403..=405), "{path}: {status}");
    }
    // A shop that is given the lesser key does with it.
    let lesser = Shop::configured(|config| {
        real.configure(config, &real.url, SearchEngine::Fused);
        config.services.meilisearch_api_key = Some(secret.to_owned());
    })
    .await;
    merx::search::prepare(&lesser.app)
        .await
        .expect("the embedded index is built");
    merx::search::mend(&lesser.app, true)
        .await
        .expect("built with the lesser key");
    real.ask(
        reqwest::Method::DELETE,
        &format!("/keys/{}", key["uid"].as_str().expect("a uid")),
        None,
    )
    .await;
    real.clear().await;
}

/// The real catalogue as engines take it, where it is.
fn catalogue() -> Option<Vec<Document>> {
    let path = shared("data/icecat/products.csv.gz")?;
    let file = std::fs::File::open(path).expect("the file opens");
    let mut reader = csv::Reader::from_reader(GzDecoder::new(file));
    let mut all: Vec<Document> = Vec::new();
    for (n, row) in reader.deserialize::<BTreeMap<String, String>>().enumerate() {
        let row = row.expect("a row");
        let name = row.get("Title").cloned().unwrap_or_default();
        if name.is_empty() {
            continue;
        }
        let price = row
            .get("Variant Price")
            .and_then(|p| p.parse::<f64>().ok())
            .unwrap_or(1.0);
        let mut product = document(n as u128 + 1, &name, (price * 100.0) as i64);
        product.brand = row.get("Vendor").filter(|v| !v.trim().is_empty()).cloned();
        product.description = row
            .get("Body (HTML)")
            .map(|html| merx::search::strip_html(html))
            .unwrap_or_default();
        all.push(product);
    }
    Some(all)
}

#[tokio::test]
async fn a_catalogue_of_real_size_is_counted_and_walked() {
    if Real::there("a catalogue of real size").is_none() {
        return;
    }
    let Some(documents) = catalogue() else { return };
    assert!(documents.len() > 19_000, "{}", documents.len());
    let mut brands: BTreeMap<String, u64> = BTreeMap::new();
    for brand in documents.iter().filter_map(|d| d.brand.clone()) {
        *brands.entry(brand.to_lowercase()).or_default() += 1;
    }
    for kind in [SearchEngine::Meilisearch, SearchEngine::Fused] {
        let Some(bench) = Bench::with(kind, &documents).await else {
            return;
        };
        let all = bench.ask(&bench.request("")).await;
        assert_eq!(all.total, documents.len() as u64, "{kind:?}");
        for brand in all.facets.brands.iter().take(5) {
            let request = SearchRequest {
                filters: vec![Filter::Brand(vec![brand.value.clone()])],
                ..bench.request("")
            };
            let narrowed = bench.ask(&request).await;
            assert_eq!(
                narrowed.total,
                brands[&brand.value.to_lowercase()],
                "{kind:?} {}",
                brand.value
            );
        }
        for (text, order) in [("wireless mouse ", Order::Relevance), ("usb ", Order::PriceUp)] {
            let mut page = SearchRequest {
                order,
                facets: false,
                ..bench.request(text)
            };
            let mut walked = Vec::new();
            let total = bench.ask(&page).await.total;
            loop {
                let answer = bench.ask(&page).await;
                walked.extend(answer.hits.iter().map(|hit| hit.product));
                page.after = answer.hits.last().copied();
                if !answer.has_next || walked.len() > 1_500 {
                    break;
                }
            }
            if walked.len() <= 1_500 {
                assert_eq!(walked.len() as u64, total, "{kind:?} {text}");
            }
            let before = walked.len();
            walked.sort();
            walked.dedup();
            assert_eq!(walked.len(), before, "{kind:?} {text}: nothing comes twice");
        }
        bench.clear().await;
    }
}
