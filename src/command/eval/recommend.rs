//! `merx eval recommend`: the models of recommendations beside simpler ones, on the orders of a shop.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta};
use csv::StringRecord;
use flate2::read::MultiGzDecoder;
use recommender::eval::{Click, Measure, complementary, leave_one_out, next_click, personal};
use recommender::history::{Basket, History};

use crate::command::eval::plot::{Series, bars};
use crate::platform::error::{Fault, Result};

/// Days of the log of clicks that are asked for.
const CLICK_DAYS: i64 = 1;

/// What is read.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Folder with `orders.csv` or `orders.csv.gz`, an order export of Shopify.
    #[arg(default_value = "../shared/data/online-retail")]
    folder: PathBuf,
    /// Orders before this day are learnt from, the later ones are guessed.
    #[arg(long, default_value = "2011-09-10")]
    split: NaiveDate,
    /// A log of clicks besides, as CSV with the columns session, item and timestamp (seconds, milliseconds or RFC 3339): its
    /// last day is guessed.
    #[arg(long)]
    clicks: Option<PathBuf>,
    /// Draws the table as SVG into this file.
    #[arg(long)]
    plot: Option<PathBuf>,
}

/// A part of the table.
struct Part {
    title: String,
    metric: &'static str,
    measures: Vec<Measure>,
}

