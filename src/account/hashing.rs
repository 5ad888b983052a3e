//! Hashing of passwords: dear on purpose, so it has threads of its own, and no more work waits for them than they do in a
//! few seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::account::password::{Password, normal};
use crate::app::App;
use crate::platform::error::{Fault, Result};

/// Memory of one hash in KiB: what OWASP asks for at two passes.
const MEMORY: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// Bytes of a hash.
const OUTPUT: usize = 32;
/// Bytes of salt.
const SALT: usize = 16;
/// Hashes that may wait.
pub const QUEUE: usize = 256;
/// Threads at most, however many cores there are.
const THREADS_MAX: usize = 4;
/// How far the threads stand back behind those that answer requests: all the way.
const NICENESS: i32 = 19;
/// Longer texts than any password is; they are not hashed.
const GIVEN_MAX: usize = 4 * 1024;

type Work = Box<dyn FnOnce(&mut Vec<Block>) + Send>;
type Hashed<T> = Result<T, argon2::password_hash::Error>;

/// Where passwords are hashed: half of the cores, each with the memory of one hash.
#[derive(Default)]
pub struct Passwords {
    queue: Mutex<Option<SyncSender<Work>>>,
    asked: AtomicU64,
}

impl Passwords {
    /// Hashes that were asked for so far, for tests and metrics.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }

    /// Does `work` on one of the threads.
    ///
    /// # Errors
    /// [`Fault::Busy`] when too much waits already.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> Hashed<T> + Send + 'static,
    ) -> Result<T> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |memory| {
            // Whoever asked may have gone.
            if !answer.is_closed() {
                let _ = answer.send(work(memory));
            }
        });
        self.queue()?.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => Fault::Busy("password hashing"),
            TrySendError::Disconnected(_) => Fault::Invariant("the threads that hash are gone"),
        })?;
        match answered.await {
            Ok(hashed) => hashed.map_err(|e| Fault::part("password hashing", e)),
            Err(_) => Err(Fault::Invariant("a thread that hashes is gone")),
        }
    }

    /// The way to the threads. They begin with the first hash: most processes never need one.
    fn queue(&self) -> Result<SyncSender<Work>> {
        let mut queue = self.queue.lock();
        if let Some(queue) = &*queue {
            return Ok(queue.clone());
        }
        let (sender, receiver) = sync_channel(QUEUE);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..threads() {
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new()
                .name(format!("password-{number}"))
                .spawn(move || hash_all(&receiver))?;
        }
        Ok(queue.insert(sender).clone())
    }
}

/// Half of the cores: the others answer requests.
fn threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (cores / 2).clamp(1, THREADS_MAX)
}

/// Hashes until nobody can ask any more.
fn hash_all(work: &Mutex<Receiver<Work>>) {
    // On Linux the priority is that of the thread. Where it cannot be lowered the limits of the queue still hold.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICENESS);
    let mut memory = Vec::new();
    loop {
        let next = work.lock().recv();
        match next {
            Ok(work) => work(&mut memory),
            Err(_) => return,
        }
    }
}

fn params() -> Hashed<Params> {
    Ok(Params::new(MEMORY, PASSES, LANES, Some(OUTPUT))?)
}

/// The output of argon2 for `password`, in the memory of the thread.
fn output(
    memory: &mut Vec<Block>,
    (algorithm, version, params): (Algorithm, Version, Params),
    password: &[u8],
    salt: &[u8],
) -> Hashed<Output> {
    memory.resize(params.block_count().max(memory.len()), Block::default());
    let mut out = [0u8; Output::MAX_LENGTH];
    let length = params.output_len().unwrap_or(OUTPUT);
    let out = out.get_mut(..length).ok_or(argon2::Error::OutputTooLong)?;
    Argon2::new(algorithm, version, params).hash_password_into_with_memory(password, salt, out, memory)?;
    Ok(Output::new(out)?)
}

fn phc(params: &Params, salt: Salt, hash: Output) -> Hashed<PasswordHash> {
    Ok(PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::default().into()),
        params: ParamsString::try_from(params)?,
        salt: Some(salt),
        hash: Some(hash),
    })
}

fn hash(memory: &mut Vec<Block>, password: &[u8], salt: &[u8]) -> Hashed<String> {
    let params = params()?;
    let kind = (Algorithm::Argon2id, Version::default(), params.clone());
    let hash = output(memory, kind, password, salt)?;
    Ok(phc(&params, Salt::new(salt)?, hash)?.to_string())
}

fn matches(memory: &mut Vec<Block>, stored: &PasswordHash, given: &[u8]) -> Hashed<bool> {
    let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
        return Ok(false);
    };
    let algorithm = Algorithm::try_from(stored.algorithm.as_str())?;
    let version = stored.version.map(Version::try_from).transpose()?.unwrap_or_default();
    let kind = (algorithm, version, Params::try_from(stored)?);
    // Outputs are compared in constant time.
    Ok(output(memory, kind, given, salt)? == *expected)
}

/// A hash that no password is known for: it is compared with where there is none, which takes as long.
fn nobodys() -> Hashed<PasswordHash> {
    phc(&params()?, Salt::new(&[0; SALT])?, Output::new(&[0; OUTPUT])?)
}

/// The hash of `password` in PHC form. Not to be called while a transaction is open.
///
/// # Errors
/// [`Fault::Busy`] when too many passwords wait to be hashed.
pub async fn hash_password(app: &App, password: &Password) -> Result<String> {
    let salt: [u8; SALT] = app.ids.bytes();
    let password = password.text().to_owned();
    app.passwords
        .run(move |memory| hash(memory, password.as_bytes(), &salt))
        .await
}

/// Whether `given` is the password of `hash`. Without a hash it is not, which takes as long to find out. Not to be called
/// while a transaction is open.
///
/// # Errors
/// [`Fault::Busy`] when too many passwords wait to be hashed.
pub async fn verify_password(app: &App, hash: Option<&str>, given: &str) -> Result<bool> {
    let fits = given.len() <= GIVEN_MAX;
    let given = if fits { normal(given) } else { String::new() };
    let (known, stored) = match hash {
        Some(hash) => (
            true,
            PasswordHash::new(hash).map_err(|e| Fault::part("a stored password", e))?,
        ),
        None => (false, nobodys().map_err(|e| Fault::part("password hashing", e))?),
    };
    let right = app
        .passwords
        .run(move |memory| matches(memory, &stored, given.as_bytes()))
        .await?;
    Ok(right && known && fits)
}

/// Whether `hash` was made with other parameters than today's.
pub(super) fn is_outdated(hash: &str) -> bool {
    let today = || {
        let stored = PasswordHash::new(hash).ok()?;
        let params = ParamsString::try_from(&params().ok()?).ok()?;
        let same = stored.algorithm == ARGON2ID_IDENT
            && stored.version == Some(Version::default().into())
            && stored.params == params
            && stored.hash.is_some_and(|hash| hash.len() == OUTPUT);
        Some(same)
    };
    !today().unwrap_or(false)
}
