//! Meilisearch beside the embedded index: what both must do, what happens when it is away, and that it is whole again
//! after. Against a real server where MERX_TEST_MEILISEARCH_URL says where one is, with MERX_TEST_MEILISEARCH_KEY.

mod catalogue;
mod contract;
mod outage;
mod real;
mod recovery;
mod server;
mod small;
mod upkeep;

use std::io::Write;
use std::sync::Once;

use merx::config::{Config, SearchEngine};

/// A real Meilisearch for one test, with indexes of its own that go with it.
struct Real {
    url: String,
    key: Option<String>,
    prefix: String,
}

impl Real {
    /// The server, where there is one; else a line says so.
    fn there(what: &str) -> Option<Self> {
        static SAID: Once = Once::new();
        let Ok(url) = std::env::var("MERX_TEST_MEILISEARCH_URL") else {
            // Past the harness, which keeps what a test that passes prints to itself.
            SAID.call_once(|| {
                let line = "MERX_TEST_MEILISEARCH_URL is not set: nothing is tried on a real Meilisearch";
                let _ = writeln!(std::io::stderr(), "{line}");
            });
            return None;
        };
        let _ = writeln!(std::io::stderr(), "on the Meilisearch at {url}: {what}");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = folder.path().file_name().expect("a name").to_string_lossy();
        let letters: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        Some(Self {
            url,
            key: std::env::var("MERX_TEST_MEILISEARCH_KEY").ok(),
            prefix: format!("test-{}-{letters}", std::process::id()),
        })
    }

    /// A small server of our own, and the real one where there is one.
    async fn both(what: &str) -> Vec<Self> {
        let small = Self::small(small::Small::start().await);
        std::iter::once(small).chain(Self::there(what)).collect()
    }

    /// The small server at `url`.
    fn small(url: String) -> Self {
        Self {
            url,
            key: Some(small::MASTER.to_owned()),
            prefix: "test-small".to_owned(),
        }
    }

    /// Sets `config` to this server, reached at `url`.
    fn configure(&self, config: &mut Config, url: &str, engine: SearchEngine) {
        config.services.meilisearch_url = Some(url.to_owned());
        config.services.meilisearch_api_key = self.key.clone();
        config.search.engine = Some(engine);
        config.search.meilisearch_prefix.clone_from(&self.prefix);
        // What is looked at is what is answered, on a machine with much to do.
        config.search.meilisearch_deadline = 250;
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<serde_json::Value>) -> serde_json::Value {
        let mut request = reqwest::Client::new().request(method, format!("{}{path}", self.url));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("Meilisearch answers");
        answer.json().await.unwrap_or_default()
    }

    /// The names of the indexes of this test.
    async fn indexes(&self) -> Vec<String> {
        let all = self.ask(reqwest::Method::GET, "/indexes?limit=1000", None).await;
        let names = all["results"].as_array().cloned().unwrap_or_default();
        let names = names.iter().filter_map(|index| index["uid"].as_str());
        names
            .filter(|name| name.starts_with(&self.prefix))
            .map(str::to_owned)
            .collect()
    }

    /// Deletes the indexes of this test.
    async fn clear(&self) {
        for name in self.indexes().await {
            self.ask(reqwest::Method::DELETE, &format!("/indexes/{name}"), None)
                .await;
        }
    }
}
