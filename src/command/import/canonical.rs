//! What content hashes are made of.

use std::fmt::Write;

/// Values one after the other, each with its length, so that no two lists of values look the same.
#[derive(Default)]
pub(super) struct Canonical(pub(super) String);

impl Canonical {
    /// Adds a value.
    pub(super) fn put(&mut self, value: impl std::fmt::Display) -> &mut Self {
        let value = value.to_string();
        let _ = write!(self.0, "{}:{value};", value.len());
        self
    }

    /// Adds a value or its absence.
    pub(super) fn opt(&mut self, value: Option<impl std::fmt::Display>) -> &mut Self {
        match value {
            Some(value) => self.put(value),
            None => {
                self.0.push_str("-;");
                self
            }
        }
    }

    /// Adds the number of values and each.
    pub(super) fn list(&mut self, values: &[String]) -> &mut Self {
        self.put(values.len());
        for value in values {
            self.put(value);
        }
        self
    }
}
