//! GraphQL over HTTP. The only place that instantiates the executor: everybody else calls [`Endpoint`], which is not
//! generic, so that the schema is compiled once.
//!
//! A request passes through here in this order: [`wire`] reads it, [`accept`] the form of the answer, [`documents`]
//! finds the document, it is parsed and its cost is weighed before anything else looks at it, [`variables`] checks the
//! values, the parsed document runs, and [`answer`] writes it down. What is refused on the way is a [`refusal::Refusal`].

pub mod accept;
mod answer;
pub mod cost;
mod documents;
mod door;
mod introspection;
mod multipart;
mod open;
mod reading;
mod refusal;
mod root_field;
mod scan;
mod second_factor;
mod sse;
mod unveiled;
mod variables;
mod wire;
mod ws;

use std::sync::Arc;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::{Request, Response as GraphqlResponse, Schema, Variables};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use chrono::{DateTime, Utc};

use crate::app::App;
use crate::channel::Scope;
use crate::graphql::batch::Batch;
use crate::graphql::boundary::Boundary;
use crate::graphql::context::RequestInfo;
use crate::graphql::once::{Once, idempotent};
use crate::graphql::root::{Mutation, Query, Subscription};
use crate::graphql::validated::Verdict;
use crate::http::budget::{self, Payer};
use crate::http::viewer::Identity;
use crate::http::{Gate, REQUEST_DEADLINE, language, viewer};
use crate::platform::address::ClientAddress;
use crate::platform::error::Result;
use crate::platform::locale::message;
use crate::platform::rate_limit::Left;
use crate::platform::viewer::Viewer;

use accept::{Accepted, Media};
use answer::Caching;
use cost::{Cost, Limits};
use documents::{Documents, Parsed};
use door::Door;
pub use door::{get, post, session};
use introspection::{Asked, Introspection, Schemas};
pub use open::Patience;
use reading::Readings;
use refusal::Refusal;
use wire::Wire;

pub use introspection::{permissions, sdl, subgraph_sdl};
pub use unveiled::Unveiled;

/// Bytes of a document that is kept under its hash for a point.
const KEPT_A_POINT: u64 = 64;

/// The endpoint: the application behind its schema. Cheap to clone.
#[derive(Clone)]
pub struct Endpoint(Arc<Inner>);

struct Inner {
    app: App,
    schemas: Schemas,
    readings: Readings,
    introspection: Introspection,
    limits: Limits,
    documents: Documents,
    patience: Patience,
    gate: Gate,
}

/// Who asks.
#[derive(Clone)]
pub(super) struct Caller {
    /// What the edge knows about the request.
    pub info: RequestInfo,
    /// The channel and the viewer.
    pub scope: Scope,
    /// Who pays for it.
    pub payer: Payer,
    /// Until when the viewer is who it says, when its token names an end.
    pub expires: Option<DateTime<Utc>>,
}

/// A request that may run.
pub(super) struct Prepared {
    text: Arc<str>,
    parsed: Arc<Parsed>,
    operation: Option<String>,
    variables: Variables,
    /// What it does.
    pub kind: OperationType,
    /// What it costs.
    pub cost: Cost,
    /// What is left of the caller's budget.
    left: Option<Left>,
}

fn build() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription::default())
        .directive(idempotent)
        .extension(Boundary)
}

impl Endpoint {
    /// The endpoint of `app`.
    ///
    /// # Errors
    /// A manifest of trusted documents that cannot be read.
    pub fn new(app: App) -> Result<Self> {
        Self::with_patience(app, Patience::default())
    }

