//! R2: a checkout survives a crash.

mod harness;

use std::path::Path;
use std::process::Command;

use harness::{Crashes, Report};

use crate::support::DemoDatabase;

/// Runs of this test. The bench of the same name does more. On SQLite, where a run takes longer, a few must do.
fn runs() -> u64 {
    match std::env::var("MERX_TEST_DATABASE_URL") {
        Ok(_) => 20,
        Err(_) => 5,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_every_step_lose_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = DemoDatabase::of_demo_shop(folder.path()).await;
    let shop = Crashes::open(folder.path(), &database.url).await;
    let mut report = Report::default();
    let runs = runs();
    for seed in 0..runs {
        shop.run(seed, &mut report).await;
    }
    let kills: u32 = report.kills.values().sum();
    assert!(
        u64::from(kills) * 2 > runs,
        "hardly a run came by its point: {report:?}"
    );
    assert!(report.orders > 0, "{report:?}");
}

#[test]
fn only_builds_for_tests_have_points() {
    assert!(merx::platform::crash::is_for_tests());
    let features = |edges: &str| {
        let output = Command::new(env!("CARGO"))
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(["tree", "--package", "merx", "--locked", "--offline", "--edges", edges])
            .args(["--invert", "fail", "--depth", "0", "--format", "{f}"])
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(features("normal"), "");
    assert_eq!(features("normal,dev"), "failpoints");
}
