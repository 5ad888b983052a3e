//! What is sent: names and values, written as Stripe nests them, such as `metadata[merx_payment]`.

use std::collections::BTreeMap;

use serde::Serialize;

/// The parameters of a request.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Whether there are none: the empty form is written as `=`, which Stripe takes for a parameter.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// With `name` set.
    pub fn set(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.0.insert(name.into(), value.to_string());
        self
    }

    /// With `name` set where there is a value.
    pub fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.set(name, value),
            None => self,
        }
    }

    /// Asks for whole objects in place of their ids.
    pub fn expand(self, names: impl IntoIterator<Item = impl ToString>) -> Self {
        names
            .into_iter()
            .enumerate()
            .fold(self, |form, (n, name)| form.set(format!("expand[{n}]"), name))
    }
}
