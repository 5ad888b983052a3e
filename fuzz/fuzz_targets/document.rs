//! Any text as a document; what follows a zero byte, as JSON, as its variables.
#![no_main]

use libfuzzer_sys::fuzz_target;
use merx_fuzz::judge;

fuzz_target!(|text: &str| {
    let (document, variables) = text.split_once('\0').unwrap_or((text, "{}"));
    judge(document, &serde_json::from_str(variables).unwrap_or_default());
    // The zero byte itself must be refused, wherever it stands.
    judge(text, &serde_json::Map::new());
});
