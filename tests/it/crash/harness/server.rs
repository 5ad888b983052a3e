//! The binary as a process of its own, killed and started again on the same database.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The signal that nobody can catch.
const SIGKILL: i32 = 9;

/// What all processes of a run have in common.
pub struct Place {
    /// Where they listen, one after the other.
    pub address: SocketAddr,
    /// The data folder.
    pub folder: PathBuf,
    /// The database.
    pub database_url: String,
    /// The gateway's address.
    pub stripe_url: String,
}

/// A running server.
pub struct Server(Child);

impl Place {
    /// Starts the server and waits until it is ready. It kills itself at `points`, which are those of `FAILPOINTS`: maybe
    /// by what it does when it starts.
    pub async fn start(&self, capture: &str, points: &str) -> Server {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"));
        let child = Command::new(env!("CARGO_BIN_EXE_merx"))
            .arg("serve")
            .env_clear()
            .env("MERX_LISTEN", self.address.to_string())
            .env("MERX_DATA_DIR", self.folder.join("data"))
            .env("DATABASE_URL", &self.database_url)
            .env("MERX_DATABASE_CONNECTIONS", "10")
            .env("MERX_BUDGET_ANONYMOUS", "1000000000/1000000000")
            .env("STRIPE_SECRET_KEY", super::SECRET_KEY)
            .env("STRIPE_WEBHOOK_SECRET", super::WEBHOOK_SECRET)
            .env("STRIPE_API_BASE", &self.stripe_url)
            .env("MERX_CAPTURE", capture)
            .env("RUST_LOG", "warn")
            .env("FAILPOINTS", points)
            .stdout(Stdio::null())
            .stderr(log.expect("a log"))
            .spawn()
            .expect("merx starts");
        let mut server = Server(child);
        let client = reqwest::Client::new();
        let ready = format!("http://{}/readyz", self.address);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !client
            .get(&ready)
            .send()
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            if server.is_dead() {
                assert!(!points.is_empty(), "merx ended by itself: {}", self.log());
                break;
            }
            assert!(Instant::now() < deadline, "merx is not ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }

    /// The end of what the servers said.
    pub fn log(&self) -> String {
        let text = std::fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Server {
    /// Whether it has killed itself.
    ///
    /// # Panics
    /// When it ended in another way.
    pub fn is_dead(&mut self) -> bool {
        let Some(status) = self.0.try_wait().expect("the process can be asked") else {
            return false;
        };
        assert_eq!(status.signal(), Some(SIGKILL), "the server ended with {status}");
        true
    }

    /// Kills it as nobody would.
    pub fn kill(mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A free port of a loopback address that nothing else here listens at: it stays free while the server is away.
pub fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.2:0").expect("a free port");
    listener.local_addr().expect("an address")
}

/// A folder in a folder.
pub fn folder_in(folder: &Path, name: &str) -> PathBuf {
    let inner = folder.join(name);
    std::fs::create_dir_all(&inner).expect("a folder");
    inner
}
