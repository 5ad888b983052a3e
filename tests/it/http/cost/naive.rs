//! The cost of generated documents, compared with what a plain expansion counts.

use std::fmt::Write;

use merx::http::cost::{CostTable, Limits};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::judge_by;

const SDL: &str = "
    type Query { thing: Thing }
    type Thing { id: ID! one: Thing! few: [Thing!]! page(first: Int): ThingConnection! some(ids: [ID!]!): [Thing!]! }
    type ThingConnection { nodes: [Thing!]! totalCount: Int! }
";

/// Fragments of a document on `Thing`, and as many on `ThingConnection`.
const FRAGMENTS: usize = 5;

/// A selection on a `Thing`.
#[derive(Clone, Debug)]
enum OnThing {
    Id { alias: bool, name: bool },
    One(Vec<OnThing>),
    Few(Vec<OnThing>),
    Some { ids: usize, inside: Vec<OnThing> },
    Page { first: First, inside: Vec<OnPage> },
    Inline(Vec<OnThing>),
    Spread(usize),
}

/// A selection on a `ThingConnection`.
#[derive(Clone, Debug)]
enum OnPage {
    Nodes(Vec<OnThing>),
    Count,
    Inline(Vec<OnPage>),
    Spread(usize),
}

/// How many rows are asked for.
#[derive(Clone, Copy, Debug)]
enum First {
    Unsaid,
    Literal(u64),
    Given,
    Default,
}

/// The value of `$given`, and of `$default`.
const GIVEN: u64 = 13;
const DEFAULT: u64 = 17;

impl First {
    fn rows(self) -> u64 {
        match self {
            Self::Unsaid => 20,
            Self::Literal(rows) => rows.clamp(1, 250),
            Self::Given => GIVEN,
            Self::Default => DEFAULT,
        }
    }

    fn text(self) -> String {
        match self {
            Self::Unsaid => String::new(),
            Self::Literal(rows) => format!("(first: {rows})"),
            Self::Given => "(first: $given)".to_owned(),
            Self::Default => "(first: $default)".to_owned(),
        }
    }
}

/// A document: fragments spread later ones only, so that it ends.
#[derive(Clone, Debug)]
struct Document {
    root: Vec<OnThing>,
    things: Vec<Vec<OnThing>>,
    pages: Vec<Vec<OnPage>>,
}

/// What a plain expansion counts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    points: u64,
    selections: u64,
    aliases: u64,
    depth: u64,
}

impl Count {
    fn add(&mut self, other: Self, times: u64) {
        self.points += other.points * times;
        self.selections += other.selections;
        self.aliases += other.aliases;
        self.depth = self.depth.max(other.depth);
    }

    /// A field with `inside` resolved `times` below it.
    fn field(inside: Self, times: u64) -> Self {
        let mut count = Self::default();
        count.add(inside, times);
        count.points += 1;
        count.selections += 1;
        count.depth += 1;
        count
    }
}

impl Document {
    fn things(&self, selections: &[OnThing], from: usize) -> Count {
        let mut sum = Count::default();
        for selection in selections {
            let count = match selection {
                OnThing::Id { alias, name } => Count {
                    points: u64::from(!*name),
                    selections: 1,
                    aliases: u64::from(*alias),
                    depth: u64::from(!*name),
                },
                OnThing::One(inside) => Count::field(self.things(inside, from), 1),
                OnThing::Few(inside) => Count::field(self.things(inside, from), 5),
                OnThing::Some { ids, inside } => Count::field(self.things(inside, from), *ids as u64),
                OnThing::Page { first, inside } => Count::field(self.page(inside, from, first.rows()), 1),
                OnThing::Inline(inside) => spread(self.things(inside, from)),
                OnThing::Spread(to) => match self.things.get(from + to) {
                    Some(inside) => spread(self.things(inside, from + to + 1)),
                    None => spread(Count::default()),
                },
            };
            sum.add(count, 1);
        }
        sum
    }

    fn page(&self, selections: &[OnPage], from: usize, rows: u64) -> Count {
        let mut sum = Count::default();
        for selection in selections {
            let count = match selection {
                OnPage::Nodes(inside) => Count::field(self.things(inside, from), rows),
                OnPage::Count => Count::field(Count::default(), 1),
                OnPage::Inline(inside) => spread(self.page(inside, from, rows)),
                OnPage::Spread(to) => match self.pages.get(from + to) {
                    Some(inside) => spread(self.page(inside, from + to + 1, rows)),
                    None => spread(Count::default()),
                },
            };
            sum.add(count, 1);
        }
        sum
    }

    fn text(&self) -> String {
        let mut text = "query($given: Int, $default: Int = 17) { thing ".to_owned();
        write_things(&mut text, &self.root, 0);
        text.push_str(" }\n");
        for (place, inside) in self.things.iter().enumerate() {
            write!(text, "fragment T{place} on Thing ").expect("text");
            write_things(&mut text, inside, place + 1);
            text.push('\n');
        }
        for (place, inside) in self.pages.iter().enumerate() {
            write!(text, "fragment P{place} on ThingConnection ").expect("text");
            write_pages(&mut text, inside, place + 1);
            text.push('\n');
        }
        text
    }
}

