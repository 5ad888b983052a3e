//! Services beside the database. For most of them this version has no adapter: it asks whether they would be there, and
//! says what serves in their place.

use super::Check;
use crate::command::probe::{self, ProbeError, Target};
use crate::config::{Config, SearchEngine, Services};
use crate::platform::clock::Clock;
use crate::platform::error::story;
use crate::platform::id::Ids;
use crate::search;

/// Default ports of what speaks HTTP.
const HTTP: [(&str, u16); 2] = [("http", 80), ("https", 443)];

/// Every service that is configured; the probes run side by side.
pub(super) async fn checks(config: &Config) -> Vec<Check> {
    let services = &config.services;
    let (redis, search, media, mail, traces, stripe) = tokio::join!(
        redis(services),
        meilisearch(config),
        s3(services),
        smtp(services),
        otlp(services),
        super::payments::check(config),
    );
    [redis, search, media, mail, traces, stripe]
        .into_iter()
        .flatten()
        .collect()
}

/// What is said of a service that answers, or does not.
struct Service {
    name: &'static str,
    variable: &'static str,
    /// What serves in its place.
    twin: &'static str,
    /// Whether this version has an adapter for it.
    used: bool,
}

impl Service {
    fn not_used(&self) -> String {
        format!("this version does not use it yet: {} instead", self.twin)
    }

    fn report(&self, place: &str, answer: Result<(), ProbeError>) -> Check {
        let Self {
            name,
            variable,
            twin,
            used,
        } = self;
        match answer {
            Ok(()) if *used => Check::ok(name, format!("{place} answers")),
            Ok(()) => Check::warn(
                name,
                format!("{place} answers, but {}", self.not_used()),
                format!("nothing to do; {variable} may stay for a later version"),
            ),
            Err(ProbeError::Address) => Check::fail(
                name,
                "the address is malformed",
                format!("correct {variable}, or remove it: {twin}"),
            ),
            Err(error) => Check::fail(
                name,
                format!("{place}: {error}"),
                format!("start the service or correct {variable}, or remove it: {twin}"),
            ),
        }
    }

    async fn ask(
        &self,
        url: &str,
        ports: &[(&str, u16)],
        probe: impl AsyncFnOnce(&Target) -> Result<(), ProbeError>,
    ) -> Check {
        match Target::parse(url, ports) {
            Ok(target) => self.report(&target.place(), probe(&target).await),
            Err(error) => self.report("", Err(error)),
        }
    }
}

const REDIS: Service = Service {
    name: "redis",
    variable: "REDIS_URL",
    twin: "limits and registered documents are kept in each process",
    used: true,
};
const MEILISEARCH: Service = Service {
    name: "meilisearch",
    variable: "MEILISEARCH_URL",
    twin: "search uses the index in the data folder",
    used: true,
};
const S3: Service = Service {
    name: "s3",
    variable: "S3_ENDPOINT",
    twin: "files are kept in the data folder",
    used: false,
};
const SMTP: Service = Service {
    name: "smtp",
    variable: "SMTP_URL",
    twin: "mail is written to files in the data folder",
    used: false,
};
const TRACES: Service = Service {
    name: "traces",
    variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
    twin: "spans go to the log",
    used: false,
};

/// One sentence for each service that is configured and not used yet: what serves in its place.
pub(in crate::command) fn not_used_yet(services: &Services) -> Vec<String> {
    let s = services;
    let s3 = [
        &s.s3_endpoint,
        &s.s3_bucket,
        &s.s3_access_key_id,
        &s.s3_secret_access_key,
    ];
    let configured = [
        (S3, s3.iter().any(|value| value.is_some())),
        (SMTP, s.smtp_url.is_some()),
        (TRACES, s.otel_exporter_otlp_endpoint.is_some()),
    ];
    let configured = configured.into_iter().filter(|(_, configured)| *configured);
    configured
        .map(|(service, _)| format!("{} is configured, but {}", service.name, service.not_used()))
        .collect()
}

async fn redis(services: &Services) -> Option<Check> {
    let url = services.redis_url.as_deref()?;
    let ports = [("redis", 6379), ("rediss", 6379)];
    Some(REDIS.ask(url, &ports, probe::redis).await)
}

async fn meilisearch(config: &Config) -> Option<Check> {
    let name = MEILISEARCH.name;
    let url = config.services.meilisearch_url.as_deref()?;
    let place = match Target::parse(url, &HTTP) {
        Ok(target) => target.place(),
        Err(error) => return Some(MEILISEARCH.report("", Err(error))),
    };
    if config.search_engine() == SearchEngine::Embedded {
        return Some(Check::warn(
            name,
            format!("{place} is configured, but MERX_SEARCH=embedded does without it"),
            "remove MERX_SEARCH or MEILISEARCH_URL",
        ));
    }
    let clock = Clock::system();
    let greeting = async {
        let ids = Ids::from_os(clock.clone())?;
        search::engine::greet(config, &clock, &ids).await
    };
    let greeting = tokio::time::timeout(probe::PATIENCE, greeting).await;
    Some(match greeting {
        Ok(Ok(())) => Check::ok(name, format!("{place} answers and takes the key")),
        Ok(Err(error)) => Check::fail(
            name,
            format!("{place}: {}", story(&error)),
            format!(
                "start the service or correct MEILISEARCH_URL and MEILISEARCH_API_KEY, or remove both: {}",
                MEILISEARCH.twin
            ),
        ),
        Err(_) => MEILISEARCH.report(&place, Err(ProbeError::Late)),
    })
}

async fn s3(services: &Services) -> Option<Check> {
    let needed = [
        ("S3_ENDPOINT", &services.s3_endpoint),
        ("S3_BUCKET", &services.s3_bucket),
        ("S3_ACCESS_KEY_ID", &services.s3_access_key_id),
        ("S3_SECRET_ACCESS_KEY", &services.s3_secret_access_key),
    ];
    if needed.iter().all(|(_, value)| value.is_none()) {
        return None;
    }
    let missing: Vec<&str> = needed
        .iter()
        .filter(|(_, v)| v.is_none())
        .map(|(name, _)| *name)
        .collect();
    let Some(url) = services.s3_endpoint.as_deref().filter(|_| missing.is_empty()) else {
        return Some(Check::fail(
            S3.name,
            "only a part of it is configured",
            format!("set {} too, or none of them", missing.join(", ")),
        ));
    };
    // Any answer will do: without a signature an S3 server refuses.
    let answers = async |target: &Target| probe::http(target, "/").await.map(|_| ());
    Some(S3.ask(url, &HTTP, answers).await)
}

async fn smtp(services: &Services) -> Option<Check> {
    let url = services.smtp_url.as_deref()?;
    let ports = [("smtp", 25), ("smtps", 465)];
    Some(SMTP.ask(url, &ports, probe::smtp).await)
}

async fn otlp(services: &Services) -> Option<Check> {
    let url = services.otel_exporter_otlp_endpoint.as_deref()?;
    let ports = [("http", 4318), ("https", 4318), ("grpc", 4317)];
    Some(TRACES.ask(url, &ports, probe::tcp).await)
}
