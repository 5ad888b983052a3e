//! What a document expands to, computed without expanding it: each fragment is measured once.

use std::collections::HashMap;

use async_graphql::Name;
use async_graphql::Positioned;
use async_graphql::parser::types::{
    BaseType, Directive, DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet, Type, VariableDefinition,
};
use async_graphql_value::Value;
use serde_json::{Map, Value as Json};

use super::table::{CostTable, FEW, FieldCost, INTROSPECTION, Items, PAGE, TypeCost};
use super::values::{Values, constant_weight};
use super::{Cost, Limits, Quantity, Refusal, at_most};

/// What the operation called `operation_name`, or the only one, costs. Every operation of the document must be within
/// the limits, and so must fragments that none of them uses: validation visits them all.
pub fn measure(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Map<String, Json>,
    table: &CostTable,
    limits: &Limits,
) -> Result<Cost, Refusal> {
    at_most(
        Quantity::Operations,
        document.operations.iter().len() as u64,
        limits.operations,
    )?;
    at_most(Quantity::Fragments, document.fragments.len() as u64, limits.fragments)?;
    let selected = selected(&document.operations, operation_name);
    let mut measurer = Measurer {
        document,
        table,
        limits,
        values: Values::of(variables, selected),
        fragments: HashMap::with_capacity(document.fragments.len()),
        work: 0,
        unknown_fields: 0,
    };
    let mut cost = Cost::default();
    for (_, operation) in document.operations.iter() {
        let measured = measurer.operation(&operation.node)?;
        if selected.is_none_or(|selected| std::ptr::eq(selected, &operation.node)) {
            cost = Cost {
                requested: measured.total(),
                depth: measured.depth,
                selections: measured.selections,
                aliases: measured.aliases,
            };
        }
    }
    for name in document.fragments.keys() {
        measurer.fragment(name, 0)?;
    }
    at_most(Quantity::Work, measurer.work, limits.work)?;
    Ok(cost)
}

/// The operation that would run.
fn selected<'a>(operations: &'a DocumentOperations, name: Option<&str>) -> Option<&'a OperationDefinition> {
    let mut all = operations.iter();
    let first = all.next();
    let found = match name {
        Some(name) => operations.iter().find(|(own, _)| own.is_some_and(|own| own == name)),
        None => first.filter(|_| all.next().is_none()),
    };
    found.map(|(_, operation)| &operation.node)
}

/// What a selection set expands to. Everything saturates: what is too much stays too much.
#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    /// Points, without those of rows.
    fixed: u64,
    /// Points of each row of the page around.
    row: u64,
    /// Selections.
    selections: u64,
    /// Fields without those inside others.
    direct: u64,
    /// The same with their arguments: what is compared with each other when fields are merged.
    merged: u64,
    spreads: u64,
    aliases: u64,
    directives: u64,
    values: u64,
    /// Fields inside each other.
    depth: u64,
    /// Selection sets inside each other.
    levels: u64,
    /// Fields of the introspection, with those of lists as often as they come.
    introspection: u64,
    introspection_depth: u64,
}

impl Measured {
    /// Both.
    fn and(self, other: Self) -> Self {
        Self {
            fixed: self.fixed.saturating_add(other.fixed),
            row: self.row.saturating_add(other.row),
            selections: self.selections.saturating_add(other.selections),
            direct: self.direct.saturating_add(other.direct),
            merged: self.merged.saturating_add(other.merged),
            spreads: self.spreads.saturating_add(other.spreads),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            values: self.values.saturating_add(other.values),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
            introspection: self.introspection.saturating_add(other.introspection),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
        }
    }

    /// Points on a page of `rows`.
    fn on_page(&self, rows: u64) -> u64 {
        self.fixed.saturating_add(self.row.saturating_mul(rows))
    }

    /// Points on a page that nobody opened.
    fn total(&self) -> u64 {
        self.on_page(PAGE)
    }
}

/// What is selected on.
#[derive(Clone, Copy)]
enum Parent<'a> {
    Type(&'a TypeCost),
    /// A type of the introspection.
    Introspection,
    /// Nothing that the schema has: validation will say so.
    Unknown,
}

struct Measurer<'a> {
    document: &'a ExecutableDocument,
    table: &'a CostTable,
    limits: &'a Limits,
    values: Values<'a>,
    /// What is measured; nothing while it is being measured.
    fragments: HashMap<&'a str, Option<Measured>>,
    work: u64,
    unknown_fields: u64,
}

