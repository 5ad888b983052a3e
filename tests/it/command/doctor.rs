//! The doctor: quiet on a healthy shop, plain about what is broken, and never in a panic.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use clap::{CommandFactory, Parser};
use entity::{RecommendationModelId, TypedId};
use merx::command::doctor::{Check, Level, checks};
use merx::config::{Config, Environment};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{Shop, config};

fn find<'a>(checks: &'a [Check], name: &str) -> &'a Check {
    checks
        .iter()
        .find(|check| check.name == name)
        .unwrap_or_else(|| panic!("no line about {name}: {checks:#?}"))
}

/// A service that reads once, says `answers` one after the other, each after something was read, and hangs up.
async fn service(greeting: &'static str, answers: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(greeting.as_bytes()).await;
            for answer in answers {
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        }
    });
    address
}

/// An address where nothing listens.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    listener.local_addr().expect("an address").to_string()
}

#[tokio::test]
async fn a_healthy_shop_has_no_failure() {
    let shop = Shop::demo().await;
    let checks = checks(&shop.app.config).await;
    for name in [
        "data folder",
        "settings",
        "payment",
        "database",
        "shop",
        "owner",
        "jobs",
        "books",
    ] {
        let check = find(&checks, name);
        assert_eq!((check.level, &check.advice), (Level::Ok, &None), "{check}");
    }
    assert!(checks.iter().all(|check| check.level != Level::Fail), "{checks:#?}");
    let database = find(&checks, "database");
    assert!(database.found.contains("all migrations applied"), "{database}");
}

#[tokio::test]
async fn what_is_not_there_yet_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = config(folder.path(), None);
    let found = checks(&config).await;
    assert_eq!(find(&found, "database").level, Level::Warn);
    assert!(!folder.path().join("merx.db").exists(), "a doctor only looks");
    std::fs::File::create(folder.path().join("merx.db")).expect("an empty file");
    let found = checks(&config).await;
    let database = find(&found, "database");
    assert_eq!(database.level, Level::Fail);
    let advice = database.advice.as_deref().expect("advice");
    assert!(
        database.found.contains("missing") && advice.contains("merx migrate"),
        "{database}"
    );
}

#[tokio::test]
async fn an_empty_database_is_to_be_seeded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let config = config(folder.path(), None);
    let app = merx::app::Builder::new(config.clone())
        .build()
        .await
        .expect("the application opens");
    merx::platform::db::migrate(&app.db).await.expect("the migrations run");
    let found = checks(&config).await;
    let shop = find(&found, "shop");
    assert_eq!(shop.level, Level::Warn);
    assert!(
        shop.advice.as_deref().is_some_and(|a| a.contains("merx seed --demo")),
        "{shop}"
    );
}

