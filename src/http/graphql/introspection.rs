//! Introspection: what each audience sees of the schema, asked once a process, and the answers to clients, computed once
//! for each audience.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{CacheControl, Name, Request, Response, Schema, SchemaBuilder, Value, Variables};
use futures_util::FutureExt;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::graphql::federation::SubgraphSdl;
use crate::graphql::once::idempotent;
use crate::graphql::root::{MerxSchema, Mutation, Query, Subscription};
use crate::graphql::visibility::{OUTLINE, Openness, Outline, Visibility};
use crate::graphql::{permissions, sdl};
use crate::platform::viewer::Audience;

/// Answers about the schema that are kept. Tools ask the same few documents, and the answers are large.
const ANSWERS_MAX: u64 = 8;
/// Answers of `__typename` alone that are kept: what gateways and load balancers ask to see whether the server lives.
const SIGNS_OF_LIFE_MAX: u64 = 64;

/// Audiences whose view of the schema is remembered: one a set of permissions that somebody has.
const AUDIENCES_MAX: u64 = 256;

/// What follows from the code alone.
struct Known {
    schema: MerxSchema,
    outlines: Cache<Audience, Arc<Outline>>,
    plain: String,
    subgraph: Arc<str>,
}

static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let schema = Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .directive(idempotent)
        .enable_subscription_in_federation()
        .finish();
    let plain = sdl::plain(&schema);
    let subgraph = sdl::subgraph(&plain, &read_outline(&schema, Audience::PUBLIC)).into();
    Known {
        schema,
        outlines: Cache::new(AUDIENCES_MAX),
        plain,
        subgraph,
    }
});

/// What `audience` sees of the schema.
fn outline(audience: Audience) -> Arc<Outline> {
    let read = || Arc::new(read_outline(&KNOWN.schema, audience));
    KNOWN.outlines.get_with(audience, read)
}

fn read_outline(schema: &MerxSchema, audience: Audience) -> Outline {
    // Introspection waits for nothing, so its first step is its last.
    let answer = schema.execute(Request::new(OUTLINE).data(audience)).now_or_never();
    let outline = answer.and_then(|response| Outline::read(response.data));
    if outline.is_none() {
        // Then the guards alone keep what is staff's.
        tracing::error!(?audience, "the schema does not describe itself");
    }
    outline.unwrap_or_default()
}

/// The schema as text.
pub fn sdl() -> String {
    KNOWN.plain.clone()
}

/// The schema as `audience` sees it, as text.
pub fn sdl_for(audience: Audience) -> String {
    sdl::subgraph(&KNOWN.plain, &outline(audience))
}

/// The schema as a subgraph of Apollo Federation, as text.
pub fn subgraph_sdl() -> String {
    KNOWN.subgraph.to_string()
}

/// Who may use what of the schema, as a page of the documentation.
pub fn permissions() -> String {
    permissions::page(outline)
}

/// The schema, as it answers each audience.
pub struct Schemas {
    public: MerxSchema,
    staff: MerxSchema,
}

impl Schemas {
    /// What `build` makes, keeping from each audience what it may not see.
    pub fn new(build: impl Fn() -> SchemaBuilder<Query, Mutation, Subscription>, config: &Config) -> Self {
        let open = Openness {
            introspection: !config.is_production(),
            federation: config.server.federation,
        };
        let visibility = Visibility::new(outline, open);
        let build = || {
            build()
                .extension(visibility.clone())
                .data(SubgraphSdl(Arc::clone(&KNOWN.subgraph)))
        };
        let staff = build().finish();
        let public = if open.introspection {
            staff.clone()
        } else {
            // Not only left out of messages: they are not even looked for, which takes long for many unknown names.
            build().disable_suggestions().finish()
        };
        Self { public, staff }
    }

    /// The schema for `audience`.
    pub fn of(&self, audience: Audience) -> &MerxSchema {
        if audience.staff { &self.staff } else { &self.public }
    }
}

/// Names an answer.
pub struct Key {
    /// Whether it tells of types, and not only the name of a root.
    schema: bool,
    /// The audience, and the digest of what it asks.
    asked: (Audience, [u8; 32]),
}

type Answers = Cache<(Audience, [u8; 32]), Arc<(Value, CacheControl)>>;

/// Answers to introspection. The schema is the same as long as the process lives, so they do not expire.
pub struct Introspection {
    answers: Answers,
    signs_of_life: Answers,
}

impl Introspection {
    /// No answers yet.
    pub fn new() -> Self {
        Self {
            answers: Cache::new(ANSWERS_MAX),
            signs_of_life: Cache::new(SIGNS_OF_LIFE_MAX),
        }
    }

    /// The answer of `run`, or the one that the same `key` had before. Without a key it always runs.
    pub async fn answer(&self, key: Option<Key>, run: impl Future<Output = Response>) -> Response {
        let Some(key) = key else {
            return run.await;
        };
        let answers = if key.schema { &self.answers } else { &self.signs_of_life };
        if let Some(known) = answers.get(&key.asked) {
            let (data, cache_control) = &*known;
            return Response::new(data.clone()).cache_control(*cache_control);
        }
        let response = run.await;
        if response.errors.is_empty() {
            let answer = (response.data.clone(), response.cache_control);
            answers.insert(key.asked, Arc::new(answer));
        }
        response
    }
}

/// A document as it is about to run.
pub struct Asked<'a> {
    /// For whom.
    pub audience: Audience,
    /// Its text.
    pub text: &'a str,
    /// The same, parsed.
    pub document: &'a ExecutableDocument,
    /// The operation that runs; the only one when there is no name.
    pub operation: Option<&'a str>,
    /// The values of its variables.
    pub variables: &'a Variables,
}

impl Asked<'_> {
    /// Names the answer, when it is about the schema and about nothing else.
    pub fn key(&self) -> Option<Key> {
        let schema = self.tells_of_types()?;
        let variables = serde_json::to_vec(self.variables).ok()?;
        let mut hash = Sha256::new();
        for part in [
            self.text.as_bytes(),
            self.operation.unwrap_or_default().as_bytes(),
            &variables,
        ] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        Some(Key {
            schema,
            asked: (self.audience, hash.finalize().into()),
        })
    }

    /// Whether it asks for types, or for the name of the root alone; nothing when it asks for anything else.
    fn tells_of_types(&self) -> Option<bool> {
        let mut operations = self.document.operations.iter();
        let runs = |name: Option<&Name>| self.operation.is_none() || name.map(Name::as_str) == self.operation;
        let (_, operation) = operations.find(|(name, _)| runs(*name))?;
        let mut fields = Fields {
            document: self.document,
            followed: HashSet::new(),
            schema: false,
        };
        let only = fields.are_meta(&operation.node.selection_set.node);
        (operation.node.ty == OperationType::Query && only).then_some(fields.schema)
    }
}

/// A walk over the fields of the root, each fragment once.
struct Fields<'a> {
    document: &'a ExecutableDocument,
    followed: HashSet<&'a str>,
    /// Whether the schema was among them.
    schema: bool,
}

impl<'a> Fields<'a> {
    fn are_meta(&mut self, set: &'a SelectionSet) -> bool {
        set.items.iter().all(|item| match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                let schema = matches!(name, "__schema" | "__type");
                self.schema |= schema;
                schema || name == "__typename"
            }
            Selection::InlineFragment(fragment) => self.are_meta(&fragment.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                let fragment = self.document.fragments.get(name);
                !self.followed.insert(name) || fragment.is_some_and(|f| self.are_meta(&f.node.selection_set.node))
            }
        })
    }
}
