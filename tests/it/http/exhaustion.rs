//! What small requests could make of a server: deep stacks, wide answers, full memory, endless tries.

use entity::CategoryId;
use merx::command::THREAD_STACK;
use merx::platform::rate_limit::Bucket;
use reqwest::header::{HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Server;
use crate::support::{OWNER_KEY, Shop};
use merx::http::Patience;

async fn post(server: &Server, body: &Value) -> Response {
    let request = server.client.post(server.url("/graphql")).json(body);
    request.send().await.expect("an answer")
}

async fn told(answer: Response) -> Value {
    answer.json().await.expect("JSON")
}

/// `open` and `close` around `inside`, so many times.
fn nested(times: usize, open: &str, inside: &str) -> String {
    format!(
        "{}{inside}{}",
        open.repeat(times),
        "}".repeat(open.matches('{').count() * times)
    )
}

/// Threads of the server have the stack for whatever the limits let in, without optimisation too.
#[test]
fn the_deepest_documents_fit_on_the_stack() {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let shop = Shop::demo().await;
            for document in [
                format!(
                    "{{ category(by: {{ slug: \"living\" }}) {{ {} }} }}",
                    nested(6, "children { parent { ", "slug")
                ),
                format!(
                    "{{ category(by: {{ slug: \"living\" }}) {{ {} }} }}",
                    nested(12, "path { ", "slug")
                ),
                format!(
                    "{{ products(first: 1) {{ edges {{ node {{ {} }} }} }} }}",
                    nested(4, "category { products(first: 1) { nodes { ", "name")
                ),
            ] {
                let answer = shop.send(&document, json!({})).await;
                let code = answer["errors"][0]["extensions"]["code"].as_str();
                assert!(code.is_none() || code == Some("COST_LIMIT"), "{document}: {answer}");
            }
        });
    };
    let thread = std::thread::Builder::new().stack_size(THREAD_STACK).spawn(run);
    thread.expect("a thread").join().expect("it comes to an end");
}

/// The estimate knows no lengths of lists; the count of what is resolved does.
#[tokio::test]
async fn an_answer_that_outgrows_its_estimate_is_cut_off() {
    let shop = Shop::demo().await;
    let answer = shop
        .data("{ category(by: { slug: \"living\" }) { id } }", json!({}))
        .await;
    let parent: CategoryId = answer["category"]["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("an id");
    for n in 0..40 {
        let child = entity::catalog::category::ActiveModel {
            id: Set(shop.app.ids.new_id()),
            parent_id: Set(Some(parent)),
            slug: Set(format!("wide-{n}")),
            name: Set(format!("Wide {n}")),
            description: Set(String::new()),
            position: Set(n),
            created_at: Set(shop.app.clock.now()),
        };
        child.insert(&shop.app.db).await.expect("inserted");
    }
    shop.app.categories.clear();
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async move {
            let (code, message) = shop
                .refused(
                    "{ category(by: { slug: \"living\" }) { children { parent { children { parent { children { parent {
                       children { slug } } } } } } } } }",
                    json!({}),
                )
                .await;
            assert_eq!(code, "COST_LIMIT", "{message}");
            assert!(message.contains("50000"), "{message}");
            // The next request starts from nothing.
            shop.data(
                "{ category(by: { slug: \"living\" }) { children { slug } } }",
                json!({}),
            )
            .await;
        });
    };
    let thread = std::thread::Builder::new().stack_size(THREAD_STACK).spawn(run);
    tokio::task::spawn_blocking(move || thread.expect("a thread").join().expect("it comes to an end"))
        .await
        .expect("joined");
}

async fn poor() -> Server {
    let shop = Shop::configured(|config| {
        config.edge.budget_anonymous = Bucket {
            capacity: 250,
            restored_per_second: 0.001,
        };
    })
    .await;
    Server::of(shop, Patience::default()).await
}

#[tokio::test]
async fn a_budget_that_is_used_up_is_told_with_the_time_to_wait() {
    let server = poor().await;
    let paid = told(post(&server, &json!({ "query": "{ channel { slug } }" })).await).await;
    let budget = &paid["extensions"]["cost"]["budget"];
    assert_eq!(budget["maximum"], 250, "{paid}");
    assert!(budget["available"].as_u64() < Some(250), "{paid}");
    let link = server
        .client
        .get(server.url("/graphql?query=%7B__typename%7D"))
        .send()
        .await
        .expect("an answer");
    let link = told(link).await;
    assert!(link["extensions"]["cost"]["requested"].is_u64(), "{link}");
    assert!(
        link["extensions"]["cost"].get("budget").is_none(),
        "others may be given it: {link}"
    );
    // Refused documents run the budget dry like any other.
    for _ in 0..2 {
        assert_eq!(post(&server, &json!({ "query": "{" })).await.status(), StatusCode::OK);
    }
    let refused = post(
        &server,
        &json!({ "query": "{ products(first: 50) { nodes { id name } } }" }),
    )
    .await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let header = |name: HeaderName| {
        refused.headers()[name]
            .to_str()
            .expect("text")
            .parse::<u64>()
            .expect("seconds")
    };
    let wait = header(RETRY_AFTER);
    assert!(wait >= 1);
    let body = told(refused).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "THROTTLED", "{body}");
    assert_eq!(body["errors"][0]["extensions"]["retryAfter"], wait);
    assert_eq!(body["extensions"]["cost"]["budget"]["maximum"], 250, "{body}");
    // Somebody else is not concerned.
    let staff = server.client.post(server.url("/graphql")).bearer_auth(OWNER_KEY);
    let staff = staff
        .json(&json!({ "query": "{ __typename }" }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(staff.status(), StatusCode::OK);
}

#[tokio::test]
async fn being_refused_is_not_free() {
    for wrong in ["token", "body"] {
        let server = poor().await;
        let mut seen = Vec::new();
        for _ in 0..4 {
            let request = server.client.post(server.url("/graphql"));
            let request = match wrong {
                "token" => request
                    .bearer_auth("guessed")
                    .json(&json!({ "query": "{ __typename }" })),
                _ => request.header("content-type", "application/json").body("{"),
            };
            seen.push(request.send().await.expect("an answer").status().as_u16());
        }
        assert_eq!(seen[3], 429, "{wrong}: {seen:?}");
        assert_ne!(seen[0], 429, "{wrong}: {seen:?}");
    }
}

#[tokio::test]
async fn what_is_not_paid_for_is_not_kept() {
    let server = poor().await;
    let text = format!("{{ channel {{ slug }} }} #{}", "x".repeat(60_000));
    let hash: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let sent = post(&server, &json!({ "query": text, "extensions": extensions })).await;
    assert_eq!(sent.status(), StatusCode::TOO_MANY_REQUESTS);
    let staff = server.client.post(server.url("/graphql")).bearer_auth(OWNER_KEY);
    let asked = staff
        .json(&json!({ "extensions": extensions }))
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        told(asked).await["errors"][0]["extensions"]["code"],
        "PERSISTED_QUERY_NOT_FOUND"
    );
}

#[tokio::test]
async fn variables_that_nobody_uses_are_bounded_too() {
    let shop = Shop::demo().await;
    let many = json!({ "list": vec![0; 20_000] });
    let (code, message) = shop.refused("{ __typename }", many).await;
    assert_eq!(code, "COST_LIMIT", "{message}");
    shop.data("{ __typename }", json!({ "list": vec![0; 1_000] })).await;
}