#[tokio::test]
async fn each_broken_dependency_fails_with_advice_and_without_secrets() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let down = nobody().await;
    type Break = fn(&mut Config, &str);
    let cases: [(&str, &str, Break); 11] = [
        ("database", "DATABASE_URL", |c, down| {
            c.database.database_url = Some(format!("postgres://merx:hush-hush@{down}/merx"));
        }),
        ("data folder", "MERX_DATA_DIR", |c, _| {
            c.server.data_dir = "/dev/null/merx".into()
        }),
        ("settings", "MERX_ADMIN_PASSWORD", |c, _| {
            c.accounts.admin_email = Some("somebody@example.com".to_owned());
        }),
        ("redis", "REDIS_URL", |c, down| {
            c.services.redis_url = Some(format!("redis://:hush-hush@{down}"));
        }),
        ("meilisearch", "MEILISEARCH_URL", |c, down| {
            c.services.meilisearch_url = Some(format!("http://{down}"));
        }),
        ("smtp", "SMTP_URL", |c, down| {
            c.services.smtp_url = Some(format!("smtp://me:hush-hush@{down}"));
        }),
        ("s3", "S3_SECRET_ACCESS_KEY", |c, down| {
            c.services.s3_endpoint = Some(format!("http://{down}"));
            c.services.s3_bucket = Some("media".to_owned());
        }),
        ("stripe", "STRIPE_SECRET_KEY", |c, _| {
            c.services.stripe_secret_key = Some("hush-hush".into());
        }),
        ("stripe", "STRIPE_API_BASE", |c, down| {
            c.services.stripe_secret_key = Some("sk_test_hush-hush".into());
            c.services.stripe_api_base = Some(format!("http://{down}"));
        }),
        ("stripe", "STRIPE_WEBHOOK_SECRET", |c, _| {
            c.services.stripe_secret_key = Some("sk_test_1".into());
            c.services.stripe_webhook_secret = Some("hush-hush".into());
        }),
        ("traces", "OTEL_EXPORTER_OTLP_ENDPOINT", |c, down| {
            c.services.otel_exporter_otlp_endpoint = Some(format!("http://{down}"));
        }),
    ];
    for (name, variable, break_it) in cases {
        let mut config = config(folder.path(), None);
        break_it(&mut config, &down);
        let found = checks(&config).await;
        let check = find(&found, name);
        assert_eq!(check.level, Level::Fail, "{check}");
        assert!(check.advice.as_deref().is_some_and(|a| a.contains(variable)), "{check}");
        assert!(!format!("{found:?}").contains("hush-hush"), "{found:#?}");
        let failed = found.iter().filter(|c| c.level == Level::Fail).count();
        assert_eq!(failed, 1, "{name}: {found:#?}");
    }
}

#[tokio::test]
async fn services_that_answer_are_asked_in_their_own_words() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config(folder.path(), None);
    let services = &mut config.services;
    let redis = service("", &["+OK\r\n", "+PONG\r\n"]).await;
    services.redis_url = Some(format!("redis://:p%40ss@{redis}/0"));
    let meilisearch = service("", &["HTTP/1.1 200 OK\r\n\r\n{}"]).await;
    services.meilisearch_url = Some(format!("http://{meilisearch}"));
    let s3 = service("", &["HTTP/1.1 403 Forbidden\r\n\r\n"]).await;
    services.s3_endpoint = Some(format!("http://{s3}"));
    for value in [
        &mut services.s3_bucket,
        &mut services.s3_access_key_id,
        &mut services.s3_secret_access_key,
    ] {
        *value = Some("x".to_owned());
    }
    services.smtp_url = Some(format!("smtp://{}", service("220 mail\r\n", &[]).await));
    services.stripe_secret_key = Some("sk_test_1".into());
    services.stripe_webhook_secret = Some("whsec_1, whsec_2".into());
    let stripe = service("", &["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"]).await;
    services.stripe_api_base = Some(format!("http://{stripe}"));
    let found = checks(&config).await;
    assert_eq!(find(&found, "redis").level, Level::Ok);
    assert_eq!(find(&found, "stripe").level, Level::Ok, "{found:#?}");
    assert_eq!(find(&found, "meilisearch").level, Level::Ok, "{found:#?}");
    for name in ["s3", "smtp"] {
        let check = find(&found, name);
        assert_eq!(check.level, Level::Warn, "{check}");
        assert!(check.found.contains("does not use it yet"), "{check}");
    }

    let services = &mut config.services;
    let refusing = service("", &["-WRONGPASS no\r\n"]).await;
    services.redis_url = Some(format!("redis://:wrong@{refusing}"));
    let ill = service("", &["HTTP/1.1 503 Unavailable\r\n\r\n"]).await;
    services.meilisearch_url = Some(format!("http://{ill}"));
    services.smtp_url = Some(format!("smtp://{}", service("554 no\r\n", &[]).await));
    let stranger = service("", &["HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\n{}"]).await;
    services.stripe_api_base = Some(format!("http://{stranger}"));
    let found = checks(&config).await;
    for name in ["redis", "meilisearch", "smtp", "stripe"] {
        assert_eq!(find(&found, name).level, Level::Fail, "{found:#?}");
    }
}

