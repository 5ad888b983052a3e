//! What arms may say: the domain that reads the payloads of a kind knows.

use std::collections::HashMap;

use entity::experiment::experiment::{Arms, ExperimentKind};
use serde_json::Value;

/// Whether a payload is understood, beside that of the control.
pub type Form = fn(control: &Value, own: &Value) -> bool;

/// The forms of payloads by kind: filled once, when the app is built. Of a kind without a form everything is understood.
#[derive(Default)]
pub struct Forms(HashMap<ExperimentKind, Form>);

impl Forms {
    /// Has `form` judge the payloads of a kind.
    pub fn add(&mut self, kind: ExperimentKind, form: Form) {
        self.0.insert(kind, form);
    }

    /// The places of the arms that nobody would understand.
    pub(super) fn strangers(&self, kind: ExperimentKind, arms: &Arms) -> Vec<usize> {
        let (Some(form), Some(control)) = (self.0.get(&kind), arms.0.first()) else {
            return Vec::new();
        };
        let strange = |(place, payload): (usize, &Value)| (!form(&control.payload, payload)).then_some(place);
        let payloads = arms.0.iter().map(|arm| &arm.payload);
        payloads.enumerate().filter_map(strange).collect()
    }
}
