//! What connections that stay open have in common: how long the other side is waited for, what ends them from this side,
//! and what a listener hears in the meantime.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use async_graphql::Response;
use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response as HttpResponse;
use chrono::{DateTime, Utc};
use entity::SessionId;
use futures_util::stream::{self, BoxStream, Stream, StreamExt};
use tokio::task::JoinSet;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tracing::Instrument;

use crate::account;
use crate::app::App;
use crate::graphql::context::RequestInfo;
use crate::http::REQUEST_DEADLINE;
use crate::http::gate::Undone;
use crate::http::graphql::accept::Media;
use crate::http::graphql::refusal::Refusal;
use crate::http::graphql::{Caller, Endpoint, Prepared, multipart, sse};
use crate::platform::clock::Clock;
use crate::platform::stop::Phase;
use crate::platform::viewer::Viewer;

/// The clock of the machine may be set: it is asked again this often while the end of a token is waited for.
const CLOCK_ASKED_EVERY: Duration = Duration::from_secs(60);

/// How long is waited on an open connection, mostly for the other side.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the opening of a socket to its `connection_init`.
    pub init: Duration,
    /// Between two signs of life: pings on a socket, heartbeats on a stream.
    pub silence: Duration,
    /// For one message to leave: who does not read is let go.
    pub send: Duration,
    /// For a query or a change to be answered.
    pub answer: Duration,
    /// Until the end of a session is noticed that was ended elsewhere.
    pub session: Duration,
    /// How long a viewer is believed whose token names no end.
    pub trust: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(3),
            silence: Duration::from_secs(10),
            send: Duration::from_secs(10),
            answer: REQUEST_DEADLINE,
            session: Duration::from_secs(15),
            trust: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Patience {
    /// Until when `caller` is believed.
    pub(super) fn until(&self, app: &App, caller: &Caller) -> Option<DateTime<Utc>> {
        match caller.scope.viewer {
            Viewer::Anonymous => None,
            _ => Some(caller.expires.unwrap_or_else(|| app.clock.now() + self.trust)),
        }
    }
}

/// What an operation answers until it ends. Nothing of it runs before it is asked for.
pub(super) fn answers(endpoint: &Endpoint, caller: Caller, prepared: Prepared) -> Answers {
    if prepared.kind == OperationType::Subscription {
        let schema = endpoint.0.schemas.of(caller.scope.viewer.audience());
        return schema.execute_stream(endpoint.request(caller, prepared)).boxed();
    }
    stream::once(single(endpoint.clone(), caller, prepared)).boxed()
}

/// The answer of a query or a change. Each runs by itself, so that a client that does not read holds no place at the
/// gate. A query ends where nobody waits for it any more; a change is not left in the middle.
async fn single(endpoint: Endpoint, caller: Caller, prepared: Prepared) -> Response {
    let (info, change) = (caller.info.clone(), prepared.kind == OperationType::Mutation);
    let span = tracing::error_span!("request", id = info.request_id);
    let run = async move {
        let run = endpoint.run(caller, prepared);
        endpoint.gate().run(endpoint.patience().answer, run).await
    };
    let run = run.instrument(span);
    let done = if change {
        tokio::spawn(run).await
    } else {
        // What is in a set ends with the set.
        let mut set = JoinSet::new();
        set.spawn(run);
        match set.join_next().await {
            Some(done) => done,
            None => return Refusal::internal(&info.request_id).response(&info),
        }
    };
    let refusal = match done {
        Ok(Ok(response)) => return response,
        Ok(Err(Undone::Full)) => Refusal::busy(),
        Ok(Err(Undone::Slow(deadline))) => {
            tracing::warn!(request_id = info.request_id, "an operation took longer than it may");
            Refusal::too_slow(deadline)
        }
        // The panic hook has logged it, within the span.
        Err(_) => Refusal::internal(&info.request_id),
    };
    refusal.response(&info)
}

/// `answers`, of which a part that panics takes neither the connection nor its other operations with it.
pub(super) fn guarded(answers: impl Stream<Item = Response> + Send + 'static, info: RequestInfo) -> Answers {
    let answers = AssertUnwindSafe(answers).catch_unwind();
    let whole =
        move |answer: Result<_, _>| answer.unwrap_or_else(|_| Refusal::internal(&info.request_id).response(&info));
    answers.map(whole).boxed()
}

/// The one answer to what is refused.
pub(super) fn refused(refusal: &Refusal, info: &RequestInfo) -> Answers {
    stream::once(std::future::ready(refusal.response(info))).boxed()
}

/// Why a connection is ended from this side though the client still listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The process is about to end.
    Stopping,
    /// The token of the viewer has expired.
    Expired,
}

