//! The audit log: what is written, that it stays, and that nothing staff does is left out.

mod diff;
mod every_mutation;
mod log;

use serde_json::{Value, json};

use crate::support::Shop;

const ENTRIES: &str = "query($where: AuditEntryWhere, $first: Int, $after: String) {
  auditEntries(where: $where, first: $first, after: $after) {
    nodes { id at actorKind actorId actorName action entityType entityId before after requestId channelId }
    pageInfo { hasNextPage endCursor } totalCount } }";

/// The entries of the log for which `filter` holds, newest first; without that of the first owner, whom the demo shop
/// has.
pub(crate) async fn entries(shop: &Shop, filter: Value) -> Vec<Value> {
    let mut data = shop
        .staff()
        .data(ENTRIES, json!({ "where": filter, "first": 250 }))
        .await;
    match data["auditEntries"]["nodes"].take() {
        Value::Array(nodes) => nodes.into_iter().filter(by_somebody).collect(),
        other => panic!("no list: {other}"),
    }
}

/// Whether somebody left an entry, not the start of the server.
fn by_somebody(entry: &Value) -> bool {
    entry["action"] != "createOwner"
}
