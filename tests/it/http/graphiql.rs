//! GraphiQL as the binary carries it. `tests/browser` uses it; here is how it is delivered.

use std::io::Read;

use flate2::read::GzDecoder;
use merx::app::Builder;
use merx::config::{Config, Environment};
use merx::http::server::{Settings, serve};
use merx::platform::stop::Stop;
use reqwest::{Response, StatusCode, header};
use tokio::net::TcpListener;

use super::Server;
use crate::support::config;

/// What a page without the built GraphiQL says.
const COMMANDS: [&str; 2] = ["npm --prefix graphiql ci", "npm --prefix graphiql run build"];

impl Server {
    async fn get(&self, path: &str, name: header::HeaderName, value: &str) -> Response {
        let request = self.client.get(self.url(path)).header(name, value);
        request.send().await.expect("an answer")
    }
}

fn text<'a>(response: &'a Response, name: &header::HeaderName) -> &'a str {
    let value = response.headers().get(name);
    value.map_or("", |v| v.to_str().expect("a plain header"))
}

/// The values of `attribute` in `html`.
fn attributes<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    let found = html.split(start.as_str()).skip(1);
    found.filter_map(|rest| rest.split('"').next()).collect()
}

/// The scripts of `html` that stand in the page itself, and the attributes that run as one.
fn inline_scripts(html: &str) -> Vec<&str> {
    let scripts = html.split("<script").skip(1).filter(|s| {
        let (tag, rest) = s.split_once('>').unwrap_or((s, ""));
        !tag.contains(" src=\"") || !rest.trim_start().starts_with("</script>")
    });
    let handlers = ["onload", "onerror", "onclick"];
    let handlers = handlers.iter().flat_map(|name| attributes(html, name));
    scripts.chain(handlers).collect()
}

#[tokio::test]
async fn the_page_has_a_policy_and_no_script_in_it() {
    assert_eq!(
        inline_scripts("<script>a</script><script src=\"b\"></script><p onclick=\"c\">").len(),
        2
    );
    let server = Server::start().await;
    let page = server.get("/graphiql", header::ACCEPT_ENCODING, "identity").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(text(&page, &header::CONTENT_TYPE).starts_with("text/html"));
    let policy = text(&page, &header::CONTENT_SECURITY_POLICY).to_owned();
    let directives: Vec<&str> = policy.split(';').map(str::trim).collect();
    for must in [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ] {
        assert!(directives.contains(&must), "{must} is not in {policy}");
    }
    assert!(!policy.contains("http") && !policy.contains("unsafe-eval"), "{policy}");
    let html = page.text().await.expect("a page");
    assert_eq!(inline_scripts(&html), [""; 0], "{html}");
    if graphiql::FILES.is_empty() {
        assert!(COMMANDS.iter().all(|command| html.contains(command)), "{html}");
        return;
    }
    let mut linked = attributes(&html, "src");
    linked.extend(attributes(&html, "href"));
    assert!(linked.len() >= 3, "the files of the page are not found: {html}");
    for path in linked {
        assert!(path.starts_with("/graphiql/"), "{path} is not ours");
        let file = server.get(path, header::ACCEPT_ENCODING, "gzip").await;
        assert_eq!(file.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn files_are_packed_kept_and_named() {
    let server = Server::start().await;
    for file in graphiql::FILES {
        let path = format!("/graphiql/{}", file.path);
        let plain = server.get(&path, header::ACCEPT_ENCODING, "br, gzip;q=0").await;
        assert_eq!(plain.status(), StatusCode::OK, "{path}");
        assert_eq!(text(&plain, &header::CONTENT_TYPE), file.content_type);
        assert_eq!(text(&plain, &header::CONTENT_ENCODING), "", "{path}");
        assert_eq!(text(&plain, &header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        let caching = text(&plain, &header::CACHE_CONTROL);
        assert_eq!(
            caching.contains("immutable"),
            file.path.starts_with("assets/"),
            "{path}"
        );
        let etag = text(&plain, &header::ETAG).to_owned();
        let plain = plain.bytes().await.expect("a body");

        if file.gzip {
            let packed = server.get(&path, header::ACCEPT_ENCODING, "deflate, GZIP;q=0.5").await;
            assert_eq!(text(&packed, &header::CONTENT_ENCODING), "gzip", "{path}");
            assert_eq!(text(&packed, &header::ETAG), etag, "{path}");
            let packed = packed.bytes().await.expect("a body");
            let mut unpacked = Vec::new();
            GzDecoder::new(&*packed).read_to_end(&mut unpacked).expect("gzip");
            assert!(unpacked == plain, "{path} differs when it is packed");
        }
        let known = server
            .get(&path, header::IF_NONE_MATCH, &format!("\"other\", {etag}"))
            .await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(known.bytes().await.expect("no body").len(), 0);
        let changed = server.get(&path, header::IF_NONE_MATCH, "W/\"other\"").await;
        assert_eq!(changed.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn nothing_else_lies_there() {
    let server = Server::start().await;
    for path in [
        "/graphiql/none.js",
        "/graphiql/assets",
        "/graphiql/assets/",
        "/graphiql/%2e%2e/Cargo.toml",
        "/graphiql/..%2fbuild.rs",
        "/graphiql/index.html.gz",
    ] {
        let answer = server.get(path, header::ACCEPT, "*/*").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

/// What a server of this configuration answers to who opens the page.
async fn opened(change: impl FnOnce(&mut Config)) -> StatusCode {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config(folder.path(), None);
    change(&mut config);
    let app = Builder::new(config).build().await.expect("the application opens");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let edge = merx::http::edge(&app).expect("an edge");
    tokio::spawn(serve(listener, edge, Settings::default(), Stop::default()));
    let answer = reqwest::get(format!("http://{address}/graphiql")).await;
    answer.expect("an answer").status()
}

#[tokio::test]
async fn production_has_it_only_when_told() {
    let production = |graphiql| {
        move |config: &mut Config| {
            config.server.environment = Environment::Production;
            config.server.graphiql = graphiql;
        }
    };
    assert_eq!(opened(production(None)).await, StatusCode::NOT_FOUND);
    assert_eq!(opened(production(Some(true))).await, StatusCode::OK);
    assert_eq!(opened(|_| ()).await, StatusCode::OK);
    let off = |config: &mut Config| config.server.graphiql = Some(false);
    assert_eq!(opened(off).await, StatusCode::NOT_FOUND);
}

#[test]
fn the_page_that_stands_in_says_what_to_do() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/console.html");
    let html = std::fs::read_to_string(page).expect("the page");
    assert!(COMMANDS.iter().all(|command| html.contains(command)), "{html}");
    assert_eq!(inline_scripts(&html), [""; 0]);
}
