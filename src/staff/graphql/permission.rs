//! Permissions as an enum of the schema. Written out, because the list of permissions is the platform's, which knows no
//! schema, and stands in one place.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::Field;
use async_graphql::registry::{EnumBuilder, MetaEnumValue, MetaTypeId, Registry};
use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned, ServerResult,
    Value,
};

use crate::platform::permission::{Permission, Permissions};

/// One thing that may be allowed to staff and to programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionValue(pub Permission);

impl PermissionValue {
    /// `catalog.read` as `CATALOG_READ`.
    fn name(self) -> String {
        self.0.name().replace('.', "_").to_ascii_uppercase()
    }

    /// The members of a set.
    pub fn list(permissions: Permissions) -> Vec<Self> {
        permissions.iter().map(Self).collect()
    }

    /// The set of some permissions.
    pub fn set(permissions: &[Self]) -> Permissions {
        permissions.iter().map(|permission| permission.0).collect()
    }

    fn parse_name(name: &str) -> Option<Self> {
        let mut all = Permission::ALL.iter().copied().map(Self);
        all.find(|permission| permission.name() == name)
    }

    fn register(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| {
            let values = Permission::ALL.iter().map(|permission| {
                let name = Self(*permission).name();
                let mut value = MetaEnumValue::new(name.as_str());
                value.description = Some(format!("{} `{permission}`", permission.description()));
                (name, value)
            });
            EnumBuilder::new("Permission", values.collect::<IndexMap<_, _>>())
                .description(Some(
                    "One thing that may be allowed to staff and to programs.".to_owned(),
                ))
                .build()
        })
    }
}

impl InputType for PermissionValue {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Permission")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let name = match &value {
            Value::Enum(name) => name.as_str(),
            Value::String(name) => name.as_str(),
            _ => return Err(InputValueError::expected_type(value)),
        };
        Self::parse_name(name)
            .ok_or_else(|| InputValueError::custom(format!("Enumeration type does not contain value \"{name}\".")))
    }

    fn to_value(&self) -> Value {
        Value::Enum(Name::new(self.name()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for PermissionValue {
    fn type_name() -> Cow<'static, str> {
        <Self as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(self.to_value())
    }
}
