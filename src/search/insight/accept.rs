//! A suggestion becomes synonyms.

use crate::app::App;
use crate::audit::Actor;
use crate::channel::Scope;
use crate::search::insight::report;
use crate::search::merchandising::{Synonym, SynonymError, Words, create_synonym};

/// A suggestion that staff agrees to.
#[derive(Clone, Debug)]
pub struct AcceptSuggestion {
    /// What led to nothing.
    pub given_up: String,
    /// What led to a click.
    pub found_by: String,
    /// Whether each shall find the other; else what led to nothing finds the other alone.
    pub both_ways: bool,
}

/// Makes synonyms in the channel of the request of what visitors did.
///
/// # Errors
/// See [`SynonymError`]: NotFound when visitors did no such thing.
pub async fn accept_suggestion(
    app: &App,
    scope: &Scope,
    actor: &Actor,
    command: AcceptSuggestion,
) -> Result<Synonym, SynonymError> {
    let AcceptSuggestion {
        given_up,
        found_by,
        both_ways,
    } = command;
    let support = report::support(&app.db, scope, (&given_up, &found_by), app.clock.now()).await;
    if support? < report::SUPPORT_MIN {
        return Err(SynonymError::NotFound);
    }
    let words = match both_ways {
        true => Words {
            word: None,
            words: vec![given_up, found_by],
        },
        false => Words {
            word: Some(given_up),
            words: vec![found_by],
        },
    };
    create_synonym(app, scope, actor, ("searchSynonymSuggestionAccept", false, words)).await
}
