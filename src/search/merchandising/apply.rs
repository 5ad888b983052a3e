//! What the rules make of a search that is made now.

use std::sync::Arc;

use crate::app::App;
use crate::channel::Scope;
use crate::platform::error::Result;
use crate::search::collection::Members;
use crate::search::engine::Filter;
use crate::search::merchandising::rule::{Asked, View, plain, view};
use crate::search::query::{Curate, Query};
use crate::search::words::Vocabulary;

/// What words mean in the channel, and what its rules make of `search`.
///
/// # Errors
/// Those of the database, when nothing is known of the channel yet.
pub(in crate::search) async fn consult(
    app: &App,
    scope: &Scope,
    search: &Query,
    (filters, members): (&[Filter], Option<&Members>),
) -> Result<(Arc<Vocabulary>, View)> {
    let known = app.search.shelf().get(app, scope.channel.id).await?;
    let words = Arc::clone(&known.words);
    let at = match search.curate {
        Curate::Now => app.clock.now(),
        Curate::At(at) => at,
        Curate::Never => return Ok((words, View::default())),
    };
    let category = filters.iter().find_map(|filter| match filter {
        Filter::Category(ids) => Some(ids.as_slice()),
        _ => None,
    });
    let collection = members.map(|members| members.collections.as_slice());
    let asked = Asked {
        query: plain(&search.text),
        category: category
            .filter(|ids| ids.len() == 1)
            .and_then(|ids| ids.first().copied()),
        collection: collection
            .filter(|ids| ids.len() == 1)
            .and_then(|ids| ids.first().copied()),
    };
    Ok((words, view(&known.rules, &asked, at)))
}
