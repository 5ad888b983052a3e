//! What each field of the schema costs, read once from the schema's text.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, OperationType, ServiceDocument, Type, TypeKind, TypeSystemDefinition,
};

/// Rows on a page when nobody says how many.
pub(super) const PAGE: u64 = 20;
/// Items that a list without a size is reckoned with.
pub(super) const FEW: u64 = 5;
/// Points of a field.
const FIELD: u64 = 1;
/// Points of a mutation.
const MUTATION: u64 = 10;
/// Points of a root field that reads more than rows by their keys.
const SEARCH: u64 = 10;
/// Root fields that do.
const SEARCHES: [&str; 3] = ["search", "searchSuggest", "recommendations"];
/// Mutations that write a row for each element of their input.
const WRITES_MANY: [&str; 1] = ["recommendationEventTrack"];
/// Values in the input of such a mutation for which it costs a point more: an event of four fields has nine.
const VALUES_A_POINT: u64 = 4;
/// Points of `__schema` and of `__type`, whatever is selected below: they read no database.
pub(super) const INTROSPECTION: u64 = 50;
/// Arguments that say how many.
const SIZES: [&str; 3] = ["first", "last", "limit"];
/// Types that no text of a schema declares.
const BUILT_IN: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

/// What each field of the schema costs.
#[derive(Debug)]
pub struct CostTable {
    types: HashMap<String, TypeCost>,
    roots: [Option<String>; 3],
}

/// A type.
#[derive(Debug, Default)]
pub(super) struct TypeCost {
    fields: HashMap<String, FieldCost>,
    /// Whether something can be selected on it.
    composite: bool,
}

/// A field.
#[derive(Debug)]
pub(super) struct FieldCost {
    /// Its own points.
    pub points: u64,
    /// Values in its arguments that cost a point each time; none cost nothing.
    pub values_a_point: Option<u64>,
    /// The name of its type.
    pub of: String,
    /// How often its selection set is resolved.
    pub items: Items,
}

/// How often the selection set of a field is resolved.
#[derive(Debug)]
pub(super) enum Items {
    /// Once.
    One,
    /// As often as it has items, and nobody says how many.
    Few,
    /// Once a row of the page that the field around it opens.
    Rows,
    /// Once; but what is [`Items::Rows`] below it, as often as the arguments say.
    Page(Size),
    /// As often as the arguments say.
    List(Size),
}

/// A number that arguments say.
#[derive(Debug, Default)]
pub(super) struct Size {
    /// Arguments that hold the number, with their default values.
    pub counts: Vec<(String, Option<u64>)>,
    /// Arguments that hold one element an item.
    pub lists: Vec<String>,
}

impl CostTable {
    /// Reads the schema's text.
    ///
    /// # Errors
    /// A text that is no schema.
    pub fn from_sdl(sdl: &str) -> Result<Self, async_graphql::parser::Error> {
        parse_schema(sdl).map(|document| Self::of(&document))
    }

    /// The costs of a schema.
    pub fn of(schema: &ServiceDocument) -> Self {
        let mut types: HashMap<String, TypeCost> = BUILT_IN
            .into_iter()
            .map(|name| (name.to_owned(), TypeCost::default()))
            .collect();
        let mut roots = ["Query", "Mutation", "Subscription"].map(|name| Some(name.to_owned()));
        let mut fields = Vec::new();
        for definition in &schema.definitions {
            match definition {
                TypeSystemDefinition::Type(definition) => {
                    let definition = &definition.node;
                    let name = definition.name.node.to_string();
                    let entry = types.entry(name.clone()).or_default();
                    let own = match &definition.kind {
                        TypeKind::Object(object) => &object.fields[..],
                        TypeKind::Interface(interface) => &interface.fields[..],
                        TypeKind::Union(_) => &[],
                        _ => continue,
                    };
                    entry.composite = true;
                    fields.extend(own.iter().map(|field| (name.clone(), &field.node)));
                }
                TypeSystemDefinition::Schema(schema) if !schema.node.extend => {
                    let schema = &schema.node;
                    roots = [&schema.query, &schema.mutation, &schema.subscription]
                        .map(|root| root.as_ref().map(|name| name.node.to_string()));
                }
                _ => {}
            }
        }
        let pages: Vec<String> = fields
            .iter()
            .filter(|(_, field)| is_rows(field))
            .map(|(owner, _)| owner.clone())
            .collect();
        for (owner, field) in fields {
            let own = [&roots[0], &roots[1]].map(|root| root.as_deref() == Some(owner.as_str()));
            let points = match own {
                [_, true] => MUTATION,
                [true, _] if SEARCHES.contains(&field.name.node.as_str()) => SEARCH,
                _ => FIELD,
            };
            let many = matches!(own, [_, true]) && WRITES_MANY.contains(&field.name.node.as_str());
            let cost = FieldCost {
                points,
                values_a_point: many.then_some(VALUES_A_POINT),
                items: items(field, &pages),
                of: concrete(&field.ty.node).to_owned(),
            };
            if let Some(entry) = types.get_mut(&owner) {
                entry.fields.insert(field.name.node.to_string(), cost);
            }
        }
        Self { types, roots }
    }

