//! The pictures of the demo shop: well-formed, and served by the program.

use axum::http::HeaderMap;
use merx::app::{App, Builder};
use merx::command::seed::{SeedError, demo};
use merx::http::Endpoint;
use merx::http::server::{Settings, serve};
use merx::platform::db;
use merx::platform::stop::Stop;
use serde_json::json;

use crate::support::config;

/// A demo shop with its pictures: the clones of other tests have the database only.
async fn seeded(folder: &std::path::Path) -> App {
    let app = Builder::new(config(folder, None))
        .build()
        .await
        .expect("the application opens");
    db::migrate(&app.db).await.expect("the migrations run");
    app
}

#[tokio::test]
async fn every_picture_is_there_and_well_formed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = seeded(folder.path()).await;
    let summary = demo(&app).await.expect("the demo shop is seeded");
    assert_eq!((summary.products, summary.categories), (84, 34));
    let document = "{ products(first: 100) { nodes { media(first: 5) { url } } } }";
    let endpoint = Endpoint::new(app.clone()).expect("a schema");
    let answer = endpoint.execute(&HeaderMap::new(), document, None, json!({})).await;
    let answer = serde_json::to_value(answer).expect("an answer is JSON");
    let products = answer["data"]["products"]["nodes"].as_array().expect("products");
    let urls: Vec<&str> = products
        .iter()
        .flat_map(|p| p["media"].as_array().expect("pictures"))
        .filter_map(|picture| picture["url"].as_str())
        .collect();
    assert!(urls.len() > 100, "{}", urls.len());
    let mut drawings = std::collections::HashSet::new();
    for url in &urls {
        let key = url.strip_prefix("/media/").expect("a path of ours");
        let content = app.media.get(key).await.expect("the store answers").expect("a file");
        let svg = std::str::from_utf8(&content).expect("text");
        check_xml(svg).unwrap_or_else(|e| panic!("{key}: {e}"));
        assert!(svg.starts_with("<svg xmlns=") && !svg.contains("<script"), "{key}");
        drawings.insert(svg.to_owned());
    }
    assert_eq!(drawings.len(), urls.len(), "no two are alike");
    let again = demo(&app).await;
    assert!(matches!(again, Err(SeedError::NotEmpty)), "{again:?}");
}

#[tokio::test]
async fn the_server_hands_them_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let app = seeded(folder.path()).await;
    demo(&app).await.expect("the demo shop is seeded");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let edge = merx::http::edge(&app).expect("an edge");
    tokio::spawn(serve(listener, edge, Settings::default(), Stop::default()));
    let get = async |path: &str| {
        reqwest::get(format!("http://{address}{path}"))
            .await
            .expect("an answer")
    };
    let picture = get("/media/demo/harbour-mug.svg").await;
    assert_eq!(picture.status(), 200);
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert!(
        picture
            .text()
            .await
            .expect("text")
            .contains("<title>Harbour Mug</title>")
    );
    assert_eq!(get("/media/demo/no-such-mug.svg").await.status(), 404);
    assert_eq!(get("/media/..%2Fmerx.db").await.status(), 404);
}

/// A small check of XML: tags nest, attributes are quoted, entities are known.
fn check_xml(text: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text.trim();
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        if open.is_empty() && !before.trim().is_empty() {
            return Err(format!("text outside the root: {before}"));
        }
        let end = tag.find('>').ok_or("a tag does not end")?;
        let (inner, after) = (&tag[1..end], &tag[end + 1..]);
        rest = after;
        if let Some(name) = inner.strip_prefix('/') {
            let expected = open.pop();
            if expected != Some(name) {
                return Err(format!("</{name}> closes {expected:?}"));
            }
            continue;
        }
        let (inner, empty) = inner.strip_suffix('/').map_or((inner, false), |inner| (inner, true));
        let name = inner.split_whitespace().next().ok_or("a tag has no name")?;
        check_attributes(&inner[name.len()..])?;
        if !empty {
            open.push(name);
        }
    }
    let entities = text.split('&').skip(1);
    for entity in entities {
        if !["amp;", "lt;", "gt;"].iter().any(|known| entity.starts_with(known)) {
            return Err(format!("a bare & before {entity}"));
        }
    }
    if open.is_empty() && rest.trim().is_empty() {
        Ok(())
    } else {
        Err(format!("not closed: {open:?} {rest}"))
    }
}

fn check_attributes(text: &str) -> Result<(), String> {
    let mut names = std::collections::HashSet::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, value) = rest.split_once("=\"").ok_or(format!("no value: {rest}"))?;
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain || name.is_empty() || !names.insert(name) {
            return Err(format!("bad attribute {name}"));
        }
        let (value, after) = value.split_once('"').ok_or(format!("no end: {value}"))?;
        if value.contains(['<', '{', '}']) {
            return Err(format!("bad value {value}"));
        }
        rest = after.trim_start();
    }
    Ok(())
}

#[test]
fn the_check_of_xml_can_fail() {
    for bad in [
        "<a><b></a></b>",
        "<a>",
        "<a b=c/>",
        "<a>&</a>",
        "<a b=\"1\" b=\"2\"/>",
        "<a/>x",
    ] {
        assert!(check_xml(bad).is_err(), "{bad}");
    }
    check_xml("<a b=\"1\"><c/>&amp;</a>").expect("well-formed");
}