#[tokio::test]
async fn a_silent_service_does_not_hold_the_doctor_up() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config(folder.path(), None);
    let silent = service("", &[""; 4]).await;
    config.services.redis_url = Some(format!("redis://{silent}"));
    config.services.smtp_url = Some(format!("smtp://{}", service("", &[""; 4]).await));
    let start = Instant::now();
    let found = checks(&config).await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(find(&found, "smtp").level, Level::Fail);
    assert_eq!(find(&found, "redis").level, Level::Fail);
}

#[tokio::test]
async fn malformed_addresses_are_named_and_nothing_panics() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for address in [
        "",
        " ",
        "nonsense",
        "http://",
        "://",
        "http://[::1",
        "ftp://x",
        "redis://:@:",
        "http://x:99999",
        "é%zz",
    ] {
        let mut config = config(folder.path(), None);
        config.services.redis_url = Some(address.to_owned());
        config.services.meilisearch_url = Some(address.to_owned());
        config.services.smtp_url = Some(address.to_owned());
        config.services.otel_exporter_otlp_endpoint = Some(address.to_owned());
        let found = checks(&config).await;
        let redis = find(&found, "redis");
        assert_eq!(redis.level, Level::Fail, "{address}: {redis}");
    }
    for url in ["postgres://", "mysql://x", "nonsense", "sqlite://?mode=x"] {
        let mut config = config(folder.path(), None);
        config.database.database_url = Some(url.to_owned());
        let found = checks(&config).await;
        assert!(find(&found, "database").level > Level::Ok, "{url}: {found:#?}");
    }
}

#[tokio::test]
async fn production_is_warned_of_what_only_a_demo_may_have() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config(folder.path(), None);
    config.server.environment = Environment::Production;
    config.shop.test_gateway = Some(true);
    let found = checks(&config).await;
    assert_eq!(find(&found, "settings").level, Level::Ok);
    let payment = find(&found, "payment");
    assert!(
        payment.level == Level::Warn && payment.found.contains("test gateway"),
        "{payment}"
    );
    config.accounts.admin_password = Some(merx::config::DEMO_ADMIN.password.to_owned());
    let found = checks(&config).await;
    assert_eq!(find(&found, "settings").level, Level::Fail);
}

#[test]
fn every_command_can_be_parsed() {
    for words in [
        "serve",
        "worker",
        "migrate",
        "seed --demo",
        "doctor",
        "user create-admin --email me@example.com",
        "healthcheck",
        "schema",
        "schema --dotenv",
    ] {
        let parsed = merx::command::Cli::try_parse_from(std::iter::once("merx").chain(words.split(' ')));
        assert!(parsed.is_ok(), "{words}: {:?}", parsed.err());
    }
    assert!(merx::command::Cli::try_parse_from(["merx", "seed"]).is_err());
    // As a worker starts it.
    let model = RecommendationModelId::from_uuid(uuid::Uuid::nil()).to_string();
    let parsed = merx::command::Cli::try_parse_from(["merx", "train", "--model", &model]);
    assert!(parsed.is_ok(), "{:?}", parsed.err());
}

/// An argument of a command that had the name of one of the configuration would be read as that one.
#[test]
fn no_argument_of_a_command_hides_one_of_the_configuration() {
    let mut all = merx::command::Cli::command();
    let global: BTreeSet<String> = all.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    assert!(global.contains("embeddings_model"), "{global:?}");
    let mut open: Vec<_> = all.get_subcommands_mut().collect();
    while let Some(command) = open.pop() {
        let own: Vec<_> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
        // Of a schema it says which one is printed.
        let meant = |id: &str| command.get_name() == "schema" && id == "federation";
        let hidden: Vec<_> = own.iter().filter(|id| global.contains(*id) && !meant(id)).collect();
        assert!(hidden.is_empty(), "{}: {hidden:?}", command.get_name());
        open.extend(command.get_subcommands_mut());
    }
}