/// Prints the table.
pub(super) async fn recommend(args: Args) -> Result<ExitCode> {
    let work = tokio::task::spawn_blocking(move || -> Result<String> {
        let parts = measured(&args)?;
        if let Some(path) = &args.plot {
            draw(path, &parts)?;
        }
        Ok(table(&parts))
    });
    let table = work.await.map_err(|e| Fault::part("evaluation", e))??;
    std::io::stdout().write_all(table.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn measured(args: &Args) -> Result<Vec<Part>> {
    let begun = Instant::now();
    let history = orders(&file(&args.folder, "orders.csv")?)?;
    let seconds = |begun: Instant| begun.elapsed().as_secs_f32();
    tracing::info!(
        orders = history.baskets.len(),
        products = history.items,
        customers = history.customers,
        seconds = seconds(begun),
        "orders read"
    );
    let split = args.split.and_time(NaiveTime::MIN).and_utc().timestamp();
    let failed = |error| Fault::part("model", error);
    let begun = Instant::now();
    let people = personal(&history, split).map_err(failed)?;
    tracing::info!(seconds = seconds(begun), "customers asked");
    let begun = Instant::now();
    let (orders, left_out) = leave_one_out(&history, split).map_err(failed)?;
    tracing::info!(seconds = seconds(begun), "orders asked");
    let (pages, together) = complementary(&history, split);
    let mut parts = vec![
        Part {
            title: format!(
                "Personal: what new {} of {} customers buy, of {} products",
                people.tested, people.customers, people.items
            ),
            metric: "ndcg@10",
            measures: people.measures,
        },
        Part {
            title: format!("Cart: the last item of {orders} orders"),
            metric: "HR@10",
            measures: left_out,
        },
        Part {
            title: format!("Product page: what comes with the first item of {pages} orders"),
            metric: "ndcg@10",
            measures: together,
        },
    ];
    if let Some(path) = &args.clicks {
        let log = clicks(path)?;
        let end = log.last().map_or(0, |click| click.at);
        let (asked, measures) = next_click(&log, end - CLICK_DAYS * TimeDelta::days(1).num_seconds());
        parts.push(Part {
            title: format!("Visit: the next unseen of {asked} clicks"),
            metric: "HR@20",
            measures,
        });
    }
    Ok(parts)
}

fn table(parts: &[Part]) -> String {
    let mut table = String::new();
    for part in parts {
        let _ = writeln!(table, "{}", part.title);
        let has_coverage = part.measures.iter().any(|measure| measure.coverage.is_some());
        let coverage = if has_coverage { "coverage@20" } else { "" };
        let _ = writeln!(table, "  {:<32} {:>8}  {coverage}", "method", part.metric);
        for measure in &part.measures {
            let coverage = measure.coverage.map(|share| format!("{share:.2}")).unwrap_or_default();
            let _ = writeln!(table, "  {:<32} {:>8.4}  {coverage:>11}", measure.method, measure.value);
        }
        table.push('\n');
    }
    table
}

/// A method in as many letters as a bar is wide.
fn short(method: &'static str) -> &'static str {
    match method {
        "popularity" => "popular",
        "EASE + recency" => "EASE+r",
        "EASE + recency, 200 neighbours" => "+r 200",
        "confidence x log-lift" => "pairs",
        "confidence x log-lift + recency" => "pairs+r",
        "association rules" => "rules",
        other => other,
    }
}

/// One picture: a group of bars a part would need as many colours as there are methods, so each method is a group of its own.
fn draw(path: &Path, parts: &[Part]) -> Result<()> {
    let groups: Vec<String> = parts
        .iter()
        .flat_map(|part| part.measures.iter().map(|measure| short(measure.method).to_owned()))
        .collect();
    let mut series = Vec::new();
    let mut before = 0;
    for part in parts {
        let mut values = vec![f64::NAN; groups.len()];
        for (place, measure) in part.measures.iter().enumerate() {
            values[before + place] = measure.value;
        }
        before += part.measures.len();
        let name = part.title.split(':').next().unwrap_or_default();
        series.push(Series {
            name: format!("{name}, {}", part.metric),
            values,
        });
    }
    bars(path, "What the models of recommendations reach", 0.3, &groups, &series)
}

/// The file `name` in `folder`, or the packed one.
fn file(folder: &Path, name: &str) -> Result<PathBuf> {
    let candidates = [folder.join(name), folder.join(format!("{name}.gz"))];
    let found = candidates.iter().find(|path| path.is_file());
    found.cloned().ok_or_else(|| {
        let text = format!("no {name} or {name}.gz in {}", folder.display());
        std::io::Error::new(std::io::ErrorKind::NotFound, text).into()
    })
}

fn reader(path: &Path) -> Result<csv::Reader<Box<dyn Read>>> {
    let file = BufReader::new(File::open(path)?);
    let content: Box<dyn Read> = match path.extension().is_some_and(|extension| extension == "gz") {
        true => Box::new(MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    Ok(csv::Reader::from_reader(content))
}

fn broken(error: csv::Error) -> Fault {
    Fault::part("CSV", error)
}

/// The place of the first of `names` in the header.
fn column(header: &StringRecord, names: &[&str]) -> Result<usize> {
    let is = |field: &str| names.iter().any(|name| field.trim().eq_ignore_ascii_case(name));
    header.iter().position(is).ok_or_else(|| {
        let text = format!("the column \"{}\" is missing", names.join("\" or \""));
        std::io::Error::new(std::io::ErrorKind::InvalidData, text).into()
    })
}

/// The orders of an export: an order's rows follow each other, the first has its customer and its time.
///
/// # Errors
/// When the file cannot be read.
pub fn orders(path: &Path) -> Result<History> {
    let mut reader = reader(path)?;
    let header = reader.headers().map_err(broken)?.clone();
    let (name, email) = (column(&header, &["Name"])?, column(&header, &["Email"])?);
    let (created, sku) = (column(&header, &["Created at"])?, column(&header, &["Lineitem sku"])?);
    let (mut items, mut customers) = (HashMap::new(), HashMap::new());
    let mut history = History::default();
    let (mut row, mut current) = (StringRecord::new(), None);
    while reader.read_record(&mut row).map_err(broken)? {
        if current.as_deref() != row.get(name) {
            current = row.get(name).map(str::to_owned);
            let customer = row.get(email).filter(|email| !email.is_empty());
            history.baskets.push(Basket {
                customer: customer.map(|email| number(&mut customers, email)),
                at: time(row.get(created).unwrap_or_default())?,
                items: Vec::new(),
            });
        }
        let item = number(&mut items, row.get(sku).unwrap_or_default());
        if let Some(basket) = history.baskets.last_mut()
            && !basket.items.contains(&item)
        {
            basket.items.push(item);
        }
    }
    history.items = items.len();
    history.customers = customers.len();
    Ok(history)
}

fn number(numbers: &mut HashMap<String, u32>, name: &str) -> u32 {
    let next = numbers.len() as u32;
    match numbers.get(name) {
        Some(number) => *number,
        None => *numbers.entry(name.to_owned()).or_insert(next),
    }
}

/// `2009-12-01 07:45:00 +0000`, RFC 3339, or seconds or milliseconds since 1970.
fn time(text: &str) -> Result<i64> {
    if let Ok(number) = text.trim().parse::<f64>() {
        return Ok(if number > 1e11 { number / 1000.0 } else { number } as i64);
    }
    let parsed = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S %z").or_else(|_| DateTime::parse_from_rfc3339(text));
    Ok(parsed.map_err(|e| Fault::part("a time", e))?.timestamp())
}

/// The clicks of a log, in the order of time.
fn clicks(path: &Path) -> Result<Vec<Click>> {
    let mut reader = reader(path)?;
    let header = reader.headers().map_err(broken)?.clone();
    let session = column(&header, &["session", "session_id", "sessionid", "SessionId"])?;
    let item = column(&header, &["item", "item_id", "itemid", "ItemId", "product_id"])?;
    let at = column(&header, &["timestamp", "time", "at"])?;
    let (mut sessions, mut items) = (HashMap::new(), HashMap::new());
    let mut log = Vec::new();
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(broken)? {
        let field = |place: usize| row.get(place).unwrap_or_default();
        log.push(Click {
            session: number(&mut sessions, field(session)).into(),
            item: number(&mut items, field(item)).into(),
            at: time(field(at))?,
        });
    }
    log.sort_by_key(|click| click.at);
    Ok(log)
}
