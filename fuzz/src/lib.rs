//! What the targets share: the guard, and what is asked of it.

#[path = "../../src/http/graphql/cost/mod.rs"]
pub mod cost;
#[path = "../../src/http/graphql/scan.rs"]
mod scan;

use std::sync::LazyLock;
use std::time::Duration;

use async_graphql::parser::parse_query;
use serde_json::{Map, Value};

use cost::{CostTable, Limits, measure, scan};

static TABLE: LazyLock<CostTable> =
    LazyLock::new(|| CostTable::from_sdl(include_str!("../../schema.graphql")).expect("the schema is a schema"));

/// Longest time on a processor for a document, in an instrumented build.
const LONGEST: Duration = Duration::from_millis(100);

/// Sends `document` through the guard as the server does. It must neither panic nor take long, and what it lets through
/// must be as small as it says.
pub fn judge(document: &str, variables: &Map<String, Value>) {
    let start = on_processor();
    judge_once(document, variables);
    let took = on_processor().saturating_sub(start);
    assert!(took < LONGEST, "it takes {took:?}");
}

/// How long this thread has been on a processor: others use the machine too.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let spent = text.split(' ').next().and_then(|spent| spent.parse().ok());
    Duration::from_nanos(spent.unwrap_or_default())
}

fn judge_once(document: &str, variables: &Map<String, Value>) {
    let limits = Limits::default();
    if scan(document, &limits).is_ok()
        && let Ok(parsed) = parse_query(document)
        && let Ok(cost) = measure(&parsed, None, variables, &TABLE, &limits)
    {
        assert!(!document.contains('\0'));
        assert!(parsed.operations.iter().len() as u64 <= limits.operations);
        assert!(cost.requested <= limits.points && cost.depth <= limits.depth);
        assert!(cost.selections <= limits.selections && cost.aliases <= limits.aliases);
    }
}

/// What [`spelled`] writes.
const WORDS: [&str; 96] = [
    "{",
    "{",
    "{",
    "}",
    "}",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "=",
    "!",
    "@",
    "...",
    "...",
    "on ",
    "query ",
    "mutation ",
    "subscription ",
    "fragment F0 on ",
    "fragment F1 on ",
    "fragment F2 on ",
    "fragment F3 on ",
    "...F0 ",
    "...F1 ",
    "...F2 ",
    "...F3 ",
    "...F4 ",
    "Query ",
    "Mutation ",
    "Product ",
    "ProductConnection ",
    "Category ",
    "Node ",
    "__Type ",
    "Int ",
    "ID ",
    "ProductWhere ",
    "Nope ",
    "products ",
    "product ",
    "categories ",
    "category ",
    "nodes ",
    "edges ",
    "node ",
    "id ",
    "name ",
    "children ",
    "parent ",
    "variants ",
    "pageInfo ",
    "totalCount ",
    "search ",
    "cartCreate ",
    "__typename ",
    "__schema ",
    "__type ",
    "types ",
    "fields ",
    "ofType ",
    "type ",
    "possibleTypes ",
    "(first:",
    "(first:9)",
    "(first:$a)",
    "(ids:[",
    "(ids:$b)",
    "(by:{",
    "slug:",
    "where:",
    "$a ",
    "$b ",
    "$a:Int=3 ",
    "$b:[ID!]!",
    "$c:[Nope]=[1]",
    "0",
    "1",
    "-1",
    "250",
    "99999999999999999999",
    "1.5e9",
    "null ",
    "true ",
    "\"\"",
    "\"x\"",
    "\"\\u0000\"",
    "\"\\\\\"\"\"",
    "\"\"\"",
    "\\\"\"\"",
    "@include(if:true)",
    "@skip(if:$a)",
    "a:",
    "#\n",
    ",",
];

/// A document of words that documents are made of, one a byte: random bytes hardly ever spell a second brace.
pub fn spelled(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| WORDS[usize::from(*byte) % WORDS.len()])
        .collect()
}
