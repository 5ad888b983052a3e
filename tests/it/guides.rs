//! The guides: their documents run, in their order, as a client that follows the guide sends them.

use std::collections::BTreeMap;
use std::path::Path;

use merx::http::Patience;
use serde_json::{Value, json};

use crate::http::Server;
use crate::support::{Shop, code_in};

/// A document of a guide with its variables.
#[derive(Debug, PartialEq)]
struct Step {
    text: String,
    /// What stands behind `graphql` where it begins.
    mark: String,
    variables: Option<String>,
}

/// The documents of a guide, in order.
fn steps(guide: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```").filter(|_| !line.is_empty()) else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let block = block.join("\n");
        match kind.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["graphql", mark @ ..] => steps.push(Step {
                text: block,
                mark: mark.join(" "),
                variables: None,
            }),
            ["json"] => steps.last_mut().expect("variables of a document").variables = Some(block),
            _ => {}
        }
    }
    steps
}

/// A client that remembers what it was told.
struct Reader {
    server: Server,
    known: BTreeMap<&'static str, String>,
    cookie: Option<String>,
}

impl Reader {
    /// Keeps what an answer says, wherever it says it.
    fn remember(&mut self, answer: &Value) {
        for name in ["accessToken", "refreshToken"] {
            for payload in answer["data"].as_object().into_iter().flat_map(|data| data.values()) {
                if let Some(text) = payload[name].as_str() {
                    self.known.insert(name, text.to_owned());
                }
                if let Some(id) = payload["address"]["id"].as_str() {
                    self.known.insert("addressId", id.to_owned());
                }
            }
        }
    }

    /// The variables of a step, with what is known in the place of words in angle brackets.
    fn variables(&self, step: &Step) -> Value {
        let mut text = step.variables.clone().unwrap_or_else(|| "{}".to_owned());
        for (name, value) in &self.known {
            text = text.replace(&format!("<{name}>"), value);
        }
        assert!(!text.contains('<'), "unknown: {text}");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    async fn send(&mut self, step: &Step) {
        self.server.shop.work().await;
        let letters = self.server.shop.letters();
        if let Some(letter) = letters.iter().rfind(|letter| letter.contains("this is it:")) {
            self.known.insert("code", code_in(letter));
        }
        let path = if step.mark == "cookie" {
            "/graphql/session"
        } else {
            "/graphql"
        };
        let body = json!({ "query": step.text, "variables": self.variables(step) });
        let mut request = self.server.client.post(self.server.url(path)).json(&body);
        match step.mark.as_str() {
            "bearer" => request = request.bearer_auth(&self.known["accessToken"]),
            "cookie" => request = request.header("cookie", self.cookie.as_deref().expect("a cookie")),
            "" => {}
            other => panic!("no step is marked {other}"),
        }
        let response = request.send().await.expect("an answer");
        let cookie = response
            .headers()
            .get("set-cookie")
            .and_then(|value| value.to_str().ok());
        if let Some(cookie) = cookie {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let answer: Value = response.json().await.expect("JSON");
        assert!(answer.get("errors").is_none(), "{}\n{answer:#}", step.text);
        let payloads = answer["data"].as_object().expect("data");
        for payload in payloads.values() {
            assert!(payload.is_object(), "{}\n{answer:#}", step.text);
            let errors = payload.get("errors").unwrap_or(&Value::Null);
            assert!(errors.is_null() || *errors == json!([]), "{}\n{answer:#}", step.text);
        }
        self.remember(&answer);
    }
}

#[tokio::test]
async fn the_guide_to_accounts_works_from_the_first_document_to_the_last() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guides/accounts.md");
    let steps = steps(&std::fs::read_to_string(path).expect("the guide"));
    assert!(steps.len() >= 20, "{} documents", steps.len());
    let mut reader = Reader {
        server: Server::of(Shop::demo().await, Patience::default()).await,
        known: BTreeMap::new(),
        cookie: None,
    };
    for step in &steps {
        Box::pin(reader.send(step)).await;
    }
    // What it promises at the end is so.
    let gone = reader
        .server
        .shop
        .letters_to("ada.king@example.com")
        .pop()
        .expect("the last letter");
    assert!(gone.contains("Subject: Your account was erased"), "{gone}");
}

#[test]
fn documents_are_found_with_their_marks_and_variables() {
    let text =
        "Text\n```graphql bearer\n{ a }\n```\n\n```json\n{ \"b\": 1 }\n```\n```sh\nx\n```\n```graphql\n{ c }\n```\n";
    let step = |text: &str, mark: &str, variables: Option<&str>| Step {
        text: text.to_owned(),
        mark: mark.to_owned(),
        variables: variables.map(str::to_owned),
    };
    assert_eq!(
        steps(text),
        [step("{ a }", "bearer", Some("{ \"b\": 1 }")), step("{ c }", "", None)]
    );
}
