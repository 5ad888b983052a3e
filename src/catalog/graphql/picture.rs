//! Pictures of products.

use async_graphql::{ID, Object};
use entity::catalog::media;

use crate::graphql::id::global_id;

/// A picture of a product.
#[derive(Clone)]
pub struct MediaObject(pub media::Model);

/// A picture of a product.
#[Object(name = "Media")]
impl MediaObject {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global_id(self.0.id)
    }

    /// Address; one that starts with a slash is relative to the server.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// What it shows, for people who do not see it.
    async fn alt(&self) -> &str {
        &self.0.alt
    }

    /// Pixels, when known.
    async fn width(&self) -> Option<i32> {
        self.0.width
    }

    /// Pixels, when known.
    async fn height(&self) -> Option<i32> {
        self.0.height
    }
}
