//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Version, header};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::activity::{Activity, Doing, Working};
use super::places::Place;
use super::socket::Socket;
use super::{Answers, Shared};
use crate::platform::stop::{Phase, Stop};

/// How often, and how long apart, a connection is looked at on which a request may still come after the stop.
const LAST_LOOKS: u32 = 25;
/// See [`LAST_LOOKS`].
const LAST_LOOK: Duration = Duration::from_millis(20);

/// Serves a connection until it ends, overstays, or the process stops.
pub(super) async fn run<A: Answers>(shared: Arc<Shared<A>>, stream: TcpStream, peer: SocketAddr, place: Place) {
    let activity = Activity::new();
    let settings = &shared.settings;
    let socket = Socket::new(stream, activity.clone(), settings.stall, place);
    let service = Front {
        answers: shared.answers.clone(),
        activity: activity.clone(),
        stop: shared.stop.clone(),
        peer,
    };
    let connection = shared
        .builder
        .serve_connection_with_upgrades(TokioIo::new(socket), service);
    let stopping = async {
        shared.stop.reached(Phase::Stopping).await;
        // A request that was sent before the stop may still be on its way.
        for _ in 0..LAST_LOOKS {
            if activity.doing() != Doing::Reading {
                break;
            }
            tokio::time::sleep(LAST_LOOK).await;
        }
    };
    tokio::pin!(connection, stopping);
    let mut closing = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, %peer, "a connection ended badly");
                }
                return;
            }
            () = &mut stopping, if !closing => {}
            () = activity.overdue(settings, closing) => {
                if closing || activity.doing() == Doing::Reading {
                    tracing::debug!(%peer, "a connection was cut: it was too slow");
                    return;
                }
            }
        }
        // Closes what rests at once, and what works when it is done.
        closing = true;
        activity.told_to_close();
        connection.as_mut().graceful_shutdown();
    }
}

/// Hands requests to who answers them, and knows when their answers have left.
struct Front<A> {
    answers: A,
    activity: Activity,
    stop: Stop,
    peer: SocketAddr,
}

impl<A: Answers> Service<Request<Incoming>> for Front<A> {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let multiplexed = request.version() == Version::HTTP_2;
        let working = self.activity.work(multiplexed);
        let stop = self.stop.clone();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let answers = self.answers.clone();
        Box::pin(async move {
            let mut answer = answers.answer(request).await;
            // Told in time, a client does not send its next request into a connection that is being closed. HTTP/2 has
            // a frame for that.
            if !multiplexed && stop.phase() > Phase::Running {
                let headers = answer.headers_mut();
                headers
                    .entry(header::CONNECTION)
                    .or_insert(HeaderValue::from_static("close"));
            }
            Ok(answer.map(|body| Answer {
                body,
                _working: working,
            }))
        })
    }
}

/// The body of an answer.
struct Answer {
    body: Body,
    _working: Working,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
