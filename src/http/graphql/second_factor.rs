//! Who must have a second factor and has signed in without one may do nothing but set one up, or sign out.

use std::collections::HashSet;

use async_graphql::parser::types::{ExecutableDocument, OperationDefinition, Selection, SelectionSet};

use crate::account::mfa;
use crate::app::App;
use crate::http::graphql::refusal::Refusal;
use crate::platform::locale::message;
use crate::platform::viewer::Viewer;

/// The fields of the roots that such a person may ask for.
const OPEN: [&str; 7] = [
    "__typename",
    "mfa",
    "mfaConfirm",
    "mfaSetup",
    "sessionCreate",
    "sessionRefresh",
    "sessionRevoke",
];

/// Refuses `operation` of a `viewer` who must set up a second factor first.
///
/// # Errors
/// FORBIDDEN with the reason; what the database says goes to the log.
pub async fn check(
    app: &App,
    (viewer, request_id): (Viewer, &str),
    document: &ExecutableDocument,
    operation: &OperationDefinition,
) -> Result<(), Refusal> {
    match mfa::is_missing(app, viewer).await {
        Ok(true) if !is_open(document, operation) => Err(Refusal::forbidden(message!("mfa-setup-first"))),
        Ok(_) => Ok(()),
        Err(fault) => {
            tracing::error!(request_id, %fault, "whether a second factor was given is not known");
            Err(Refusal::internal(request_id))
        }
    }
}

/// Whether `operation` asks for nothing else, whatever fragments it says that in.
fn is_open(document: &ExecutableDocument, operation: &OperationDefinition) -> bool {
    let mut waiting: Vec<&SelectionSet> = vec![&operation.selection_set.node];
    let mut seen = HashSet::new();
    while let Some(set) = waiting.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if OPEN.contains(&field.node.name.node.as_str()) => {}
                Selection::Field(_) => return false,
                Selection::InlineFragment(inline) => waiting.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    // One that does not exist asks for nothing; validation has its say later.
                    let fragment = document.fragments.get(name).filter(|_| seen.insert(name));
                    waiting.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                }
            }
        }
    }
    true
}
