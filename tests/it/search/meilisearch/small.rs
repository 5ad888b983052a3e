//! A small server that keeps documents as Meilisearch does: indexes, tasks, settings, swaps, keys, and a plain search. It
//! ranks by nothing, so that what it finds first is known.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// Its number among those that were made, which is the second at which it was made.
    made: usize,
    documents: BTreeMap<String, Value>,
    settings: BTreeMap<String, Value>,
}

#[derive(Default)]
struct Books {
    indexes: BTreeMap<String, Index>,
    made: usize,
    keys: BTreeMap<String, Value>,
    /// Each with the time when it is done.
    tasks: Vec<(Instant, Value)>,
    /// What happens to an index that is about to take the place of another.
    forgets: bool,
    /// How long a task takes.
    pause: Duration,
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

    /// From now on a task takes `pause`.
    pub(super) fn slow(&self, pause: Duration) {
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
    let books = &mut *small.0.lock();
    let known = books.keys.values().any(|made| made["key"] == json!(key));
    if key != MASTER && (!known || parts[0] == "keys") {
        return refused(StatusCode::FORBIDDEN, "invalid_api_key");
    }
    // As the real one does: what belongs to no index is not there for a key that is for some.
    if let ["tasks", uid] = parts[..]
        && key != MASTER
        && books.is_swap(uid)
    {
        return refused(StatusCode::NOT_FOUND, "task_not_found");
    }
    books.answer(&head.method, &parts, &body)
}

impl Books {
    fn is_swap(&self, uid: &str) -> bool {
        let task = uid.parse().ok().and_then(|uid: usize| self.tasks.get(uid));
        task.is_some_and(|(_, task)| task["type"] == "indexSwap")
    }

    fn made(&mut self, uid: &str) -> &mut Index {
        if !self.indexes.contains_key(uid) {
            self.made += 1;
        }
        let made = self.made;
        let index = || Index {
            made,
            ..Index::default()
        };
        self.indexes.entry(uid.to_owned()).or_insert_with(index)
    }

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
            ("GET", ["tasks"]) => {
                let all: Vec<&Value> = self.tasks.iter().map(|(_, task)| task).collect();
                Json(json!({ "results": all })).into_response()
            }
            ("GET", ["tasks", uid]) => {
                let task = uid.parse().ok().and_then(|uid: usize| self.tasks.get(uid).cloned());
                let task = task.map(|(done, mut task)| {
                    if Instant::now() < done {
                        task["status"] = json!("processing");
                    }
                    task
                });
                Json(task).into_response()
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
                self.made(body["uid"].as_str().unwrap_or_default());
                self.task("indexCreation")
            }
            ("GET", ["indexes"]) => {
                let all: Vec<Value> = self.indexes.iter().map(|(uid, index)| about(uid, index)).collect();
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
        let index = self.made(uid);
        match (method.as_str(), rest) {
            ("GET", []) => Json(about(uid, index)).into_response(),
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

    /// A task whose effect is there already.
    fn task(&mut self, kind: &str) -> Response {
        let uid = self.tasks.len();
        let now = "2026-01-01T00:00:00Z";
        let task = json!({ "uid": uid, "type": kind, "status": "succeeded", "details": null, "duration": "PT0S",
            "enqueuedAt": now, "startedAt": now, "finishedAt": now, "indexUid": null, "error": null, "canceledBy": null });
        self.tasks.push((Instant::now() + self.pause, task));
        let taken = json!({ "taskUid": uid, "type": kind, "status": "enqueued", "enqueuedAt": now, "indexUid": null });
        (StatusCode::ACCEPTED, Json(taken)).into_response()
    }
}

fn about(uid: &str, index: &Index) -> Value {
    let made = format!("2026-01-01T00:{:02}:{:02}Z", index.made / 60 % 60, index.made % 60);
    json!({ "uid": uid, "primaryKey": "id", "createdAt": made, "updatedAt": made })
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
