//! The schema as text: for clients, and for a federation gateway.

use std::fmt::{Display, Write};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    ConstDirective, FieldDefinition, InputValueDefinition, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Positioned, SDLExportOptions};

use crate::graphql::root::MerxSchema;
use crate::graphql::visibility::Outline;

/// Objects that other subgraphs may extend by their id; `_entities` finds them.
const ENTITIES: [&str; 7] = [
    "Cart",
    "Category",
    "Collection",
    "Customer",
    "Order",
    "Product",
    "ProductVariant",
];
/// Values without an identity, which other subgraphs may define too.
const SHAREABLE: [&str; 2] = ["Money", "PageInfo"];

const HEADER: &str =
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\"])\n";

/// The whole schema, staff's part included, as clients and their tools read it. The schema must have been built with
/// `enable_subscription_in_federation`.
pub fn plain(schema: &MerxSchema) -> String {
    // The option leaves out `_service` and `_entities`, which are the gateway's affair; what it adds is at the end.
    let text = schema.sdl_with_options(SDLExportOptions::new().federation());
    let mut text = text.split("extend schema @link(").next().unwrap_or_default().to_owned();
    let roots = [
        ("query", "Query"),
        ("mutation", "Mutation"),
        ("subscription", "Subscription"),
    ];
    text.push_str("schema {\n");
    for (kind, name) in roots {
        if text.contains(&format!("\ntype {name} {{\n")) {
            text.push_str(&format!("\t{kind}: {name}\n"));
        }
    }
    text.push_str("}\n");
    text
}

/// The schema as a subgraph of Apollo Federation 2: what `seen` shows of the `plain` one, with the keys of the entities.
/// What only staff sees is left out: through a gateway it could be named by everybody.
pub fn subgraph(plain: &str, seen: &Outline) -> String {
    let mut out = HEADER.to_owned();
    let definitions = parse_schema(plain)
        .map(|document| document.definitions)
        .unwrap_or_default();
    for definition in definitions {
        match definition {
            TypeSystemDefinition::Type(ty) if seen.has_type(&ty.node.name.node) => write_type(&mut out, &ty.node, seen),
            // Composition knows the directives of the language, but not yet this one.
            TypeSystemDefinition::Directive(directive) if directive.node.name.node == "oneOf" => {
                out.push_str("\ndirective @oneOf on INPUT_OBJECT\n");
            }
            _ => {}
        }
    }
    out
}

/// What a gateway asks besides, in the same language. It stands in no other text.
pub fn gateway() -> String {
    format!(
        "extend type Query {{ _service: _Service! _entities(representations: [_Any!]!): [_Entity]! }}
        type _Service {{ sdl: String! }} scalar _Any union _Entity = {}",
        ENTITIES.join(" | ")
    )
}

fn write_type(out: &mut String, ty: &TypeDefinition, seen: &Outline) {
    let name = ty.name.node.as_str();
    out.push('\n');
    write_description(out, "", ty.description.as_ref());
    let (keyword, implements) = match &ty.kind {
        TypeKind::Scalar => ("scalar", &[][..]),
        TypeKind::Object(object) => ("type", &object.implements[..]),
        TypeKind::Interface(interface) => ("interface", &interface.implements[..]),
        TypeKind::Union(_) => ("union", &[][..]),
        TypeKind::Enum(_) => ("enum", &[][..]),
        TypeKind::InputObject(_) => ("input", &[][..]),
    };
    push(out, format_args!("{keyword} {name}"));
    let implements: Vec<&str> = implements
        .iter()
        .map(|i| i.node.as_str())
        .filter(|i| seen.has_type(i))
        .collect();
    if !implements.is_empty() {
        push(out, format_args!(" implements {}", implements.join(" & ")));
    }
    if ENTITIES.contains(&name) {
        out.push_str(" @key(fields: \"id\")");
    }
    if SHAREABLE.contains(&name) {
        out.push_str(" @shareable");
    }
    write_directives(out, &ty.directives);
    match &ty.kind {
        TypeKind::Scalar => out.push('\n'),
        TypeKind::Object(object) => write_fields(out, name, &object.fields, seen),
        TypeKind::Interface(interface) => write_fields(out, name, &interface.fields, seen),
        TypeKind::Union(union) => {
            let members = union
                .members
                .iter()
                .map(|m| m.node.as_str())
                .filter(|m| seen.has_type(m));
            push(out, format_args!(" = {}\n", members.collect::<Vec<_>>().join(" | ")));
        }
        TypeKind::Enum(enumeration) => {
            out.push_str(" {\n");
            for value in enumeration.values.iter().map(|value| &value.node) {
                write_description(out, "\t", value.description.as_ref());
                push(out, format_args!("\t{}", value.value));
                write_directives(out, &value.directives);
                out.push('\n');
            }
            out.push_str("}\n");
        }
        TypeKind::InputObject(object) => {
            out.push_str(" {\n");
            write_inputs(out, "\t", &object.fields);
            out.push_str("}\n");
        }
    }
}

fn write_fields(out: &mut String, ty: &str, fields: &[Positioned<FieldDefinition>], seen: &Outline) {
    out.push_str(" {\n");
    let fields = fields.iter().map(|field| &field.node);
    for field in fields.filter(|field| seen.has_field(ty, &field.name.node)) {
        write_description(out, "\t", field.description.as_ref());
        push(out, format_args!("\t{}", field.name));
        if !field.arguments.is_empty() {
            out.push_str("(\n");
            write_inputs(out, "\t\t", &field.arguments);
            out.push_str("\t)");
        }
        push(out, format_args!(": {}", field.ty));
        write_directives(out, &field.directives);
        out.push('\n');
    }
    out.push_str("}\n");
}

fn write_inputs(out: &mut String, indent: &str, inputs: &[Positioned<InputValueDefinition>]) {
    for input in inputs.iter().map(|input| &input.node) {
        write_description(out, indent, input.description.as_ref());
        push(out, format_args!("{indent}{}: {}", input.name, input.ty));
        if let Some(default) = &input.default_value {
            push(out, format_args!(" = {default}"));
        }
        write_directives(out, &input.directives);
        out.push('\n');
    }
}

fn write_directives(out: &mut String, directives: &[Positioned<ConstDirective>]) {
    for directive in directives.iter().map(|directive| &directive.node) {
        push(out, format_args!(" @{}", directive.name));
        let arguments = directive.arguments.iter();
        let arguments: Vec<String> = arguments.map(|(name, value)| format!("{name}: {value}")).collect();
        if !arguments.is_empty() {
            push(out, format_args!("({})", arguments.join(", ")));
        }
    }
}

fn write_description(out: &mut String, indent: &str, text: Option<&Positioned<String>>) {
    if let Some(text) = text {
        let text = text.node.replace('\n', &format!("\n{indent}"));
        push(out, format_args!("{indent}\"\"\"\n{indent}{text}\n{indent}\"\"\"\n"));
    }
}

/// Writing into a text does not fail.
fn push(out: &mut String, text: impl Display) {
    let _ = write!(out, "{text}");
}
