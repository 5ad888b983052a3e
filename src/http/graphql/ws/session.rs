//! One socket: a state machine between what the client says and what its operations answer. One task runs all of it, so
//! that nothing is queued: while a message cannot leave, nothing is read and no subscription goes on. Queries and changes
//! run beside it to their one answer, which waits.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response;
use axum::extract::ws::{Message, WebSocket};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{self, BoxStream, SelectAll, StreamExt};
use serde_json::{Map, Value};
use tokio::time::Instant;

use super::MESSAGE_MAX;
use super::message::{Closing, Incoming, Outgoing};
use crate::http::graphql::open::{Cut, Cutting, Patience, answers, cutting, guarded, pulse, refused};
use crate::http::graphql::refusal::Refusal;
use crate::http::graphql::wire::Wire;
use crate::http::graphql::{Caller, Endpoint, answer};
use crate::http::viewer;
use crate::platform::address::ClientAddress;
use crate::platform::viewer::Viewer;

/// Operations that one socket may have open.
const OPERATIONS_MAX: usize = 50;
/// How long each side of the closing may take.
const FAREWELL: Duration = Duration::from_secs(1);
/// What `connection_init` may say in place of headers, which browsers cannot set.
const HEADERS: [&str; 4] = ["accept-language", "authorization", "x-cart-token", "x-channel"];

/// How a conversation ends.
enum End {
    /// The client takes its leave.
    Left,
    /// The client is gone, or as good as that.
    Gone,
    /// The server closes.
    Close(Closing),
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Close(closing)
    }
}

impl From<Cut> for End {
    fn from(cut: Cut) -> Self {
        Self::Close(match cut {
            Cut::Stopping => Closing::Stopping,
            Cut::Expired => Closing::Forbidden("Token expired".to_owned()),
        })
    }
}

/// An answer of the operation with this id; nothing when all were given.
type Event = (Arc<str>, Option<Response>);

/// One socket.
pub(super) struct Session {
    endpoint: Endpoint,
    socket: WebSocket,
    headers: HeaderMap,
    address: ClientAddress,
    patience: Patience,
    /// Known from the acknowledgement on.
    caller: Option<Caller>,
    cutting: Cutting,
    events: SelectAll<BoxStream<'static, Event>>,
    open: HashMap<Arc<str>, AbortHandle>,
}

impl Session {
    /// A fresh conversation over `socket`; `headers` came with its request, from `address`.
    pub(super) fn new(endpoint: Endpoint, socket: WebSocket, headers: HeaderMap, address: ClientAddress) -> Self {
        Self {
            cutting: cutting(&endpoint, None, Viewer::Anonymous),
            patience: endpoint.patience(),
            endpoint,
            socket,
            headers,
            address,
            caller: None,
            events: SelectAll::new(),
            open: HashMap::new(),
        }
    }

    /// Talks until one side ends it.
    pub(super) async fn run(mut self) {
        let end = self.talk().await;
        // Operations end before the farewell.
        self.events.clear();
        match end {
            End::Left => drain(&mut self.socket).await,
            End::Gone => {}
            End::Close(closing) => close(self.socket, &closing).await,
        }
    }

