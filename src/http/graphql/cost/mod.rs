//! What a document may cost, decided before anything walks it that could be made to walk for long.
//!
//! The parser recurses and goes back, validation and execution expand every fragment where it is spread: a kilobyte of
//! text can keep them busy for minutes. So two looks come first, each linear in what it reads: [`scan`] at the text
//! before it is parsed, [`measure`] at what the parsed document expands to.

mod measure;
mod table;
mod values;

pub use super::scan::scan;
pub use measure::measure;
pub use table::CostTable;

/// What a document may be. [`Limits::default`] is what the server ships with.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of the text.
    pub bytes: u64,
    /// Words, numbers, texts and signs.
    pub tokens: u64,
    /// Brackets of any kind inside each other: the parser recurses on them.
    pub nesting: u64,
    /// Bytes of a name: names come back in error messages.
    pub name: u64,
    /// Directives, in the text and in an expanded operation.
    pub directives: u64,
    /// Operations in a document.
    pub operations: u64,
    /// Fragments in a document.
    pub fragments: u64,
    /// Variables of an operation.
    pub variables: u64,
    /// Arguments of a field or directive.
    pub arguments: u64,
    /// Fields that the schema does not have: each costs a search for what was meant.
    pub unknown_fields: u64,
    /// Selection sets inside each other, those of fragments too.
    pub levels: u64,
    /// Fields inside each other.
    pub depth: u64,
    /// Fields inside each other below `__schema` and `__type`: the query of every tool goes 15 deep.
    pub introspection_depth: u64,
    /// Fields below `__schema` and `__type`, for each type of the schema: the query of every tool takes about 500.
    pub introspection: u64,
    /// Selections of an operation, fragments expanded.
    pub selections: u64,
    /// Spreads of fragments in an operation, fragments expanded.
    pub spreads: u64,
    /// Aliases of an operation, fragments expanded.
    pub aliases: u64,
    /// Fields of a mutation's root, fragments expanded.
    pub root_mutations: u64,
    /// Values in arguments of an operation, fragments and variables expanded.
    pub values: u64,
    /// What validation walks: operations expanded, and every selection set with all that it flattens to.
    pub work: u64,
    /// Points of an operation.
    pub points: u64,
    /// Longest page that is reckoned with: nobody gets a longer one.
    pub page: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 10,
            tokens: 4_000,
            nesting: 64,
            name: 128,
            directives: 60,
            operations: 30,
            fragments: 200,
            variables: 64,
            arguments: 32,
            unknown_fields: 25,
            levels: 32,
            depth: 15,
            introspection_depth: 20,
            introspection: 1_000,
            selections: 2_000,
            spreads: 250,
            aliases: 30,
            root_mutations: 5,
            values: 10_000,
            work: 10_000,
            points: 20_000,
            page: 250,
        }
    }
}

/// What an operation costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Points: about the number of fields that are resolved when every page is full.
    pub requested: u64,
    /// Fields inside each other.
    pub depth: u64,
    /// Selections, fragments expanded.
    pub selections: u64,
    /// Aliases, fragments expanded.
    pub aliases: u64,
}

/// What a document can have too much of. The names of [`Limits`] say what each is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// [`Limits::bytes`].
    Bytes,
    /// [`Limits::tokens`].
    Tokens,
    /// [`Limits::nesting`].
    Nesting,
    /// [`Limits::name`].
    Name,
    /// [`Limits::directives`].
    Directives,
    /// [`Limits::operations`].
    Operations,
    /// [`Limits::fragments`].
    Fragments,
    /// [`Limits::variables`].
    Variables,
    /// [`Limits::arguments`].
    Arguments,
    /// [`Limits::unknown_fields`].
    UnknownFields,
    /// [`Limits::levels`].
    Levels,
    /// [`Limits::depth`].
    Depth,
    /// [`Limits::introspection_depth`].
    IntrospectionDepth,
    /// [`Limits::introspection`].
    Introspection,
    /// [`Limits::selections`].
    Selections,
    /// [`Limits::spreads`].
    Spreads,
    /// [`Limits::aliases`].
    Aliases,
    /// [`Limits::root_mutations`].
    RootMutations,
    /// [`Limits::values`].
    Values,
    /// [`Limits::work`].
    Work,
    /// [`Limits::points`].
    Points,
}

impl Quantity {
    /// Its name in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Tokens => "tokens",
            Self::Nesting => "nesting",
            Self::Name => "name",
            Self::Directives => "directives",
            Self::Operations => "operations",
            Self::Fragments => "fragments",
            Self::Variables => "variables",
            Self::Arguments => "arguments",
            Self::UnknownFields => "unknown-fields",
            Self::Levels => "levels",
            Self::Depth => "depth",
            Self::IntrospectionDepth => "introspection-depth",
            Self::Introspection => "introspection",
            Self::Selections => "selections",
            Self::Spreads => "spreads",
            Self::Aliases => "aliases",
            Self::RootMutations => "root-mutations",
            Self::Values => "values",
            Self::Work => "work",
            Self::Points => "points",
        }
    }
}

/// Why a document is not looked at any further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It has more of something than it may.
    #[error("{}: {found} of at most {most}", quantity.name())]
    TooMuch {
        /// What it has too much of.
        quantity: Quantity,
        /// How much it has.
        found: u64,
        /// How much it may have.
        most: u64,
    },
    /// It holds the character that the database cannot keep.
    #[error("a text holds U+0000")]
    Nul,
    /// A text in it does not end.
    #[error("the text at {line}:{column} is not closed")]
    OpenText {
        /// Line of its start, from 1.
        line: usize,
        /// Column of its start, from 1.
        column: usize,
    },
    /// A fragment contains itself.
    #[error("fragment \"{0}\" spreads itself")]
    Cycle(String),
    /// A variable has a type that does not exist.
    #[error("unknown type \"{0}\"")]
    UnknownType(String),
}

/// Refuses more than `most` of something.
pub(super) fn at_most(quantity: Quantity, found: u64, most: u64) -> Result<(), Refusal> {
    if found > most {
        return Err(Refusal::TooMuch { quantity, found, most });
    }
    Ok(())
}
