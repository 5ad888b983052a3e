//! Asking a service whether it is there, in as few bytes as its protocol allows. No client library: a probe must not
//! need what it probes for.

use std::time::Duration;

use axum::http::Uri;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest time that a probe takes.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// Longest line that a service may answer with.
const LINE_MAX: u64 = 4096;

/// Why a service is not there.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProbeError {
    /// The address is none.
    #[error("the address is malformed")]
    Address,
    /// Nothing listens, or the name is unknown.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// Nothing came in time.
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    Late,
    /// Something else answers there.
    #[error("unexpected answer \"{0}\"")]
    Answer(String),
}

/// The address of a service.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    scheme: String,
    host: String,
    port: u16,
    user: String,
    password: String,
    path: String,
}

impl Target {
    /// Reads `url`. `ports` has the default port of each scheme that is understood.
    pub fn parse(url: &str, ports: &[(&str, u16)]) -> Result<Self, ProbeError> {
        let uri: Uri = url.trim().parse().map_err(|_| ProbeError::Address)?;
        let scheme = uri.scheme_str().ok_or(ProbeError::Address)?.to_lowercase();
        let authority = uri.authority().ok_or(ProbeError::Address)?;
        let default = ports
            .iter()
            .find(|(name, _)| *name == scheme)
            .ok_or(ProbeError::Address)?
            .1;
        let host = authority.host().trim_matches(['[', ']']);
        if host.is_empty() {
            return Err(ProbeError::Address);
        }
        let login = authority.as_str().rsplit_once('@').map_or("", |(login, _)| login);
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        Ok(Self {
            host: host.to_owned(),
            port: authority.port_u16().unwrap_or(default),
            user: unescape(user),
            password: unescape(password),
            path: uri.path().trim_end_matches('/').to_owned(),
            scheme,
        })
    }

    /// Whether the service wants TLS, which a probe does not speak.
    pub fn is_encrypted(&self) -> bool {
        matches!(self.scheme.as_str(), "https" | "rediss" | "smtps")
    }

    /// Host and port, without what is secret.
    pub fn place(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// Turns `%40` back into `@`. What is no such sequence stays as it is.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut plain, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .filter(|_| *byte == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&plain).into_owned()
}

/// A conversation of lines.
struct Line(BufReader<TcpStream>);

impl Line {
    async fn open(target: &Target) -> Result<Self, ProbeError> {
        let stream = TcpStream::connect((target.host.as_str(), target.port)).await?;
        Ok(Self(BufReader::new(stream)))
    }

    async fn say(&mut self, text: &str) -> Result<(), ProbeError> {
        Ok(self.0.write_all(text.as_bytes()).await?)
    }

    async fn hear(&mut self) -> Result<String, ProbeError> {
        let mut line = Vec::new();
        (&mut self.0).take(LINE_MAX).read_until(b'\n', &mut line).await?;
        let text = String::from_utf8_lossy(&line);
        Ok(text.chars().filter(|c| !c.is_control()).take(200).collect())
    }
}

async fn patiently<T>(work: impl Future<Output = Result<T, ProbeError>>) -> Result<T, ProbeError> {
    timeout(PATIENCE, work).await.unwrap_or(Err(ProbeError::Late))
}

/// Connects, and hangs up.
pub(super) async fn tcp(target: &Target) -> Result<(), ProbeError> {
    patiently(async { Line::open(target).await.map(|_| ()) }).await
}

/// GETs `path` below the address; gives the status. With TLS it only connects and gives none.
pub(super) async fn http(target: &Target, path: &str) -> Result<Option<u16>, ProbeError> {
    if target.is_encrypted() {
        return tcp(target).await.map(|()| None);
    }
    patiently(async {
        let mut line = Line::open(target).await?;
        let (base, host) = (&target.path, target.place());
        line.say(&format!(
            "GET {base}{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: merx\r\nConnection: close\r\n\r\n"
        ))
        .await?;
        let answer = line.hear().await?;
        let status = answer
            .strip_prefix("HTTP/1.")
            .and_then(|rest| rest.split(' ').nth(1))
            .and_then(|status| status.parse().ok());
        status.map(Some).ok_or(ProbeError::Answer(answer))
    })
    .await
}

/// Signs in where the address has a password, and asks for a PONG.
pub(super) async fn redis(target: &Target) -> Result<(), ProbeError> {
    if target.is_encrypted() {
        return tcp(target).await;
    }
    patiently(async {
        let mut line = Line::open(target).await?;
        let words = match (target.user.as_str(), target.password.as_str()) {
            (_, "") => Vec::new(),
            ("", password) => vec!["AUTH", password],
            (user, password) => vec!["AUTH", user, password],
        };
        if !words.is_empty() {
            line.say(&redis_command(&words)).await?;
            let answer = line.hear().await?;
            if answer != "+OK" {
                return Err(ProbeError::Answer(answer));
            }
        }
        line.say(&redis_command(&["PING"])).await?;
        match line.hear().await? {
            answer if answer == "+PONG" => Ok(()),
            answer => Err(ProbeError::Answer(answer)),
        }
    })
    .await
}

fn redis_command(words: &[&str]) -> String {
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        text.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    text
}

/// Waits for the greeting of a mail server.
pub(super) async fn smtp(target: &Target) -> Result<(), ProbeError> {
    if target.is_encrypted() {
        return tcp(target).await;
    }
    patiently(async {
        let mut line = Line::open(target).await?;
        let greeting = line.hear().await?;
        if !greeting.starts_with("220") {
            return Err(ProbeError::Answer(greeting));
        }
        line.say("QUIT\r\n").await
    })
    .await
}
