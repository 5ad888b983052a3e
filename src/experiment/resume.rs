//! Something that began with an arm goes on.

use entity::ExperimentId;

use crate::app::App;
use crate::channel::Scope;
use crate::experiment::assign::Assignment;
use crate::experiment::snapshot::running;
use crate::platform::error::Result;

/// The arm that something began with which goes on now, whoever asks for it: nothing is noted, since only the beginning is
/// an exposure. None when the experiment gives out no arms here any more. Sends no statement.
///
/// # Errors
/// Those of the database, the first time in a process.
pub async fn resume(app: &App, scope: &Scope, experiment: ExperimentId, arm: &str) -> Result<Option<Assignment>> {
    let running = running(app).await?;
    let now = app.clock.now();
    let entry = running.by_id(experiment);
    let entry = entry.filter(|entry| entry.is_open(scope.channel.id, now));
    let found = entry.and_then(|entry| Some((entry, entry.arms.iter().find(|known| known.key == arm)?)));
    Ok(found.map(|(entry, arm)| Assignment {
        experiment,
        key: entry.key.clone(),
        arm: arm.key.clone(),
        payload: arm.payload.clone(),
        preview: false,
    }))
}
