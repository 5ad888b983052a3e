//! Places where a test kills the server, to see what becomes of what it was doing.
//!
//! Only builds for tests have them: elsewhere the crate `fail` is compiled without its points, the condition is false at
//! compile time and nothing is left of [`crash_point`]. `FAILPOINTS="checkout.placed=2*off->return"` kills the process
//! the third time that it comes by there.

use fail::FailScenario;
use rustix::process::{Signal, getpid, kill_process};

/// The points that the environment asks for. They hold as long as this is kept.
pub type Points = FailScenario<'static>;

/// Whether this build has points at all.
pub fn is_for_tests() -> bool {
    fail::has_failpoints()
}

/// Reads `FAILPOINTS`, in a build that has points.
pub fn points() -> Option<Points> {
    is_for_tests().then(FailScenario::setup)
}

/// Ends the process as `kill -9` does, if a test asked for it here.
pub fn crash_point(name: &str) {
    if is_for_tests() && fail::eval(name, drop::<Option<String>>).is_some() {
        // Nothing of this process runs after it: no destructor, no rollback, no flush.
        let _ = kill_process(getpid(), Signal::KILL);
    }
}
