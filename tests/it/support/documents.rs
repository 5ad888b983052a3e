//! Documents by name, and what lies beside the repository.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The operations of the contract that this version answers.
pub const PROMISED: [&str; 30] = [
    "ChannelInfo",
    "Listing",
    "CategoryTree",
    "CategoryPage",
    "Detail",
    "Search",
    "Suggest",
    "CartCreate",
    "CartLinesAdd",
    "CartLinesUpdate",
    "CartLinesRemove",
    "CartBuyerUpdate",
    "CartDeliverySelect",
    "Cart",
    "PaymentStart",
    "CheckoutComplete",
    "Order",
    "NodeById",
    "Recommend",
    "ProductCreate",
    "ProductUpdate",
    "StockAdjust",
    "RefundCreate",
    "StaffInvite",
    "CustomerRegister",
    "SessionCreate",
    "SessionRefresh",
    "SessionRevoke",
    "Me",
    "Customers",
];

/// Takes a file of documents apart: name to text, operations and fragments.
fn definitions(text: &str) -> BTreeMap<String, String> {
    let mut definitions = BTreeMap::new();
    let (mut depth, mut current) = (0usize, String::new());
    let plain = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    for c in plain.collect::<Vec<_>>().join("\n").chars() {
        current.push(c);
        match c {
            '{' | '(' => depth += 1,
            '}' | ')' => depth -= 1,
            _ => {}
        }
        if c == '}' && depth == 0 {
            let definition = std::mem::take(&mut current).trim().to_owned();
            let mut words = definition.split(|c: char| !c.is_alphanumeric() && c != '_');
            let name = words.nth(1).unwrap_or_default().to_owned();
            definitions.insert(name, definition);
        }
    }
    definitions
}

/// The operation `name` with the fragments that it needs.
fn with_fragments(definitions: &BTreeMap<String, String>, name: &str) -> Option<String> {
    let mut document = definitions.get(name)?.clone();
    let mut added: Vec<&String> = Vec::new();
    loop {
        let needed = definitions.iter().find(|(fragment, text)| {
            let spread = format!("...{fragment}");
            let spreads = document
                .match_indices(&spread)
                .any(|(at, _)| !document[at + spread.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'));
            text.starts_with("fragment ") && !added.contains(fragment) && spreads
        });
        let Some((fragment, text)) = needed else {
            return Some(document);
        };
        added.push(fragment);
        document.push('\n');
        document.push_str(text);
    }
}

/// What was said to be missing.
static TOLD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// What `name` is in the folder beside the repository, or in the one that MERX_SHARED names. Says so when it is not
/// there, once and past the capture of the test runner: a check that is not made should be seen.
pub fn shared(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let path = std::env::var_os("MERX_SHARED")
        .map_or_else(beside, PathBuf::from)
        .join(name);
    if path.exists() {
        return Some(path);
    }
    let mut told = TOLD.lock().expect("nobody panics with it");
    if told.insert(path.clone()) {
        let line = format!("NOT CHECKED: {} is not there, see MERX_SHARED\n", path.display());
        std::io::stderr().write_all(line.as_bytes()).expect("a line of text");
    }
    None
}

/// Documents by the name of their operation.
pub struct Documents(BTreeMap<String, String>);

impl Documents {
    /// Those of `text`, which may share fragments.
    pub fn read(text: &str) -> Self {
        Self(definitions(text))
    }

    /// Those that clients are promised, where they are.
    pub fn of_the_contract() -> Option<Self> {
        let folder = shared("contract")?;
        let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect("a file of the contract");
        Some(Self::read(&(read("storefront.graphql") + &read("staff.graphql"))))
    }

    /// The names of the operations.
    pub fn operations(&self) -> impl Iterator<Item = &String> {
        let operations = self.0.iter().filter(|(_, text)| !text.starts_with("fragment "));
        operations.map(|(name, _)| name)
    }

    /// The operation `name` with the fragments that it needs.
    pub fn get(&self, name: &str) -> Option<String> {
        with_fragments(&self.0, name)
    }
}
