//! A PostgreSQL of the bench's own, with commits that last; or a database of its own in one that is given.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Where the programs of PostgreSQL lie on Debian.
const DEBIAN: &str = "/usr/lib/postgresql";

/// A database that goes with the bench.
pub struct Cluster {
    /// Its address.
    pub url: String,
    kind: Kind,
}

enum Kind {
    /// A server of its own: its programs and its folder.
    Own {
        programs: PathBuf,
        folder: tempfile::TempDir,
    },
    /// A database in a server of somebody else: the server's address and the name.
    Given { server: String, name: String },
}

impl Cluster {
    /// The server of `MERX_BENCH_DATABASE_URL`, else one that is started here.
    pub async fn start() -> Self {
        match std::env::var("MERX_BENCH_DATABASE_URL") {
            Ok(server) => Self::given(server).await,
            Err(_) => Self::own(),
        }
    }

    async fn given(server: String) -> Self {
        let name = format!("merx_bench_{}", std::process::id());
        let base = server.rsplit_once('/').expect("an address with a database").0;
        let url = format!("{base}/{name}");
        run(&server, format!("CREATE DATABASE {name}")).await;
        Self {
            url,
            kind: Kind::Given { server, name },
        }
    }

    fn own() -> Self {
        let programs = programs();
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        std::fs::create_dir(&data).expect("a folder");
        if is_root() {
            // PostgreSQL refuses to run as root.
            for (program, argument, path) in [("chmod", "711", folder.path()), ("chown", "postgres", &data)] {
                let done = Command::new(program).arg(argument).arg(path).status().expect("it runs");
                assert!(done.success(), "{program}");
            }
        }
        let data = data.to_str().expect("a plain name");
        let initdb = [
            "-D",
            data,
            "-U",
            "merx",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ];
        postgres(&programs, "initdb", &initdb);
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        // Every commit is on the disk before it is acknowledged. The rest is what such a server would be given.
        let settings = format!(
            "-p {port} -k {data} -c listen_addresses= -c fsync=on -c synchronous_commit=on \
             -c full_page_writes=on -c wal_compression=on -c shared_buffers=512MB -c max_wal_size=4GB {}",
            std::env::var("MERX_BENCH_SETTINGS").unwrap_or_default()
        );
        let log = format!("{data}/log");
        postgres(
            &programs,
            "pg_ctl",
            &["-D", data, "-l", &log, "-w", "-t", "60", "start", "-o", &settings],
        );
        Self {
            // Who shares a machine with its database asks it through a file, not through the network.
            url: format!("postgres://merx@{}:{port}/postgres", data.replace('/', "%2F")),
            kind: Kind::Own { programs, folder },
        }
    }
}

/// Ends the server, or drops the database; also when the bench fails.
impl Drop for Cluster {
    fn drop(&mut self) {
        match &self.kind {
            Kind::Own { programs, folder } => {
                let data = folder.path().join("data");
                let data = data.to_str().expect("a plain name");
                postgres(programs, "pg_ctl", &["-D", data, "-m", "immediate", "-w", "stop"]);
            }
            Kind::Given { server, name } => {
                let (server, sql) = (server.clone(), format!("DROP DATABASE {name} WITH (FORCE)"));
                let dropped = std::thread::spawn(move || crate::here(run(&server, sql)));
                let _ = dropped.join();
            }
        }
    }
}

async fn run(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.expect("the server answers");
    sqlx::query(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("the statement runs");
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The folder of the newest PostgreSQL.
fn programs() -> PathBuf {
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    let installed = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = installed
        .filter_map(|entry| Some((version(&entry.path())?, entry.path())))
        .max();
    if let Some((_, path)) = newest {
        return path.join("bin");
    }
    let found = Command::new("pg_config").arg("--bindir").output();
    let found = found.expect("PostgreSQL is installed, or MERX_BENCH_DATABASE_URL says where one is");
    PathBuf::from(String::from_utf8_lossy(&found.stdout).trim())
}

fn postgres(programs: &Path, program: &str, arguments: &[&str]) {
    let path = programs.join(program);
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    let done = command
        .args(arguments)
        .current_dir("/")
        .stdout(Stdio::null())
        .status()
        .expect("it runs");
    assert!(done.success(), "{program} failed");
}