    async fn talk(&mut self) -> End {
        let init_by = Instant::now() + self.patience.init;
        let mut pulse = pulse(self.patience.silence);
        let mut alive = true;
        loop {
            let step = tokio::select! {
                cut = &mut self.cutting => Err(cut.into()),
                () = tokio::time::sleep_until(init_by), if self.caller.is_none() => Err(Closing::InitTimeout.into()),
                frame = self.socket.recv() => {
                    alive = true;
                    self.hear(frame, init_by).await
                }
                Some((id, answer)) = self.events.next(), if !self.events.is_empty() => self.tell(&id, answer).await,
                _ = pulse.tick() => match std::mem::take(&mut alive) {
                    true => self.send(Message::Ping(Vec::new().into())).await,
                    // Not even the last ping was answered.
                    false => Err(End::Gone),
                },
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn hear(&mut self, frame: Option<Result<Message, axum::Error>>, init_by: Instant) -> Result<(), End> {
        let text = match frame {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Binary(_))) => return Err(Closing::Invalid("Send text frames".to_owned()).into()),
            // Pings are answered by the WebSocket itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Close(_))) => return Err(End::Left),
            None => return Err(End::Gone),
            Some(Err(_)) => return Err(Closing::Unreadable.into()),
        };
        if text.len() > MESSAGE_MAX {
            return Err(Closing::TooBig.into());
        }
        match Incoming::parse(&text)? {
            Incoming::ConnectionInit { payload } => {
                if self.caller.is_some() {
                    return Err(Closing::SecondInit.into());
                }
                let welcome = self.welcome(payload.unwrap_or_default());
                match tokio::time::timeout_at(init_by, welcome).await {
                    Ok(welcome) => welcome?,
                    Err(_) => return Err(Closing::InitTimeout.into()),
                }
                self.say(&Outgoing::ConnectionAck).await
            }
            Incoming::Ping { payload } => self.say(&Outgoing::Pong { payload }).await,
            Incoming::Pong {} => Ok(()),
            Incoming::Subscribe { id, payload } => self.subscribe(id, payload).await,
            Incoming::Complete { id } => {
                // Unknown ids are no fault: both sides may complete at the same time.
                self.forget(&id);
                Ok(())
            }
        }
    }
    /// Finds out who the client is.
    async fn welcome(&mut self, payload: Map<String, Value>) -> Result<(), End> {
        for (name, value) in &payload {
            let name = name.to_ascii_lowercase();
            let Some(name) = HEADERS.iter().find(|known| **known == name) else {
                continue;
            };
            let value = value.as_str().and_then(|text| HeaderValue::from_str(text).ok());
            let Some(value) = value else {
                return Err(Closing::Invalid(format!("{name} must be a plain text")).into());
            };
            self.headers.insert(HeaderName::from_static(name), value);
        }
        let app = self.endpoint.app();
        let info = viewer::request_info(app, &self.headers, self.address);
        let caller = match self.endpoint.caller(&self.headers, info, self.address).await {
            Ok(caller) => caller,
            Err(refusal) => return Err(unwelcome(&refusal).into()),
        };
        self.cutting = cutting(&self.endpoint, self.patience.until(app, &caller), caller.scope.viewer);
        self.caller = Some(caller);
        Ok(())
    }

    async fn subscribe(&mut self, id: String, payload: Value) -> Result<(), End> {
        let Some(caller) = &self.caller else {
            return Err(Closing::Unacknowledged.into());
        };
        if self.open.contains_key(id.as_str()) {
            return Err(Closing::Duplicate(id).into());
        }
        let mut caller = caller.clone();
        caller.info.request_id = self.endpoint.app().ids.uuid().simple().to_string();
        let wire = match Wire::from_value(payload) {
            Ok(_) if self.open.len() >= OPERATIONS_MAX => Err(Refusal::too_many_operations(OPERATIONS_MAX)),
            Err(refusal) if refusal.is_malformed() => return Err(Closing::Invalid(refusal.to_string()).into()),
            wire => wire,
        };
        match wire {
            Ok(wire) => {
                self.start(id.into(), caller, wire);
                Ok(())
            }
            Err(refusal) => {
                let errors = refusal.response(&caller.info).errors;
                self.say(&Outgoing::Error {
                    id: &id,
                    payload: &errors,
                })
                .await
            }
        }
    }

    /// Starts an operation beside the others.
    fn start(&mut self, id: Arc<str>, caller: Caller, wire: Wire) {
        let (handle, registration) = AbortHandle::new_pair();
        let (endpoint, info) = (self.endpoint.clone(), caller.info.clone());
        let (headers, address) = (self.headers.clone(), self.address);
        let answers = async move {
            // Asked again for each operation: what somebody may do changes while a socket is open.
            let caller = match endpoint.caller(&headers, caller.info.clone(), address).await {
                Ok(caller) => caller,
                Err(refusal) => return refused(&refusal, &caller.info),
            };
            match endpoint.prepare(&caller, wire).await {
                Ok(prepared) => answers(&endpoint, caller, prepared),
                Err(refusal) => refused(&refusal, &caller.info),
            }
        };
        let answers = guarded(stream::once(answers).flatten(), info);
        let events = answers.map(Some).chain(stream::once(async { None }));
        let events = Abortable::new(events, registration);
        let named = Arc::clone(&id);
        self.events
            .push(events.map(move |answer| (Arc::clone(&named), answer)).boxed());
        self.open.insert(id, handle);
    }

    /// Tells the client what an operation says.
    async fn tell(&mut self, id: &str, answer: Option<Response>) -> Result<(), End> {
        match answer {
            // Refused before it ran: that is the end of it, without a `complete`.
            Some(response) if answer::is_request_error(&response) => {
                self.forget(id);
                let payload = &response.errors;
                self.say(&Outgoing::Error { id, payload }).await
            }
            Some(payload) => self.say(&Outgoing::Next { id, payload: &payload }).await,
            None => {
                self.forget(id);
                self.say(&Outgoing::Complete { id }).await
            }
        }
    }

    /// Ends an operation; nothing more is heard of it.
    fn forget(&mut self, id: &str) {
        if let Some(handle) = self.open.remove(id) {
            handle.abort();
        }
    }

    async fn say(&mut self, message: &Outgoing<'_>) -> Result<(), End> {
        self.send(message.frame()?).await
    }

    /// Sends a frame, and waits until it has left.
    async fn send(&mut self, frame: Message) -> Result<(), End> {
        tokio::select! {
            sent = tokio::time::timeout(self.patience.send, self.socket.send(frame)) => match sent {
                Ok(Ok(())) => Ok(()),
                // The client does not read, or is gone.
                Ok(Err(_)) | Err(_) => Err(End::Gone),
            },
            cut = &mut self.cutting => Err(cut.into()),
        }
    }
}

/// Why a client is not let in.
fn unwelcome(refusal: &Refusal) -> Closing {
    match refusal.code() {
        "UNAUTHENTICATED" | "FORBIDDEN" => Closing::Forbidden(refusal.to_string()),
        "INTERNAL" | "THROTTLED" => Closing::Unavailable,
        _ => Closing::Invalid(refusal.to_string()),
    }
}

/// Closes `socket`, and gives the client time to hear it.
pub(super) async fn close(mut socket: WebSocket, closing: &Closing) {
    let sent = tokio::time::timeout(FAREWELL, socket.send(closing.frame())).await;
    if matches!(sent, Ok(Ok(()))) {
        drain(&mut socket).await;
    }
}

/// Reads to the end, which sends the answer to a close frame too: a socket that is only dropped looks torn from the other
/// side.
async fn drain(socket: &mut WebSocket) {
    let read = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = tokio::time::timeout(FAREWELL, read).await;
}