    /// The endpoint of `app`, with another patience for connections that stay open.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_patience(app: App, patience: Patience) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            readings: Readings::new(app.config.server.federation)?,
            introspection: Introspection::new(),
            limits: Limits::default(),
            documents: Documents::new(app.config.server.trusted_documents.as_deref(), app.texts.clone())?,
            schemas: Schemas::new(|| build().data(app.clone()), &app.config),
            gate: Gate::new(app.config.edge.requests_in_flight, REQUEST_DEADLINE),
            app,
            patience,
        })))
    }

    /// The application behind it.
    pub fn app(&self) -> &App {
        &self.0.app
    }

    /// How long the other side of an open connection is waited for.
    fn patience(&self) -> Patience {
        self.0.patience
    }

    /// Where everything that runs has its place.
    pub(super) fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// Runs a document for whoever sent `headers` from this machine.
    pub async fn execute(
        &self,
        headers: &HeaderMap,
        document: &str,
        operation: Option<String>,
        variables: serde_json::Value,
    ) -> GraphqlResponse {
        let info = viewer::request_info(self.app(), headers, ClientAddress::LOCAL);
        let wire = serde_json::json!({ "query": document, "operationName": operation, "variables": variables });
        let run = async {
            let wire = Wire::from_value(wire)?;
            let caller = self.caller(headers, info.clone(), ClientAddress::LOCAL).await?;
            let prepared = self.prepare(&caller, wire).await?;
            Ok(self.run(caller, prepared).await)
        };
        run.await.unwrap_or_else(|refusal: Refusal| refusal.response(&info))
    }

    /// Who sent `headers` from `address`.
    pub(super) async fn caller(
        &self,
        headers: &HeaderMap,
        info: RequestInfo,
        address: ClientAddress,
    ) -> Result<Caller, Refusal> {
        match viewer::identity(self.app(), headers).await {
            Ok(Ok(Identity { scope, expires })) => Ok(Caller {
                info,
                payer: viewer::payer(self.app(), scope.viewer, address),
                scope,
                expires,
            }),
            // Guessing is not free either.
            Ok(Err(error)) => Err(self.fined(&Payer::anonymous(self.app(), address), error.into()).await),
            Err(fault) => {
                tracing::error!(request_id = info.request_id, %fault, "no scope");
                Err(Refusal::internal(&info.request_id))
            }
        }
    }

    /// Finds, parses and weighs what `wire` asks for, and takes its cost from the budget of the caller. No resolver has
    /// run yet.
    pub(super) async fn prepare(&self, caller: &Caller, wire: Wire) -> Result<Prepared, Refusal> {
        let payer = &caller.payer;
        let named = match self.0.documents.named(&wire, caller.scope.viewer.is_staff()).await {
            Ok(named) => named,
            Err(refusal) => return Err(self.fined(payer, refusal).await),
        };
        let known = self.0.documents.parsed(&named.text);
        let new = known.is_none();
        if new {
            // Whoever has nothing left does not get a document read.
            self.charge(payer, 1).await?;
        }
        let mut prepared = match self.weigh(caller, wire, &named.text, known) {
            Ok(prepared) => prepared,
            Err(refusal) => return Err(self.fined(payer, refusal).await),
        };
        let definition = operation(&prepared.parsed.document, prepared.operation.as_deref())?;
        let asks = (caller.scope.viewer, caller.info.request_id.as_str());
        second_factor::check(self.app(), asks, &prepared.parsed.document, definition).await?;
        let points = prepared.cost.requested
            + named
                .keep
                .as_ref()
                .map_or(0, |_| named.text.len() as u64 / KEPT_A_POINT);
        prepared.left = Some(self.charge(payer, u32::try_from(points).unwrap_or(u32::MAX)).await?);
        if new {
            self.0.documents.remember(&prepared.text, &prepared.parsed);
        }
        self.0.documents.keep(&named).await;
        Ok(prepared)
    }

    async fn charge(&self, payer: &Payer, points: u32) -> Result<Left, Refusal> {
        let charged = budget::charge(self.app(), payer, points).await;
        charged.map_err(|throttled| Refusal::throttled(points, &throttled))
    }

    /// What `refusal` comes to after it was paid for: being refused is not free.
    async fn fined(&self, payer: &Payer, refusal: Refusal) -> Refusal {
        self.charge(payer, budget::REFUSED).await.err().unwrap_or(refusal)
    }

    fn weigh(
        &self,
        caller: &Caller,
        wire: Wire,
        text: &Arc<str>,
        known: Option<Arc<Parsed>>,
    ) -> Result<Prepared, Refusal> {
        let limits = &self.0.limits;
        let parsed = match known {
            Some(parsed) => parsed,
            None => Arc::new(parse(text, limits)?),
        };
        let name = wire.operation_name.as_deref();
        let definition = operation(&parsed.document, name)?;
        let kind = definition.ty;
        let reading = self.0.readings.of(caller.scope.viewer.audience());
        let cost = cost::measure(&parsed.document, name, &wire.variables, &reading.costs, limits)?;
        let variables = Variables::from_json(serde_json::Value::Object(wire.variables));
        reading.inputs.check(definition, &variables)?;
        Ok(Prepared {
            text: Arc::clone(text),
            parsed,
            operation: wire.operation_name,
            variables,
            kind,
            cost,
            left: None,
        })
    }

    /// Runs a query or a mutation.
    pub(super) async fn run(&self, caller: Caller, prepared: Prepared) -> GraphqlResponse {
        let audience = caller.scope.viewer.audience();
        let asked = Asked {
            audience,
            text: &prepared.text,
            document: &prepared.parsed.document,
            operation: prepared.operation.as_deref(),
            variables: &prepared.variables,
        };
        let key = asked.key();
        let bill = answer::bill(prepared.cost.requested, prepared.left);
        // Boxed: futures of this size are dear to move. What is known already is not even begun.
        let run = Box::pin(async move {
            let request = self.request(caller, prepared);
            self.0.schemas.of(audience).execute(request).await
        });
        self.0.introspection.answer(key, run).await.extension("cost", bill)
    }

    fn request(&self, caller: Caller, prepared: Prepared) -> Request {
        let audience = caller.scope.viewer.audience();
        // The text is not needed any more: the tree goes in its place.
        let once = (prepared.kind == OperationType::Mutation).then(|| {
            let operation = prepared.operation.as_deref();
            Once::new(
                &caller.info,
                &caller.scope,
                &prepared.text,
                operation,
                &prepared.variables,
            )
        });
        let mut request = Request::new(String::new())
            .variables(prepared.variables)
            .data(Batch::loader(self.app().clone(), caller.scope.clone()))
            .data(caller.scope)
            .data(caller.info);
        request.set_parsed_query(prepared.parsed.document.clone());
        if let Some(once) = once {
            request = request.data(once);
        }
        if let Some(validated) = &prepared.parsed.validated {
            request = request.data(Verdict::new(Arc::clone(validated), audience));
        }
        if let Some(operation) = prepared.operation {
            request = request.operation_name(operation);
        }
        request
    }

    /// Answers a request of any form.
    async fn answer(
        &self,
        headers: &HeaderMap,
        address: ClientAddress,
        door: Door,
        wire: Result<Wire, Refusal>,
    ) -> Response {
        let mut info = viewer::request_info(self.app(), headers, address);
        let get = door == Door::Get;
        let accept = headers.get_all(header::ACCEPT).iter();
        let accepted = Accepted::parse(accept.filter_map(|value| value.to_str().ok()));
        let media = accepted.single();
        if media.is_some_and(|media| !media.streams()) {
            info.cookies = door.cookies(headers);
        }
        let run = async {
            let media = media.ok_or_else(Refusal::not_acceptable)?;
            let wire = match wire {
                Ok(wire) => wire,
                Err(refusal) => return Err(self.fined(&Payer::anonymous(self.app(), address), refusal).await),
            };
            let caller = self.caller(headers, info.clone(), address).await?;
            let mut prepared = self.prepare(&caller, wire).await?;
            // A link must change nothing.
            if get && prepared.kind == OperationType::Mutation {
                return Err(Refusal::method());
            }
            if prepared.kind == OperationType::Subscription {
                let media = accepted.stream().ok_or_else(Refusal::needs_stream)?;
                return Ok(open::respond(media, self, caller, prepared));
            }
            if media.streams() {
                return Ok(open::respond(media, self, caller, prepared));
            }
            if get {
                // An answer that others may be given tells nobody's budget.
                prepared.left = None;
            }
            let query = prepared.kind == OperationType::Query;
            let mine = caller.scope.viewer != Viewer::Anonymous || caller.info.cart_token.is_some();
            let response = self.run(caller, prepared).await;
            let caching = if query {
                Caching::of(&response, mine)
            } else {
                Caching::Never
            };
            Ok(answer::of(&response, media, caching, get.then_some(headers)))
        };
        let mut answer = run.await.unwrap_or_else(|refusal| match media.unwrap_or(Media::Json) {
            Media::EventStream if !refusal.is_about_http() => open::refuse(&refusal, &info),
            media => answer::refused(&refusal, media, &info),
        });
        language::tell(answer.headers_mut(), info.locale);
        answer
    }
}

/// Parses what the parser can take.
fn parse(text: &str, limits: &Limits) -> Result<Parsed, Refusal> {
    cost::scan(text, limits)?;
    let document = async_graphql::parser::parse_query(text)?;
    root_field::check(&document)?;
    let single =
        matches!(document.operations, DocumentOperations::Single(_)) || document.operations.iter().count() == 1;
    Ok(Parsed {
        document,
        validated: single.then(Arc::default),
    })
}

/// The operation that `name` means: the only one, when there is no name.
fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<&'a OperationDefinition, Refusal> {
    let mut operations = document.operations.iter();
    let found = match name {
        Some(name) => operations.find(|(n, _)| n.is_some_and(|n| n.as_str() == name)),
        None if operations.len() > 1 => {
            return Err(Refusal::bad_input(message!("operation-unnamed")));
        }
        None => operations.next(),
    };
    match found {
        Some((_, operation)) => Ok(&operation.node),
        None => Err(Refusal::bad_input(message!("operation-unknown"))),
    }
}
