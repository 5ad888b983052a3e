//! A small server that keeps documents as Meilisearch does: indexes, tasks, settings, swaps, keys, and a plain search. It
//! ranks by nothing, so that what it finds first is known.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The key that opens everything.
pub(super) const MASTER: &str = "master-key-of-the-tests";

#[derive(Default)]
struct Index {
    documents: BTreeMap<String, Value>,
    settings: BTreeMap<String, Value>,
}

#[derive(Default)]
struct Books {
    indexes: BTreeMap<String, Index>,
    keys: BTreeMap<String, Value>,
    tasks: Vec<Value>,
    /// What happens to an index that is about to take the place of another.
    forgets: bool,
    /// How long it takes to say what became of a task.
    pause: std::time::Duration,
}

/// The server.
#[derive(Clone, Default)]
pub(super) struct Small(Arc<Mutex<Books>>);

impl Small {
    /// Starts one and says where it is.
    pub(super) async fn start() -> String {
        Self::default().listen().await
    }

    /// The same, of which each new index lacks a document when it takes the place of the old one, as if that had been
    /// written while the new one was built.
    pub(super) async fn forgetful() -> String {
        let small = Self::default();
        small.0.lock().forgets = true;
        small.listen().await
    }

    /// The same, to be told things later.
    pub(super) async fn here() -> (Self, String) {
        let small = Self::default();
        (small.clone(), small.listen().await)
    }

    /// From now on it takes `pause` to say what became of a task.
    pub(super) fn slow(&self, pause: std::time::Duration) {
        self.0.lock().pause = pause;
    }

