//! The time of the server, as a stream: the smallest subscription, for clients that try their connection.

use std::time::Duration;

use async_graphql::{Context, Result, Subscription};
use chrono::{DateTime, Utc};
use futures_util::{Stream, stream};
use tokio::time::MissedTickBehavior;

use crate::graphql::context::ContextExt;
use crate::graphql::error::ApiError;
use crate::platform::locale::message;

/// Seconds between two events at most.
const PAUSE_MAX: i32 = 60;

/// Subscriptions about the server itself.
#[derive(Default)]
pub struct TimeSubscription;

#[Subscription]
impl TimeSubscription {
    /// The time of the server, at once and then again and again.
    async fn server_time(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 1, desc = "Seconds between two events: 1 to 60.")] every_seconds: i32,
    ) -> Result<impl Stream<Item = DateTime<Utc>>> {
        let seconds = u64::try_from(every_seconds).unwrap_or_default();
        if !(1..=PAUSE_MAX).contains(&every_seconds) {
            return Err(ApiError::bad_input(message!(
                "out-of-range",
                name = "everySeconds",
                min = 1,
                max = PAUSE_MAX
            ))
            .into());
        }
        let clock = ctx.app().clock.clone();
        let mut ticks = tokio::time::interval(Duration::from_secs(seconds));
        // A client that reads late gets the time once, not once for each tick that it missed.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Ok(stream::unfold((ticks, clock), |(mut ticks, clock)| async move {
            ticks.tick().await;
            Some((clock.now(), (ticks, clock)))
        }))
    }
}
