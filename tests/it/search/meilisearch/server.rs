//! Something at the address of Meilisearch that does as it is told: wrong, or what the real one does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// How it behaves.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Manner {
    /// Hangs up at once.
    Gone,
    /// Listens and never says a word.
    Silent,
    /// Says something only after this long.
    Slow(Duration),
    /// A status with an error as Meilisearch writes it.
    Status(u16),
    /// Status 200 with what is no JSON.
    Garbage,
    /// Status 200 with JSON of another form.
    Stranger,
    /// Status 200 with a body that goes on and on, a byte at a time.
    Drip,
    /// Status 200 with a body that goes on and on, as fast as it can.
    Flood,
    /// Passes everything on to this address.
    Real(String),
}

/// The server.
pub(super) struct Server {
    pub(super) url: String,
    manner: Arc<Mutex<Manner>>,
    connections: Arc<AtomicUsize>,
    cut: tokio::sync::watch::Sender<()>,
}

impl Server {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (manner, connections) = (Arc::new(Mutex::new(manner)), Arc::new(AtomicUsize::new(0)));
        let (cut, _) = tokio::sync::watch::channel(());
        let (its_manner, its_connections, its_cut) = (Arc::clone(&manner), Arc::clone(&connections), cut.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                its_connections.fetch_add(1, Ordering::Relaxed);
                let (manner, mut cut) = (its_manner.lock().clone(), its_cut.subscribe());
                tokio::spawn(async move {
                    tokio::select! {
                        () = serve(socket, manner) => {}
                        _ = cut.changed() => {}
                    }
                });
            }
        });
        Self {
            url,
            manner,
            connections,
            cut,
        }
    }

    /// Behaves like this from now on; open connections break.
    pub(super) fn turn(&self, manner: Manner) {
        *self.manner.lock() = manner;
        self.cut.send_replace(());
    }

    /// Connections since the beginning.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

async fn serve(mut socket: TcpStream, manner: Manner) {
    let mut read = [0; 4096];
    let head = |status: u16, length: usize| {
        format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n")
    };
    let refusal = r#"{"message":"no","code":"internal","type":"internal","link":""}"#;
    match manner {
        Manner::Gone => {}
        Manner::Silent => while socket.read(&mut read).await.is_ok_and(|n| n > 0) {},
        Manner::Real(address) => {
            if let Ok(mut real) = TcpStream::connect(address).await {
                let _ = copy_bidirectional(&mut socket, &mut real).await;
            }
        }
        Manner::Drip | Manner::Flood => {
            let _ = socket.read(&mut read).await;
            let _ = socket.write_all(head(200, usize::MAX >> 1).as_bytes()).await;
            let (piece, pause) = match manner {
                Manner::Drip => (vec![b' '; 1], Duration::from_millis(20)),
                _ => (vec![b' '; 1 << 20], Duration::ZERO),
            };
            while socket.write_all(&piece).await.is_ok() {
                tokio::time::sleep(pause).await;
            }
        }
        Manner::Slow(_) | Manner::Status(_) | Manner::Garbage | Manner::Stranger => {
            let (status, body) = match manner {
                Manner::Status(status) => (status, refusal),
                Manner::Garbage => (200, "<html>it works</html>"),
                _ => (200, r#"{"something": "else"}"#),
            };
            while socket.read(&mut read).await.is_ok_and(|n| n > 0) {
                if let Manner::Slow(pause) = manner {
                    tokio::time::sleep(pause).await;
                }
                let answer = format!("{}{body}", head(status, body.len()));
                if socket.write_all(answer.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    }
}
