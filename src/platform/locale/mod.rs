//! Languages: which one a client reads, and what Merx says in it. Codes never change with the language.

mod message;
mod negotiate;

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;

pub(crate) use message::message;
pub use message::{Arg, Message};

/// The shipped languages: their BCP 47 tags and their texts. The first one is the default, and fills the gaps of the
/// others.
const SHIPPED: [(&str, &str); 2] = [
    ("en", include_str!("../../../locales/en/errors.ftl")),
    ("de", include_str!("../../../locales/de/errors.ftl")),
];

/// The texts of each shipped language, read when the first one is needed.
static TEXTS: LazyLock<Vec<FluentBundle<FluentResource>>> =
    LazyLock::new(|| SHIPPED.iter().map(|(tag, text)| bundle(tag, text)).collect());

/// A shipped language.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Locale(usize);

impl Locale {
    /// All shipped languages, the default one first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..SHIPPED.len()).map(Self)
    }

    /// The language of exactly this tag, whatever its case.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::all().find(|locale| locale.tag().eq_ignore_ascii_case(tag))
    }

    /// Its BCP 47 tag, for example `de`.
    pub fn tag(self) -> &'static str {
        SHIPPED[self.0].0
    }

    /// Its texts.
    fn texts(self) -> &'static FluentBundle<FluentResource> {
        &TEXTS[self.0]
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// What can be read of a file. A test sees to it that this is all of it.
fn bundle(tag: &str, text: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(tag.parse().into_iter().collect());
    // The marks that keep right-to-left names apart would show up in logs and in comparisons of clients.
    bundle.set_use_isolating(false);
    let (resource, errors) = match FluentResource::try_new(text.to_owned()) {
        Ok(resource) => (resource, Vec::new()),
        Err((resource, errors)) => (resource, errors),
    };
    if !errors.is_empty() || bundle.add_resource(resource).is_err() {
        tracing::error!(tag, ?errors, "the texts of a language cannot be read in full");
    }
    bundle
}
