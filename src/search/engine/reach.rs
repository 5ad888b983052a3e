//! A cursor whose rank is a place in an order that is not there any more.

use entity::ProductId;

use super::{Engine, EngineError, Hit, SearchAnswer, SearchRequest};

/// Hits among which its product is looked for.
const REACH: usize = 1_000;

/// Where `product` stands among the first hits that `engine` has for `request` now, and the answer that holds them. None
/// when it is no such hit.
///
/// # Errors
/// Those of the engine.
pub(in crate::search) async fn find_again(
    engine: &dyn Engine,
    request: &SearchRequest,
    product: ProductId,
) -> Result<(Option<Hit>, SearchAnswer), EngineError> {
    let reach = SearchRequest {
        after: None,
        limit: REACH,
        facets: false,
        ..request.clone()
    };
    let answer = engine.search(reach).await?;
    let hit = answer.hits.iter().copied().find(|hit| hit.product == product);
    Ok((hit, answer))
}