/// A spread or an inline fragment, which is a selection itself.
fn spread(mut inside: Count) -> Count {
    inside.selections += 1;
    inside
}

fn write_things(text: &mut String, selections: &[OnThing], from: usize) {
    text.push_str("{ ");
    for selection in selections {
        match selection {
            OnThing::Id { alias, name } => {
                text.push_str(if *alias { "other: " } else { "" });
                text.push_str(if *name { "__typename " } else { "id " });
            }
            OnThing::One(inside) => {
                text.push_str("one ");
                write_things(text, inside, from);
            }
            OnThing::Few(inside) => {
                text.push_str("few ");
                write_things(text, inside, from);
            }
            OnThing::Some { ids, inside } => {
                write!(text, "some(ids: [{}]) ", "\"x\" ".repeat(*ids)).expect("text");
                write_things(text, inside, from);
            }
            OnThing::Page { first, inside } => {
                write!(text, "page{} ", first.text()).expect("text");
                write_pages(text, inside, from);
            }
            OnThing::Inline(inside) => {
                text.push_str("... on Thing ");
                write_things(text, inside, from);
            }
            OnThing::Spread(to) => write!(text, "...T{} ", from + to).expect("text"),
        }
    }
    text.push_str("} ");
}

fn write_pages(text: &mut String, selections: &[OnPage], from: usize) {
    text.push_str("{ ");
    for selection in selections {
        match selection {
            OnPage::Nodes(inside) => {
                text.push_str("nodes ");
                write_things(text, inside, from);
            }
            OnPage::Count => text.push_str("totalCount "),
            OnPage::Inline(inside) => {
                text.push_str("... ");
                write_pages(text, inside, from);
            }
            OnPage::Spread(to) => write!(text, "...P{} ", from + to).expect("text"),
        }
    }
    text.push_str("} ");
}

fn first() -> impl Strategy<Value = First> {
    prop_oneof![
        Just(First::Unsaid),
        Just(First::Given),
        Just(First::Default),
        (0u64..300).prop_map(First::Literal),
    ]
}

fn on_page(
    things: impl Strategy<Value = Vec<OnThing>> + Clone + 'static,
) -> impl Strategy<Value = Vec<OnPage>> + Clone {
    let leaf = prop_oneof![
        things.prop_map(OnPage::Nodes),
        Just(OnPage::Count),
        (0..FRAGMENTS).prop_map(OnPage::Spread),
    ];
    let nested = leaf.prop_recursive(2, 6, 3, |inside| vec(inside, 1..3).prop_map(OnPage::Inline));
    vec(nested, 1..4)
}

fn on_thing() -> impl Strategy<Value = Vec<OnThing>> + Clone {
    let leaf = prop_oneof![
        (any::<bool>(), any::<bool>()).prop_map(|(alias, name)| OnThing::Id { alias, name }),
        (0..FRAGMENTS).prop_map(OnThing::Spread),
    ];
    let nested = leaf.prop_recursive(3, 16, 4, |inside| {
        let inside = vec(inside, 1..4);
        prop_oneof![
            inside.clone().prop_map(OnThing::One),
            inside.clone().prop_map(OnThing::Few),
            inside.clone().prop_map(OnThing::Inline),
            (1usize..4, inside.clone()).prop_map(|(ids, inside)| OnThing::Some { ids, inside }),
            (first(), on_page(inside)).prop_map(|(first, inside)| OnThing::Page { first, inside }),
        ]
    });
    vec(nested, 1..4)
}

fn document() -> impl Strategy<Value = Document> {
    let things = vec(on_thing(), FRAGMENTS);
    let pages = vec(on_page(on_thing()), FRAGMENTS);
    (on_thing(), things, pages).prop_map(|(root, things, pages)| Document { root, things, pages })
}

/// No limit at all, but for what the parser takes.
fn unlimited() -> Limits {
    let most = u64::MAX;
    Limits {
        bytes: most,
        tokens: most,
        selections: most,
        spreads: most,
        aliases: most,
        depth: most,
        levels: most - 10_000,
        values: most,
        work: most,
        points: most,
        ..Limits::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_cost_is_that_of_the_plain_expansion(document in document()) {
        let text = document.text();
        let limits = unlimited();
        let table = CostTable::from_sdl(SDL).expect("a schema");
        let cost = judge_by(&limits, &text, None, &json!({ "given": GIVEN }), &table)
            .map_err(|refused| TestCaseError::fail(format!("{refused:?}: {text}")))?;
        let found = Count {
            points: cost.requested,
            selections: cost.selections,
            aliases: cost.aliases,
            depth: cost.depth,
        };
        prop_assert_eq!(found, Count::field(document.things(&document.root, 0), 1), "{}", text);
    }
}
