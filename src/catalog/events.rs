//! What the catalogue says.

use entity::ProductId;
use serde::{Deserialize, Serialize};

use crate::platform::event::Event;

/// These products, or what lists show of them, are no longer what they were.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProductsChanged {
    /// The products; at most some hundreds an event.
    pub products: Vec<ProductId>,
}

impl Event for ProductsChanged {
    const NAME: &'static str = "catalog.products_changed";
}
