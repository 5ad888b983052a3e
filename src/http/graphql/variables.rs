//! Variables against their types, before anything runs: a value that does not fit refuses the request and not a field.

use std::collections::HashMap;

use async_graphql::parser::types::{BaseType, OperationDefinition, Type, TypeKind, TypeSystemDefinition};
use async_graphql::{Value, Variables};

use crate::http::graphql::refusal::Refusal;
use crate::platform::locale::message;

/// The input types of the schema, by name.
pub struct InputTypes(HashMap<String, Input>);

enum Input {
    Enum(Vec<String>),
    Object { fields: Vec<Field>, one_of: bool },
}

struct Field {
    name: String,
    ty: Type,
    required: bool,
}

impl InputTypes {
    /// Those of a schema in SDL.
    pub fn of(sdl: &async_graphql::parser::types::ServiceDocument) -> Self {
        let mut types = HashMap::new();
        for definition in &sdl.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let input = match &definition.node.kind {
                TypeKind::Enum(values) => {
                    let names = values.values.iter().map(|value| value.node.value.node.to_string());
                    Input::Enum(names.collect())
                }
                TypeKind::InputObject(object) => Input::Object {
                    fields: object
                        .fields
                        .iter()
                        .map(|field| Field {
                            name: field.node.name.node.to_string(),
                            required: !field.node.ty.node.nullable && field.node.default_value.is_none(),
                            ty: field.node.ty.node.clone(),
                        })
                        .collect(),
                    one_of: definition.node.directives.iter().any(|d| d.node.name.node == "oneOf"),
                },
                _ => continue,
            };
            types.insert(definition.node.name.node.to_string(), input);
        }
        Self(types)
    }

    /// Checks what `operation` declares against what was sent. What it sends besides is ignored.
    ///
    /// # Errors
    /// The first value that does not fit, by its path.
    pub fn check(&self, operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
        for definition in &operation.variable_definitions {
            let definition = &definition.node;
            let name = definition.name.node.as_str();
            let ty = &definition.var_type.node;
            match variables.get(&definition.name.node) {
                Some(value) => self
                    .fits(value, ty, &mut Path(vec![format!("${name}")]))
                    .map_err(misfit)?,
                None if !ty.nullable && definition.default_value.is_none() => {
                    return Err(misfit(format!("${name}: {ty} is required")));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn fits(&self, value: &Value, ty: &Type, path: &mut Path) -> Result<(), String> {
        match (value, &ty.base) {
            (Value::Null, _) if ty.nullable => Ok(()),
            (Value::Null, _) => Err(path.misfit("null", ty)),
            (Value::List(items), BaseType::List(of)) => {
                for (index, item) in items.iter().enumerate() {
                    path.within(index.to_string(), |path| self.fits(item, of, path))?;
                }
                Ok(())
            }
            // One value stands for a list of one.
            (value, BaseType::List(of)) => self.fits(value, of, path),
            (value, BaseType::Named(name)) => match self.0.get(name.as_str()) {
                Some(Input::Enum(values)) => match value {
                    Value::Enum(given) if values.iter().any(|v| v == given.as_str()) => Ok(()),
                    Value::String(given) if values.contains(given) => Ok(()),
                    _ => Err(path.misfit("another value", ty)),
                },
                Some(Input::Object { fields, one_of }) => self.object_fits(value, fields, *one_of, ty, path),
                None if scalar_fits(name, value) => Ok(()),
                None => Err(path.misfit(kind_of(value), ty)),
            },
        }
    }

    fn object_fits(
        &self,
        value: &Value,
        fields: &[Field],
        one_of: bool,
        ty: &Type,
        path: &mut Path,
    ) -> Result<(), String> {
        let Value::Object(given) = value else {
            return Err(path.misfit(kind_of(value), ty));
        };
        for name in given.keys() {
            if !fields.iter().any(|field| field.name == name.as_str()) {
                // The name is the client's own text: only its start is told back.
                let name: String = name.chars().take(40).collect();
                return Err(format!("{path}: {ty} has no field \"{name}\""));
            }
        }
        if one_of && (given.len() != 1 || given.values().any(|value| *value == Value::Null)) {
            return Err(format!("{path}: {ty} takes exactly one field, not null"));
        }
        for field in fields {
            match given.get(field.name.as_str()) {
                Some(value) => path.within(field.name.clone(), |path| self.fits(value, &field.ty, path))?,
                None if field.required => return Err(format!("{path}.{}: {} is required", field.name, field.ty)),
                None => {}
            }
        }
        Ok(())
    }
}

/// The types speak English, like the rest of the schema.
fn misfit(reason: String) -> Refusal {
    Refusal::bad_input(message!("variable-misfit", reason = reason))
}

/// Where in a variable the look is.
struct Path(Vec<String>);

impl Path {
    fn within<T>(&mut self, step: String, look: impl FnOnce(&mut Self) -> T) -> T {
        self.0.push(step);
        let seen = look(self);
        self.0.pop();
        seen
    }

    fn misfit(&self, given: &str, ty: &Type) -> String {
        format!("{self}: expected {ty}, got {given}")
    }
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Boolean(_) => "a boolean",
        Value::Binary(_) => "bytes",
        Value::Enum(_) => "a name",
        Value::List(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Whether a scalar takes `value`. Scalars of our own have checks of their own, at the argument.
fn scalar_fits(name: &str, value: &Value) -> bool {
    match name {
        "Int" => matches!(value, Value::Number(n) if n.as_i64().is_some_and(|n| i32::try_from(n).is_ok())),
        "Float" => matches!(value, Value::Number(_)),
        "String" => matches!(value, Value::String(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        "ID" => match value {
            Value::String(_) => true,
            Value::Number(n) => n.is_i64() || n.is_u64(),
            _ => false,
        },
        _ => true,
    }
}