impl<'a> Measurer<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Measured, Refusal> {
        let limits = self.limits;
        let root = self.table.root(operation.ty).map_or(Parent::Unknown, Parent::Type);
        let own = self
            .variables(&operation.variable_definitions)?
            .and(self.directives(&operation.directives)?);
        let measured = own.and(self.selection_set(&operation.selection_set.node, root, 0)?);
        at_most(Quantity::Depth, measured.depth, limits.depth)?;
        at_most(Quantity::Selections, measured.selections, limits.selections)?;
        at_most(Quantity::Spreads, measured.spreads, limits.spreads)?;
        at_most(Quantity::Aliases, measured.aliases, limits.aliases)?;
        at_most(Quantity::Directives, measured.directives, limits.directives)?;
        at_most(Quantity::Values, measured.values, limits.values)?;
        at_most(Quantity::Points, measured.total(), limits.points)?;
        let introspection = limits.introspection.saturating_mul(self.table.len());
        at_most(Quantity::Introspection, measured.introspection, introspection)?;
        let depth = measured.introspection_depth;
        at_most(Quantity::IntrospectionDepth, depth, limits.introspection_depth)?;
        if operation.ty == OperationType::Mutation {
            at_most(Quantity::RootMutations, measured.direct, limits.root_mutations)?;
        }
        self.work = self.work.saturating_add(measured.selections);
        Ok(measured)
    }

    fn variables(&mut self, definitions: &'a [Positioned<VariableDefinition>]) -> Result<Measured, Refusal> {
        at_most(Quantity::Variables, definitions.len() as u64, self.limits.variables)?;
        let mut measured = Measured::default();
        for definition in definitions.iter().map(|definition| &definition.node) {
            measured = measured.and(self.directives(&definition.directives)?);
            let Some(default) = &definition.default_value else {
                continue;
            };
            // Validation looks up the type of the elements without asking whether there is one.
            let element = element(&definition.var_type.node);
            if !self.table.knows(element) {
                return Err(Refusal::UnknownType(element.to_string()));
            }
            self.work = self.work.saturating_add(constant_weight(&default.node));
        }
        Ok(measured)
    }

    fn selection_set(&mut self, set: &'a SelectionSet, parent: Parent<'a>, level: u64) -> Result<Measured, Refusal> {
        // Also ends the recursion: the way here is a way through the expanded document.
        at_most(Quantity::Levels, level, self.limits.levels)?;
        let mut measured = Measured::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent, level)?,
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let condition = fragment.type_condition.as_ref();
                    let parent = condition.map_or(parent, |condition| self.parent(&condition.node.on.node));
                    let inner = self.selection_set(&fragment.selection_set.node, parent, level + 1)?;
                    self.directives(&fragment.directives)?.and(below(inner))
                }
                Selection::FragmentSpread(spread) => {
                    let mut inner = self.fragment(&spread.node.fragment_name.node, level + 1)?;
                    inner.spreads = inner.spreads.saturating_add(1);
                    self.directives(&spread.node.directives)?.and(below(inner))
                }
            };
            measured = measured.and(part);
            measured.selections = measured.selections.saturating_add(1);
        }
        // For each set, all fields that it flattens to are looked at.
        self.work = self.work.saturating_add(measured.merged);
        Ok(measured)
    }

    fn fragment(&mut self, name: &'a Name, level: u64) -> Result<Measured, Refusal> {
        match self.fragments.get(name.as_str()) {
            Some(Some(measured)) => {
                at_most(Quantity::Levels, level + measured.levels, self.limits.levels)?;
                return Ok(*measured);
            }
            Some(None) => return Err(Refusal::Cycle(name.to_string())),
            None => {}
        }
        // Validation says what is missing.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Measured::default());
        };
        self.fragments.insert(name, None);
        let parent = self.parent(&fragment.node.type_condition.node.on.node);
        let inner = self.selection_set(&fragment.node.selection_set.node, parent, level)?;
        let measured = self.directives(&fragment.node.directives)?.and(inner);
        self.fragments.insert(name, Some(measured));
        Ok(measured)
    }

    fn field(&mut self, field: &'a Field, parent: Parent<'a>, level: u64) -> Result<Measured, Refusal> {
        let mut measured = self.directives(&field.directives)?;
        let values = self.arguments(&field.arguments)?;
        measured.values = measured.values.saturating_add(values);
        measured.direct = 1;
        measured.merged = 1 + field.arguments.len() as u64;
        measured.aliases = u64::from(field.alias.is_some());
        let name = field.name.node.as_str();
        if name == "__typename" {
            return Ok(measured);
        }
        let known = match parent {
            Parent::Type(parent) => parent.field(name),
            _ => None,
        };
        let introspects = matches!(parent, Parent::Type(_)) && matches!(name, "__schema" | "__type");
        let inner_parent = match (known, parent) {
            (Some(known), _) => self.parent(&known.of),
            (None, Parent::Introspection) => Parent::Introspection,
            (None, _) if introspects => Parent::Introspection,
            (None, Parent::Type(_)) => {
                self.unknown_fields += 1;
                at_most(Quantity::UnknownFields, self.unknown_fields, self.limits.unknown_fields)?;
                Parent::Unknown
            }
            (None, Parent::Unknown) => Parent::Unknown,
        };
        let inner = match field.selection_set.node.items.is_empty() {
            true => Measured::default(),
            false => below(self.selection_set(&field.selection_set.node, inner_parent, level + 1)?),
        };
        let mut inside = Measured {
            fixed: 0,
            row: 0,
            direct: 0,
            merged: 0,
            ..inner
        };
        if introspects {
            inside.depth = 1;
            inside.fixed = INTROSPECTION;
        } else if matches!(parent, Parent::Introspection) {
            inside.introspection_depth += 1;
            inside.introspection = self.introspection(name, inner.introspection);
        } else {
            inside.depth += 1;
            (inside.fixed, inside.row) = self.points(field, known, &inner);
            let paid = known.and_then(|known| values.checked_div(known.values_a_point?));
            inside.fixed = inside.fixed.saturating_add(paid.unwrap_or_default());
        }
        Ok(measured.and(inside))
    }

    /// Points of `field` and of each row of the page around it.
    fn points(&self, field: &'a Field, known: Option<&FieldCost>, inner: &Measured) -> (u64, u64) {
        let Some(known) = known else {
            return (1u64.saturating_add(inner.total()), 0);
        };
        let rows = |size: &super::table::Size| {
            size.read(
                self.limits.page,
                |name| self.values.count(field, name),
                |name| self.values.length(field, name),
            )
        };
        let below = match &known.items {
            Items::One => inner.total(),
            Items::Few => inner.total().saturating_mul(FEW),
            Items::Rows => return (known.points, inner.total()),
            Items::Page(size) => inner.on_page(rows(size)),
            Items::List(size) => inner.total().saturating_mul(rows(size)),
        };
        (known.points.saturating_add(below), 0)
    }

    /// Fields that `name`, of the introspection, gives, when `inner` are below it.
    fn introspection(&self, name: &str, inner: u64) -> u64 {
        let below = match name {
            "types" => inner.saturating_mul(self.table.len()),
            "fields" | "inputFields" | "args" | "enumValues" | "interfaces" | "possibleTypes" | "directives" => {
                inner.saturating_mul(FEW)
            }
            // Tools ask for nine levels; few types have more than two.
            "ofType" => inner / 2,
            _ => inner,
        };
        below.saturating_add(1)
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) -> Result<Measured, Refusal> {
        let mut measured = Measured {
            directives: directives.len() as u64,
            ..Measured::default()
        };
        for directive in directives {
            let values = self.arguments(&directive.node.arguments)?;
            measured.values = measured.values.saturating_add(values);
        }
        Ok(measured)
    }

    /// The values in `arguments`.
    fn arguments(&mut self, arguments: &'a [(Positioned<Name>, Positioned<Value>)]) -> Result<u64, Refusal> {
        at_most(Quantity::Arguments, arguments.len() as u64, self.limits.arguments)?;
        let mut weight = 0u64;
        for (_, value) in arguments {
            weight = weight.saturating_add(self.values.weight(&value.node));
        }
        self.work = self.work.saturating_add(weight);
        Ok(weight)
    }

    fn parent(&self, name: &str) -> Parent<'a> {
        match self.table.composite(name) {
            Some(known) => Parent::Type(known),
            None if name.starts_with("__") => Parent::Introspection,
            None => Parent::Unknown,
        }
    }
}

/// What is a level deeper.
fn below(inner: Measured) -> Measured {
    Measured {
        levels: inner.levels + 1,
        ..inner
    }
}

fn element(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(of) => element(of),
    }
}
