//! A GraphQL request as it comes over any wire.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::http::graphql::refusal::Refusal;
use crate::platform::locale::message;

/// Most values in the variables of a request, whether the document uses them or not.
const VALUES_MAX: u64 = 10_000;

/// One request, not yet parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wire {
    /// The document, unless a hash stands for it.
    pub query: Option<String>,
    /// Which operation of the document.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Map<String, Value>,
    /// What client and server agree on besides: `persistedQuery`.
    pub extensions: Map<String, Value>,
    /// The hash of a trusted document.
    pub document_id: Option<String>,
}

/// The parameters of a GET.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct UrlParameters {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
    document_id: Option<String>,
}

fn text(value: Option<Value>, name: &str) -> Result<Option<String>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::malformed(message!("parameter-text", name = name))),
    }
}

fn object(value: Option<Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(Refusal::malformed(message!("parameter-object", name = name))),
    }
}

fn not_json(name: &str, error: &serde_json::Error) -> Refusal {
    Refusal::malformed(message!("parameter-json", name = name, reason = error.to_string()))
}

/// A GET carries its maps as JSON texts.
fn object_text(text: Option<String>, name: &str) -> Result<Map<String, Value>, Refusal> {
    let value = match text.as_deref() {
        None | Some("") => None,
        Some(text) => Some(serde_json::from_str(text).map_err(|e| not_json(name, &e))?),
    };
    object(value, name)
}

impl Wire {
    /// Reads a body.
    ///
    /// # Errors
    /// What is no JSON object, or has a parameter of another type.
    pub fn from_json(body: &[u8]) -> Result<Self, Refusal> {
        let value = serde_json::from_slice(body).map_err(|e| not_json("body", &e))?;
        Self::from_value(value)
    }

    /// Reads a value.
    ///
    /// # Errors
    /// What is no object, or has a parameter of another type.
    pub fn from_value(value: Value) -> Result<Self, Refusal> {
        let mut fields = match value {
            Value::Object(fields) => fields,
            Value::Array(_) => return Err(Refusal::malformed(message!("request-batch"))),
            _ => return Err(Refusal::malformed(message!("request-object"))),
        };
        let wire = Self {
            query: text(fields.remove("query"), "query")?,
            operation_name: text(fields.remove("operationName"), "operationName")?,
            variables: object(fields.remove("variables"), "variables")?,
            extensions: object(fields.remove("extensions"), "extensions")?,
            document_id: text(fields.remove("documentId"), "documentId")?,
        };
        wire.checked()
    }

    /// Reads the parameters of an address.
    ///
    /// # Errors
    /// What is malformed.
    pub(in crate::http) fn from_url(parameters: UrlParameters) -> Result<Self, Refusal> {
        let wire = Self {
            query: parameters.query,
            operation_name: parameters.operation_name,
            variables: object_text(parameters.variables, "variables")?,
            extensions: object_text(parameters.extensions, "extensions")?,
            document_id: parameters.document_id,
        };
        wire.checked()
    }

    fn checked(mut self) -> Result<Self, Refusal> {
        self.query = self.query.filter(|query| !query.trim().is_empty());
        self.operation_name = self.operation_name.filter(|name| !name.is_empty());
        if self.query.is_none() && self.hash()?.is_none() {
            return Err(Refusal::malformed(message!("query-missing")));
        }
        let mut values = 0;
        for (name, value) in &self.variables {
            if name.contains('\0') || !is_sound(value, &mut values)? {
                return Err(Refusal::nul());
            }
        }
        Ok(self)
    }

    /// The SHA-256 that stands for the document, in lower-case hex: of `documentId` or of `extensions.persistedQuery`.
    ///
    /// # Errors
    /// A malformed `persistedQuery`, or one of another version.
    pub fn hash(&self) -> Result<Option<String>, Refusal> {
        // graphql-codegen says in front of the hash what it is.
        let plain = |hash: &str| hash.strip_prefix("sha256:").unwrap_or(hash).to_ascii_lowercase();
        if let Some(id) = &self.document_id {
            return Ok(Some(plain(id)));
        }
        let persisted = match self.extensions.get("persistedQuery") {
            None | Some(Value::Null) => return Ok(None),
            Some(persisted) => persisted,
        };
        match (
            persisted.get("version").and_then(Value::as_u64),
            persisted.get("sha256Hash"),
        ) {
            (Some(1), Some(Value::String(hash))) => Ok(Some(plain(hash))),
            _ => Err(Refusal::malformed(message!("persisted-query-malformed"))),
        }
    }
}

/// Whether no text in `value` contains U+0000. Counts the values in `count`.
///
/// # Errors
/// More values than variables may have.
fn is_sound(value: &Value, count: &mut u64) -> Result<bool, Refusal> {
    *count += 1;
    if *count > VALUES_MAX {
        return Err(Refusal::cost(message!("variables-too-many", max = VALUES_MAX)));
    }
    let mut sound = true;
    match value {
        Value::String(text) => sound = !text.contains('\0'),
        Value::Array(items) => {
            for item in items {
                sound &= is_sound(item, count)?;
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                sound &= !name.contains('\0') && is_sound(value, count)?;
            }
        }
        _ => {}
    }
    Ok(sound)
}
