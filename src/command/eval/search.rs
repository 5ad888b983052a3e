//! `merx eval search`: judged queries against the search engines.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::command::eval::plot::{self, Series};
use crate::command::import;
use crate::config::{Config, SearchEngine};
use crate::platform::clock::Clock;
use crate::platform::error::{Fault, Result};
use crate::platform::id::Ids;
use crate::platform::money::Currency;
use crate::search;
use crate::search::Engine;
use crate::search::embedder::Model;
use crate::search::eval::{self, Catalogue, Judged, Report, Row};

/// What is measured.
#[derive(clap::Args, Debug)]
pub(in crate::command) struct Args {
    /// Judgements: CSV of `query,sku,grade` with a header.
    #[arg(long)]
    queries: PathBuf,
    /// Products that were judged, as Shopify's product CSV, gzip or not: they get an index of their own. Not given: the
    /// products of the configured database, in its default channel.
    #[arg(long)]
    products: Option<PathBuf>,
    /// Engine to ask; may be repeated. Not given: all that are configured.
    #[arg(long = "engine", value_enum)]
    engines: Vec<SearchEngine>,
    /// Try every swap of two letters in the longest word, not only the one in its middle.
    #[arg(long)]
    all_typos: bool,
    /// Show the first hits of this query with their grades; may be repeated.
    #[arg(long = "show")]
    show: Vec<String>,
    /// File for a plot of the figures, SVG.
    #[arg(long)]
    plot: Option<PathBuf>,
}

/// Runs the command.
pub(super) async fn search(config: Config, args: Args) -> Result<ExitCode> {
    let judged = eval::judgements(File::open(&args.queries)?).map_err(|e| Fault::part("judgements", e))?;
    let mut reports: Vec<(String, Report)> = Vec::new();
    match &args.products {
        Some(file) => {
            let usd: Currency = "USD".parse().map_err(|_| Fault::Invariant("USD is a currency"))?;
            let products = import::read_products(file.clone(), usd).await;
            let products = products.map_err(|e| Fault::part("products", e))?;
            let indexed: Vec<eval::Indexed<'_>> = products
                .iter()
                .map(|p| {
                    (
                        &p.draft,
                        p.category.as_deref(),
                        p.stock.iter().map(|(_, units)| units).sum(),
                    )
                })
                .collect();
            let folder = config.server.data_dir.join("eval");
            let clock = Clock::system();
            let ids = Ids::from_os(clock.clone())?;
            let model = search::embedder::from_config(&config)?.map(|model| Model::new(model, clock.clone()));
            for (kind, engine) in search::engine::all(&config, &folder, &clock, &ids)? {
                if args.engines.is_empty() || args.engines.contains(&kind) {
                    let catalogue = eval::index(&*engine, model.as_ref(), &indexed).await?;
                    let asked = (kind.to_string(), &*engine, model.as_ref());
                    measure(&mut reports, asked, &catalogue, (&judged, &args)).await?;
                }
            }
            std::fs::remove_dir_all(folder)?;
        }
        None => {
            let app = crate::command::open(config.without_statement_timeout()).await?;
            let catalogue = eval::of_shop(&app).await?;
            if !app.search.engine().is_ready(catalogue.owner).await {
                search::rebuild(&app, |_| {}).await?;
            }
            let asked = ("configured".to_owned(), app.search.engine(), app.search.model());
            measure(&mut reports, asked, &catalogue, (&judged, &args)).await?;
        }
    }
    let mut out = std::io::stdout();
    for (engine, report) in &reports {
        out.write_all(table(engine, report, &judged, &args.show).as_bytes())?;
    }
    if let Some(path) = &args.plot {
        draw(path, &reports)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures an engine by words alone and, where there is a model, with it.
async fn measure(
    reports: &mut Vec<(String, Report)>,
    (name, engine, model): (String, &dyn Engine, Option<&Model>),
    catalogue: &Catalogue,
    (judged, args): (&[Judged], &Args),
) -> Result<()> {
    let by_words = eval::run(engine, None, catalogue, judged, args.all_typos).await?;
    let by_meaning = match model {
        Some(model) => {
            let report = eval::run(engine, Some(model), catalogue, judged, args.all_typos).await?;
            Some((format!("{name} with {}", model.name()), report))
        }
        None => None,
    };
    reports.push((name, by_words));
    reports.extend(by_meaning);
    Ok(())
}

/// The figures of an engine, and a line a query, the worst first.
fn table(engine: &str, report: &Report, judged: &[Judged], show: &[String]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{engine}: query by query, the worst first\n");
    let _ = writeln!(
        text,
        "  ndcg@10  condensed  recall@100  with a typo  good   hits      ms  query"
    );
    let mut rows: Vec<&Row> = report.rows.iter().collect();
    let ndcg = |row: &Row| row.score.map_or(2.0, |score| score.ndcg);
    rows.sort_by(|a, b| ndcg(a).total_cmp(&ndcg(b)).then_with(|| a.text.cmp(&b.text)));
    for row in rows {
        let figures = match (row.score, &row.swapped) {
            (None, _) => "        -          -           -            -".to_owned(),
            (Some(s), None) => format!(
                "   {:.3}      {:.3}       {:.3}            -",
                s.ndcg, s.condensed, s.recall
            ),
            (Some(s), Some((_, typo))) => {
                format!(
                    "   {:.3}      {:.3}       {:.3}        {typo:.3}",
                    s.ndcg, s.condensed, s.recall
                )
            }
        };
        let swapped = row
            .swapped
            .as_ref()
            .map(|(text, _)| format!(" ({text})"))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "{figures}  {:4}  {:5}  {:6.1}  {}{swapped}",
            row.good, row.hits, row.took, row.text
        );
        if show.contains(&row.text) {
            let grades = judged
                .iter()
                .find(|query| query.text == row.text)
                .map(|query| &query.grades);
            for (place, sku) in (1..).zip(&row.first) {
                let grade = grades
                    .and_then(|g| g.get(sku))
                    .map_or_else(|| "not graded".to_owned(), u8::to_string);
                let _ = writeln!(text, "{place:9}. {sku}  {grade}");
            }
        }
    }
    let mut took: Vec<f64> = report.rows.iter().map(|row| row.took).collect();
    took.sort_by(f64::total_cmp);
    let _ = writeln!(
        text,
        "\n{engine}: ndcg@10 {:.4}, condensed {:.4}, recall@100 {:.4}; {} of {} queries without a hit; a swap in the \
         middle of the longest word costs {:.4}, any swap {:.4}; {} queries have a good product; median {:.1} ms\n",
        report.mean.ndcg,
        report.mean.condensed,
        report.mean.recall,
        report.zero,
        report.rows.len(),
        report.typo_loss,
        report.swaps_loss,
        report.scored,
        took.get(took.len() / 2).copied().unwrap_or_default(),
    );
    text
}

fn draw(path: &Path, reports: &[(String, Report)]) -> Result<()> {
    let groups = ["ndcg@10", "condensed", "recall@100", "ndcg@10, one typo"].map(str::to_owned);
    let series: Vec<Series> = reports
        .iter()
        .map(|(engine, report)| Series {
            name: engine.clone(),
            values: vec![
                report.mean.ndcg,
                report.mean.condensed,
                report.mean.recall,
                report.mean.ndcg - report.typo_loss,
            ],
        })
        .collect();
    plot::bars(path, "Judged queries, by engine", 1.0, &groups, &series)
}
