//! Rights: from a key that may make keys, one that may do what a shop needs with the indexes of the shop, and no more.

use std::time::Duration;

use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::{Error, ErrorCode};
use meilisearch_sdk::key::{Action, KeyBuilder};
use parking_lot::RwLock;
use sha2::{Digest, Sha256};

use super::wire::Wire;
use crate::platform::secret::Secret;

/// Counts changes of the rights below: a key cannot be given more of them, so that each version is a key of its own.
const VERSION: u32 = 1;
/// How long anything but a search may take to be taken; what it causes is waited for apart.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Clients with the least rights that do.
#[derive(Clone)]
pub(super) struct Clients {
    /// For searches: each ends within the deadline.
    pub(super) search: Client<Wire>,
    /// For everything else.
    pub(super) work: Client<Wire>,
}

/// What opens a server.
pub(super) struct Keys {
    host: String,
    prefix: String,
    given: Option<Secret>,
    deadline: Duration,
    wire: Wire,
    clients: RwLock<Option<Clients>>,
}

impl Keys {
    /// Keys for the indexes of `host` that begin with `prefix`, made from `given` when that may make keys.
    pub(super) fn new(host: &str, prefix: &str, given: Option<Secret>, deadline: Duration, wire: Wire) -> Self {
        Self {
            host: host.trim_end_matches('/').to_owned(),
            prefix: prefix.to_owned(),
            given,
            deadline,
            wire,
            clients: RwLock::default(),
        }
    }

    /// How long a search may take.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// The clients; at first the key is made, or found again.
    pub(super) async fn clients(&self) -> Result<Clients, Error> {
        if let Some(clients) = &*self.clients.read() {
            return Ok(clients.clone());
        }
        let given = self.given.as_ref().map(Secret::expose);
        let own = match given {
            Some(given) => self.own(given).await?,
            None => None,
        };
        let key = own.as_deref().or(given);
        let clients = Clients {
            search: self.client(key, self.deadline)?,
            work: self.client(key, PATIENCE)?,
        };
        *self.clients.write() = Some(clients.clone());
        Ok(clients)
    }

    /// Forgets the key: the server does not know it any more.
    pub(super) fn forget(&self) {
        *self.clients.write() = None;
    }

    fn client(&self, key: Option<&str>, deadline: Duration) -> Result<Client<Wire>, Error> {
        let wire = self.wire.with(key, deadline)?;
        Ok(Client::new_with_client(self.host.as_str(), None::<String>, wire))
    }

    /// The key of the shop; none when `given` may not make keys: then it is meant to be used itself.
    async fn own(&self, given: &str) -> Result<Option<String>, Error> {
        let client = self.client(Some(given), PATIENCE)?;
        let uid = self.uid();
        match client.get_key(&uid).await {
            Ok(key) => return Ok(Some(key.key)),
            Err(Error::Meilisearch(said)) => match said.error_code {
                ErrorCode::ApiKeyNotFound => {}
                ErrorCode::InvalidApiKey | ErrorCode::MissingAuthorizationHeader => return Ok(None),
                _ => return Err(said.into()),
            },
            Err(error) => return Err(error),
        }
        let mut wanted = KeyBuilder::new();
        wanted.uid = Some(uid.clone());
        wanted.name = Some(format!("Merx {}", self.prefix));
        wanted.description = Some("Made by Merx for its own indexes".to_owned());
        wanted.indexes = vec![format!("{}-*", self.prefix)];
        wanted.actions = rights();
        match client.create_key(wanted).await {
            Ok(key) => {
                tracing::info!(indexes = %key.indexes.join(", "), "Meilisearch: a key with the least rights was made");
                Ok(Some(key.key))
            }
            // It may look at keys but not make them, or another server was faster.
            Err(Error::Meilisearch(said)) => match client.get_key(&uid).await {
                Ok(key) => Ok(Some(key.key)),
                Err(_) if matches!(said.error_code, ErrorCode::InvalidApiKey) => Ok(None),
                Err(_) => Err(said.into()),
            },
            Err(error) => Err(error),
        }
    }

    /// The key's name: the same for all servers of a shop.
    fn uid(&self) -> String {
        let digest: [u8; 32] = Sha256::digest(format!("merx {VERSION} {}", self.prefix)).into();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

/// What a shop does.
fn rights() -> Vec<Action> {
    vec![
        Action::Search,
        Action::DocumentsAdd,
        Action::DocumentsGet,
        Action::DocumentsDelete,
        Action::IndexesCreate,
        Action::IndexesGet,
        Action::IndexesDelete,
        Action::Unknown("indexes.swap".to_owned()),
        Action::SettingsUpdate,
        Action::TasksGet,
    ]
}