    async fn listen(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = axum::Router::new().fallback(answer).with_state(self);
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

fn refused(status: StatusCode, code: &str) -> Response {
    let kind = if code.contains("key") {
        "auth"
    } else {
        "invalid_request"
    };
    let said = json!({ "message": code, "code": code, "type": kind, "link": "" });
    (status, Json(said)).into_response()
}

async fn answer(State(small): State<Small>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let bearer = head
        .headers
        .get("authorization")
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let key = bearer.trim_start_matches("Bearer ").to_owned();
    let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let path = head.uri.path().to_owned();
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let pause = small.0.lock().pause;
    if parts[0] == "tasks" {
        tokio::time::sleep(pause).await;
    }
    let books = &mut *small.0.lock();
    let known = books.keys.values().any(|made| made["key"] == json!(key));
    if key != MASTER && (!known || parts[0] == "keys") {
        return refused(StatusCode::FORBIDDEN, "invalid_api_key");
    }
    books.answer(&head.method, &parts, &body)
}

impl Books {
    fn answer(&mut self, method: &Method, parts: &[&str], body: &Value) -> Response {
        match (method.as_str(), parts) {
            ("GET", ["keys", uid]) => match self.keys.get(*uid) {
                Some(key) => Json(key.clone()).into_response(),
                None => refused(StatusCode::NOT_FOUND, "api_key_not_found"),
            },
            ("GET", ["keys"]) => {
                let all: Vec<&Value> = self.keys.values().collect();
                Json(json!({ "results": all })).into_response()
            }
            ("POST", ["keys"]) => {
                let mut key = body.clone();
                let uid = body["uid"].as_str().unwrap_or_default().to_owned();
                key["key"] = json!(format!("key-of-{uid}"));
                key["createdAt"] = json!("2026-01-01T00:00:00Z");
                key["updatedAt"] = json!("2026-01-01T00:00:00Z");
                self.keys.insert(uid, key.clone());
                (StatusCode::CREATED, Json(key)).into_response()
            }
            ("DELETE", ["keys", uid]) => {
                self.keys.remove(*uid);
                StatusCode::NO_CONTENT.into_response()
            }
            ("GET", ["tasks"]) => Json(json!({ "results": self.tasks })).into_response(),
            ("GET", ["tasks", uid]) => {
                let task = uid.parse().ok().and_then(|uid: usize| self.tasks.get(uid));
                Json(task.cloned()).into_response()
            }
            ("POST", ["multi-search"]) => {
                let queries = body["queries"].as_array().cloned().unwrap_or_default();
                let results: Vec<Value> = queries
                    .iter()
                    .map(|query| self.search(query["indexUid"].as_str().unwrap_or_default(), query))
                    .collect();
                Json(json!({ "results": results })).into_response()
            }
            ("POST", ["swap-indexes"]) => {
                for swap in body.as_array().cloned().unwrap_or_default() {
                    let name = |i: usize| swap["indexes"][i].as_str().unwrap_or_default().to_owned();
                    if self.forgets
                        && let Some(new) = self.indexes.get_mut(&name(0))
                    {
                        new.documents.pop_first();
                    }
                    let (one, other) = (self.indexes.remove(&name(0)), self.indexes.remove(&name(1)));
                    assert_eq!(other.is_none(), swap["rename"] == json!(true), "{swap}");
                    self.indexes.extend(one.map(|index| (name(1), index)));
                    self.indexes.extend(other.map(|index| (name(0), index)));
                }
                self.task("indexSwap")
            }
            ("POST", ["indexes"]) => {
                let uid = body["uid"].as_str().unwrap_or_default().to_owned();
                self.indexes.entry(uid).or_default();
                self.task("indexCreation")
            }
            ("GET", ["indexes"]) => {
                let all: Vec<Value> = self.indexes.keys().map(|uid| about(uid)).collect();
                Json(json!({ "results": all, "offset": 0, "limit": 1000, "total": all.len() })).into_response()
            }
            (_, ["indexes", uid, rest @ ..]) => self.index(method, uid, rest, body),
            _ => refused(StatusCode::NOT_FOUND, "not_found"),
        }
    }

    fn index(&mut self, method: &Method, uid: &str, rest: &[&str], body: &Value) -> Response {
        // As the real one does: a document makes the index that it is for.
        let makes_it = method == Method::POST && rest == ["documents"];
        if !self.indexes.contains_key(uid) && !makes_it {
            return refused(StatusCode::NOT_FOUND, "index_not_found");
        }
        let index = self.indexes.entry(uid.to_owned()).or_default();
        match (method.as_str(), rest) {
            ("GET", []) => Json(about(uid)).into_response(),
            ("DELETE", []) => {
                self.indexes.remove(uid);
                self.task("indexDeletion")
            }
            ("GET", ["settings"]) => Json(json!(index.settings)).into_response(),
            ("PATCH", ["settings"]) => {
                let all = body.as_object().cloned().unwrap_or_default();
                index.settings.extend(all);
                self.task("settingsUpdate")
            }
            ("POST", ["documents"]) => {
                for row in body.as_array().cloned().unwrap_or_default() {
                    index
                        .documents
                        .insert(row["id"].as_str().unwrap_or_default().to_owned(), row);
                }
                self.task("documentAdditionOrUpdate")
            }
            ("POST", ["documents", "delete"]) => {
                let filter = body["filter"].as_str().unwrap_or_default();
                index.documents.retain(|_, row| !passes(row, filter));
                self.task("documentDeletion")
            }
            ("POST", ["documents", "delete-batch"]) => {
                for id in body.as_array().cloned().unwrap_or_default() {
                    index.documents.remove(id.as_str().unwrap_or_default());
                }
                self.task("documentDeletion")
            }
            ("POST", ["documents", "fetch"]) => {
                let filter = body["filter"].as_str().unwrap_or_default();
                let rows = index.documents.values().filter(|row| passes(row, filter));
                let rows: Vec<&Value> = rows.collect();
                let (offset, limit) = (number(&body["offset"], 0), number(&body["limit"], 20));
                let page: Vec<&&Value> = rows.iter().skip(offset).take(limit).collect();
                let page = json!({ "results": page, "offset": offset, "limit": limit, "total": rows.len() });
                Json(page).into_response()
            }
            ("POST", ["search"]) => Json(self.search(uid, body)).into_response(),
            _ => refused(StatusCode::NOT_FOUND, "not_found"),
        }
    }

    /// All documents with each word at the beginning of one of theirs, by key.
    fn search(&self, uid: &str, query: &Value) -> Value {
        let filter = query["filter"].as_str().unwrap_or_default();
        let words = query["q"].as_str().unwrap_or_default().to_owned();
        let rows = self
            .indexes
            .get(uid)
            .into_iter()
            .flat_map(|index| index.documents.values());
        let found: Vec<&Value> = rows
            .filter(|row| passes(row, filter))
            .filter(|row| {
                let texts = [
                    "name",
                    "brand",
                    "category",
                    "codes",
                    "tags",
                    "attributes",
                    "description",
                ];
                let all = texts.map(|field| row[field].as_str().unwrap_or_default()).join(" ");
                words
                    .split_whitespace()
                    .all(|word| all.split(' ').any(|w| w.starts_with(word)))
            })
            .collect();
        let (offset, limit) = (number(&query["offset"], 0), number(&query["limit"], 20));
        let page: Vec<&&Value> = found.iter().skip(offset).take(limit).collect();
        json!({ "hits": page, "processingTimeMs": 1, "query": words, "limit": limit, "offset": offset,
            "estimatedTotalHits": found.len() })
    }

    /// A task that is done already.
    fn task(&mut self, kind: &str) -> Response {
        let uid = self.tasks.len();
        let now = "2026-01-01T00:00:00Z";
        self.tasks.push(json!({ "uid": uid, "type": kind, "status": "succeeded", "details": null, "duration": "PT0S",
            "enqueuedAt": now, "startedAt": now, "finishedAt": now, "indexUid": null, "error": null, "canceledBy": null }));
        let taken = json!({ "taskUid": uid, "type": kind, "status": "enqueued", "enqueuedAt": now, "indexUid": null });
        (StatusCode::ACCEPTED, Json(taken)).into_response()
    }
}

fn about(uid: &str) -> Value {
    json!({ "uid": uid, "primaryKey": "id", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z" })
}

fn number(value: &Value, default: usize) -> usize {
    value.as_u64().map_or(default, |n| usize::try_from(n).expect("small"))
}

/// Whether `row` passes a filter of the few forms that are sent outside of the contract.
fn passes(row: &Value, filter: &str) -> bool {
    filter.split(" AND ").filter(|part| !part.is_empty()).all(|part| {
        if let Some(part) = part.strip_prefix("NOT ") {
            return !passes(row, part);
        }
        let said = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        if let Some((field, list)) = part.split_once(" IN [") {
            return list
                .trim_end_matches(']')
                .split(", ")
                .any(|value| value == said(field) && !value.is_empty());
        }
        match part.split_once(" = ") {
            Some((field, value)) => said(field) == value,
            None => part.ends_with(" EXISTS") || panic!("a filter of another form: {part}"),
        }
    })
}
