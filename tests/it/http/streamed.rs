//! What happens to each answer of a stream, whatever it is sent over.

use async_graphql::{Context, EmptyMutation, Object, Request, Response, Schema, Subscription};
use entity::LocationId;
use futures_util::{Stream, StreamExt, stream};
use merx::channel::{LocationKey, Scope};
use merx::graphql::batch::Batch;
use merx::graphql::boundary::Boundary;
use merx::graphql::context::{ContextExt, RequestInfo};
use merx::platform::error::Fault;
use merx::platform::viewer::Viewer;
use sea_orm::ConnectionTrait;
use serde_json::Value;

use crate::support::Shop;

struct Nothing;

#[Object]
impl Nothing {
    async fn nothing(&self) -> bool {
        true
    }
}

struct Place(LocationId);

#[Object]
impl Place {
    async fn name(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<String>> {
        Ok(ctx.batch(LocationKey(self.0)).await?.map(|place| place.name))
    }
}

struct Streams;

#[Subscription]
impl Streams {
    /// Fails in the middle.
    async fn torn(&self) -> impl Stream<Item = async_graphql::Result<i32>> {
        let fault = || Fault::part("the secret cellar", "SELECT key FROM safe");
        stream::iter([Ok(1), Err(fault().into()), Ok(3)])
    }

    /// Fails at once.
    async fn shut(&self) -> async_graphql::Result<stream::Empty<i32>> {
        Err(Fault::part("the secret cellar", "SELECT key FROM safe").into())
    }

    async fn place(&self, id: String) -> impl Stream<Item = Place> {
        let id: LocationId = id.parse().expect("a location");
        stream::repeat_with(move || Place(id))
    }
}

async fn listen(shop: &Shop, document: &str) -> impl Stream<Item = Response> + use<> {
    let schema = Schema::build(Nothing, EmptyMutation, Streams)
        .extension(Boundary)
        .data(shop.app.clone())
        .finish();
    let channel = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel");
    let viewer = Viewer::Anonymous;
    let scope = Scope { channel, viewer };
    let info = RequestInfo {
        request_id: "of-this-request".to_owned(),
        ..RequestInfo::default()
    };
    let loader = Batch::loader(shop.app.clone(), scope.clone());
    schema.execute_stream(Request::new(document).data(loader).data(scope).data(info))
}

#[tokio::test]
async fn faults_are_masked_in_streams_too() {
    let shop = Shop::demo().await;
    for (document, answers) in [("subscription { torn }", 3), ("subscription { shut }", 1)] {
        let heard: Vec<Response> = listen(&shop, document).await.collect().await;
        assert_eq!(heard.len(), answers, "{document}");
        let failed: Vec<Value> = heard
            .iter()
            .filter(|answer| answer.is_err())
            .map(|answer| serde_json::to_value(&answer.errors).expect("JSON"))
            .collect();
        assert_eq!(failed.len(), 1, "{document}");
        let error = &failed[0][0];
        assert_eq!(error["extensions"]["code"], "INTERNAL");
        assert_eq!(error["extensions"]["requestId"], "of-this-request");
        assert_eq!(error["message"], "internal error (request of-this-request)");
        assert!(!failed[0].to_string().contains("SELECT"), "{error}");
    }
}

#[tokio::test]
async fn each_event_reads_anew() {
    let shop = Shop::demo().await;
    let channel = shop
        .app
        .channels
        .default_channel(&shop.app.db)
        .await
        .expect("a channel");
    let id = channel.locations.first().expect("a location");
    let document = format!("subscription {{ place(id: \"{id}\") {{ name }} }}");
    let mut places = listen(&shop, &document).await;
    for name in ["before", "after"] {
        let rename = format!("UPDATE location SET name = '{name}'");
        shop.app.db.execute_unprepared(&rename).await.expect("renamed");
        let answer = places.next().await.expect("an event");
        let data = serde_json::to_value(answer.data).expect("JSON");
        assert_eq!(data["place"]["name"], name, "{:?}", answer.errors);
    }
}
