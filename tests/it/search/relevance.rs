//! How good the answers are on real products that people have graded: set MERX_SHARED, or have the files in `../shared`
//! beside the project. Where they are not, a line says so.

use std::fs::File;

use merx::command::import::read_products;
use merx::platform::money::Currency;
use merx::search::engine::from_data_dir;
use merx::search::eval::{self, Indexed, Judged, Score};

use crate::support::shared;

#[tokio::test]
async fn judged_queries_are_answered_well_also_with_typos() {
    let (Some(queries), Some(file)) = (
        shared("data/icecat/judgements.csv"),
        shared("data/icecat/products.csv.gz"),
    ) else {
        return;
    };
    let judged = eval::judgements(File::open(queries).expect("the judgements open")).expect("judgements");
    let usd: Currency = "USD".parse().expect("a currency");
    let products = read_products(file, usd).await.expect("products");
    let indexed: Vec<Indexed<'_>> = products
        .iter()
        .map(|p| {
            (
                &p.draft,
                p.category.as_deref(),
                p.stock.iter().map(|(_, units)| units).sum(),
            )
        })
        .collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = from_data_dir(folder.path()).expect("the engine opens");
    let catalogue = eval::index(&*engine, None, &indexed).await.expect("the index is built");
    let report = eval::run(&*engine, None, &catalogue, &judged, false)
        .await
        .expect("answers");
    assert_eq!((report.rows.len(), products.len()), (58, 19_406));
    let worst = || {
        let mut rows: Vec<_> = report
            .rows
            .iter()
            .filter_map(|r| Some((r.score?.ndcg, &r.text)))
            .collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        rows.truncate(10);
        format!("{:?}, typo loss {}, worst {rows:?}", report.mean, report.typo_loss)
    };
    assert!(report.mean.ndcg >= 0.79, "{}", worst());
    assert!(report.mean.condensed >= 0.83, "{}", worst());
    assert_eq!(report.zero, 0, "{}", worst());
    assert!(report.typo_loss <= 0.03, "{}", worst());
}

#[test]
fn gains_are_discounted_by_place_and_compared_with_the_best_order() {
    let grades = [("a", 3), ("b", 1), ("c", 0)];
    let judged = Judged {
        text: "x".to_owned(),
        grades: grades.into_iter().map(|(sku, grade)| (sku.to_owned(), grade)).collect(),
    };
    let score = |skus: &[&str]| {
        let skus: Vec<String> = skus.iter().map(|sku| (*sku).to_owned()).collect();
        Score::of(&judged, &skus).expect("a product is good")
    };
    let best = 7.0 + 1.0 / 3_f64.log2();
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
    near(score(&["a", "b", "c"]).ndcg, 1.0);
    near(score(&["b", "a"]).ndcg, (1.0 + 7.0 / 3_f64.log2()) / best);
    // Nobody graded the first one: it takes a place, but not from the condensed figure.
    near(score(&["?", "a", "b"]).ndcg, (7.0 / 3_f64.log2() + 0.5) / best);
    near(score(&["?", "a", "b"]).condensed, 1.0);
    near(score(&["?", "a"]).recall, 0.5);
    near(score(&[]).ndcg, 0.0);
    assert_eq!(Score::of(&Judged::default(), &[]), None);
}

#[test]
fn typos_are_swaps_in_the_longest_word() {
    assert_eq!(eval::swaps("usb hub"), ["sub hub", "ubs hub"]);
    assert_eq!(eval::swaps("aa battery").len(), 5, "no swap of two equal letters");
    assert_eq!(eval::swaps("aaa"), [""; 0]);
}