impl From<Cut> for Refusal {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Stopping => Self::stopping(),
            Cut::Expired => Self::expired(),
        }
    }
}

/// The answers of an operation.
pub(super) type Answers = BoxStream<'static, Response>;

/// A [`Cut`] that is waited for.
pub(super) type Cutting = Pin<Box<dyn Future<Output = Cut> + Send>>;

/// Waits for the reason to end a connection whose viewer is believed until `expires`, and for as long as `session` goes
/// on.
pub(super) fn cutting(endpoint: &Endpoint, expires: Option<DateTime<Utc>>, session: Option<SessionId>) -> Cutting {
    let (app, pause) = (endpoint.app().clone(), endpoint.patience().session);
    Box::pin(async move {
        tokio::select! {
            () = app.stop.reached(Phase::Stopping) => Cut::Stopping,
            () = expired(&app.clock, expires) => Cut::Expired,
            () = ended(&app, session, pause) => Cut::Expired,
        }
    })
}

/// Waits for the end of `session`. While nobody can say whether it goes on, it does.
async fn ended(app: &App, session: Option<SessionId>, pause: Duration) {
    let Some(session) = session else {
        return std::future::pending().await;
    };
    while account::goes_on(app, session).await.unwrap_or(true) {
        tokio::time::sleep(pause).await;
    }
}

async fn expired(clock: &Clock, at: Option<DateTime<Utc>>) {
    let Some(at) = at else {
        return std::future::pending().await;
    };
    while let Ok(left) = (at - clock.now()).to_std()
        && !left.is_zero()
    {
        tokio::time::sleep(left.min(CLOCK_ASKED_EVERY)).await;
    }
}

/// Ticks after every `pause` in which nothing else happens.
pub(super) fn pulse(pause: Duration) -> Interval {
    let mut pulse = tokio::time::interval_at(Instant::now() + pause, pause);
    pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pulse
}

/// What a listener hears.
pub(super) enum Heard {
    /// An answer.
    Answer(Response),
    /// Nothing, for so long that a sign of life is due.
    Silence,
    /// The last: all answers were given.
    End,
    /// The last: the connection is ended, for a reason that stands in the answer.
    Cut(Cut, Response),
}

struct Listening {
    answers: Answers,
    cutting: Cutting,
    pulse: Interval,
    info: RequestInfo,
}

/// What is heard of an operation until it ends or is cut. Nothing is read ahead: a client that does not read makes
/// nothing grow.
fn listen(endpoint: &Endpoint, caller: Caller, prepared: Prepared) -> impl Stream<Item = Heard> + use<> {
    let patience = endpoint.patience();
    let info = caller.info.clone();
    let listening = Listening {
        cutting: cutting(
            endpoint,
            patience.until(endpoint.app(), &caller),
            caller.scope.viewer.session(),
        ),
        pulse: pulse(patience.silence),
        answers: guarded(answers(endpoint, caller, prepared), info.clone()),
        info,
    };
    stream::unfold(Some(listening), |listening| async move {
        let mut listening = listening?;
        let heard = tokio::select! {
            biased;
            cut = &mut listening.cutting => Heard::Cut(cut, Refusal::from(cut).response(&listening.info)),
            answer = listening.answers.next() => answer.map_or(Heard::End, Heard::Answer),
            _ = listening.pulse.tick() => Heard::Silence,
        };
        let more = match heard {
            Heard::Answer(_) => {
                listening.pulse.reset();
                Some(listening)
            }
            Heard::Silence => Some(listening),
            Heard::End | Heard::Cut(..) => None,
        };
        Some((heard, more))
    })
    .fuse()
}

/// Answers an operation as a stream of the form `media`.
pub(super) fn respond(media: Media, endpoint: &Endpoint, caller: Caller, prepared: Prepared) -> HttpResponse {
    let heard = listen(endpoint, caller, prepared);
    match media {
        Media::Multipart => streamed(media, multipart::parts(heard)),
        _ => streamed(media, sse::events(heard)),
    }
}

/// Refuses in events: a client that reads nothing else would not be told why.
pub(super) fn refuse(refusal: &Refusal, info: &RequestInfo) -> HttpResponse {
    let heard = [Heard::Answer(refusal.response(info)), Heard::End];
    streamed(Media::EventStream, sse::events(stream::iter(heard)))
}

/// A body that is written down while it is made.
fn streamed(media: Media, chunks: impl Stream<Item = Bytes> + Send + 'static) -> HttpResponse {
    let mut response = HttpResponse::new(Body::from_stream(chunks.map(Ok::<_, Infallible>)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // nginx would keep it back until the end.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}
