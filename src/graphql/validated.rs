//! Documents are validated once. A document does not change, nor does what an audience sees of the schema; the values of
//! variables, which do, are checked before the document runs, and once more by whatever reads them.

use std::sync::Arc;

use async_graphql::{ServerError, ValidationResult};
use parking_lot::Mutex;

use crate::platform::viewer::Audience;

/// Audiences that a document is remembered for. There are two everywhere, and a few more where staff works.
const AUDIENCES_MAX: usize = 8;

/// What validation found in a document that it found good, for each audience.
#[derive(Debug, Default)]
pub struct Validated(Mutex<Vec<(Audience, ValidationResult)>>);

/// The same for one audience: goes with the request as data, for the boundary to find.
#[derive(Clone, Debug)]
pub struct Verdict {
    document: Arc<Validated>,
    audience: Audience,
}

impl Verdict {
    /// What is known of `document` for `audience`.
    pub fn new(document: Arc<Validated>, audience: Audience) -> Self {
        Self { document, audience }
    }

    fn known(&self) -> Option<ValidationResult> {
        let known = self.document.0.lock();
        let found = known.iter().find(|(audience, _)| *audience == self.audience);
        found.map(|(_, result)| *result)
    }

    /// What was found before, else what `validate` finds now. Only what is good is remembered: a mistake may be one of
    /// the values that came along.
    ///
    /// # Errors
    /// Those of `validate`.
    pub async fn or(
        &self,
        validate: impl Future<Output = Result<ValidationResult, Vec<ServerError>>>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        if let Some(known) = self.known() {
            return Ok(known);
        }
        let found = validate.await?;
        let mut known = self.document.0.lock();
        if known.len() < AUDIENCES_MAX {
            known.push((self.audience, found));
        }
        Ok(found)
    }
}
