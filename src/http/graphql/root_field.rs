//! The root of a subscription: one field, says the specification.

use async_graphql::Positioned;
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection};

use crate::http::graphql::refusal::Refusal;
use crate::platform::locale::message;

/// Refuses subscriptions with more than a field at their root. The executor would follow all of them at once, and none
/// that stands in a fragment: such a subscription would say nothing and be done.
///
/// # Errors
/// Several fields, a fragment, or a directive.
pub fn check(document: &ExecutableDocument) -> Result<(), Refusal> {
    let subscriptions = document
        .operations
        .iter()
        .map(|(_, operation)| &operation.node)
        .filter(|operation| operation.ty == OperationType::Subscription);
    for subscription in subscriptions {
        let one = match subscription.selection_set.node.items.as_slice() {
            [
                Positioned {
                    node: Selection::Field(field),
                    ..
                },
            ] => field.node.directives.is_empty(),
            _ => false,
        };
        if !one {
            return Err(Refusal::invalid(message!("subscription-root")));
        }
    }
    Ok(())
}
