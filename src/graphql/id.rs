//! Global ids in the schema: the GraphQL type is `ID`, the Rust type knows the table.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use async_graphql::registry::Registry;
use async_graphql::{ID, InputType, InputValueError, InputValueResult, Value};
use entity::{IdError, TypedId};

/// A typed id as an argument. An id of another type is refused before the resolver runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Gid<I>(pub I);

impl<I> InputType for Gid<I>
where
    I: TypedId + FromStr<Err = IdError> + Display + Send + Sync + 'static,
{
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <ID as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <ID as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => text.parse().map(Self).map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other.unwrap_or_default())),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// The global id of a row, as objects show it.
pub fn global_id(id: impl TypedId + Display) -> ID {
    ID(id.to_string())
}
