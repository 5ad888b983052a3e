//! A document spelled from words of the language and names of the schema.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merx_fuzz::{judge, spelled};
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let variables = json!({ "a": 7, "b": ["x", "y", ["z"]] });
    judge(&spelled(bytes), variables.as_object().expect("an object"));
});