    /// The number of types.
    pub(super) fn len(&self) -> u64 {
        self.types.len() as u64
    }

    /// The type called `name`, when objects are of it.
    pub(super) fn composite(&self, name: &str) -> Option<&TypeCost> {
        self.types.get(name).filter(|known| known.composite)
    }

    /// Whether there is a type called `name`.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.types.contains_key(name)
    }

    /// The root type of queries, mutations or subscriptions.
    pub(super) fn root(&self, kind: OperationType) -> Option<&TypeCost> {
        let [query, mutation, subscription] = &self.roots;
        let name = match kind {
            OperationType::Query => query,
            OperationType::Mutation => mutation,
            OperationType::Subscription => subscription,
        };
        self.composite(name.as_deref()?)
    }
}

impl TypeCost {
    pub(super) fn field(&self, name: &str) -> Option<&FieldCost> {
        self.fields.get(name)
    }
}

impl Size {
    /// The number, when `count` and `length` know values of arguments: that argument's number, or its elements.
    pub(super) fn read(
        &self,
        most: u64,
        count: impl Fn(&str) -> Option<u64>,
        length: impl Fn(&str) -> Option<u64>,
    ) -> u64 {
        let counted = self
            .counts
            .iter()
            .filter_map(|(name, default)| count(name).or(*default));
        let listed = self.lists.iter().filter_map(|name| length(name));
        // A page that was asked for as empty is not resolved for free: the list is read.
        counted.chain(listed).max().unwrap_or(PAGE).clamp(1, most)
    }
}

fn concrete(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(of) => concrete(of),
    }
}

fn is_list(of: &Type) -> bool {
    matches!(of.base, BaseType::List(_))
}

/// Whether the field holds the rows of a page.
fn is_rows(field: &FieldDefinition) -> bool {
    let named = ["edges", "nodes"].contains(&field.name.node.as_str());
    named && is_list(&field.ty.node) && field.arguments.is_empty()
}

fn items(field: &FieldDefinition, pages: &[String]) -> Items {
    if is_rows(field) {
        return Items::Rows;
    }
    let size = size(field);
    if is_list(&field.ty.node) {
        if size.counts.is_empty() && size.lists.is_empty() {
            return Items::Few;
        }
        return Items::List(size);
    }
    if pages.iter().any(|page| page == concrete(&field.ty.node)) {
        return Items::Page(size);
    }
    Items::One
}

fn size(field: &FieldDefinition) -> Size {
    let mut size = Size::default();
    for argument in field.arguments.iter().map(|argument| &argument.node) {
        let name = argument.name.node.to_string();
        if SIZES.contains(&name.as_str()) {
            let default = argument.default_value.as_ref().and_then(|value| match &value.node {
                async_graphql::Value::Number(number) => number.as_u64(),
                _ => None,
            });
            size.counts.push((name, default));
        } else if is_list(&field.ty.node) && is_list(&argument.ty.node) && !argument.ty.node.nullable {
            // `nodes(ids:)`: an item an element.
            size.lists.push(name);
        }
    }
    size
}
