//! A refresh token works once, and whoever uses a copy ends the session.

use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use merx::account::{GRACE, Turn, turn};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::{Tokens, customer, is_believed, refresh, sign_in};
use crate::support::{Shop, noon};

const INVALID: &str = "INVALID_TOKEN";

async fn shop() -> Shop {
    let shop = Shop::frozen(noon()).await;
    customer(&shop, "a@example.com").await;
    shop
}

#[tokio::test]
async fn a_session_goes_on_with_the_next_pair() {
    let shop = shop().await;
    let mut tokens = sign_in(&shop, "a@example.com").await;
    for _ in 0..3 {
        shop.app.clock.advance(Duration::from_secs(600));
        let next = refresh(&shop, &tokens.refresh).await.expect("it goes on");
        assert_ne!((&next.access, &next.refresh), (&tokens.access, &tokens.refresh));
        assert!(is_believed(&shop, &next.access).await);
        tokens = next;
    }
}

#[tokio::test]
async fn a_copy_ends_the_session_for_both() {
    let shop = shop().await;
    let stolen = sign_in(&shop, "a@example.com").await;
    let untouched = sign_in(&shop, "a@example.com").await;
    let next = refresh(&shop, &stolen.refresh).await.expect("the owner goes on");
    shop.app.clock.advance(Duration::from_secs(11));
    assert_eq!(
        refresh(&shop, &stolen.refresh).await.err().as_deref(),
        Some(INVALID),
        "the thief comes"
    );
    assert_eq!(
        refresh(&shop, &next.refresh).await.err().as_deref(),
        Some(INVALID),
        "the family is gone"
    );
    assert!(
        !is_believed(&shop, &next.access).await,
        "at once, not in a quarter of an hour"
    );
    assert!(!is_believed(&shop, &stolen.access).await);
    assert!(
        refresh(&shop, &untouched.refresh).await.is_ok(),
        "other sessions are not"
    );
}

#[tokio::test]
async fn two_tabs_may_refresh_at_the_same_time() {
    let shop = shop().await;
    let tokens = sign_in(&shop, "a@example.com").await;
    let all = join_all((0..10).map(|_| refresh(&shop, &tokens.refresh))).await;
    let all: Vec<Tokens> = all.into_iter().map(|next| next.expect("within the grace")).collect();
    shop.app.clock.advance(Duration::from_secs(60));
    // Each goes on by itself.
    assert!(refresh(&shop, &all[0].refresh).await.is_ok());
    assert!(refresh(&shop, &all[9].refresh).await.is_ok());
}

#[tokio::test]
async fn a_session_ends_unused_and_ends_anyway() {
    let shop = shop().await;
    let day = Duration::from_secs(24 * 60 * 60);
    let idle = sign_in(&shop, "a@example.com").await;
    shop.app.clock.advance(29 * day);
    let idle = refresh(&shop, &idle.refresh).await.expect("29 days are not too long");
    shop.app.clock.advance(30 * day);
    assert_eq!(
        refresh(&shop, &idle.refresh).await.err().as_deref(),
        Some(INVALID),
        "30 days are"
    );
    let mut used = sign_in(&shop, "a@example.com").await;
    let mut days = 0;
    loop {
        shop.app.clock.advance(20 * day);
        days += 20;
        match refresh(&shop, &used.refresh).await {
            Ok(next) => used = next,
            Err(code) => {
                assert_eq!(code, INVALID);
                break;
            }
        }
    }
    assert_eq!(days, 180, "used all the time");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_grace_is_ten_seconds_and_the_end_is_the_end(since in -5i64..40, replaced: bool, open: bool) {
        let now = noon();
        let at = replaced.then(|| now - TimeDelta::seconds(since));
        let expected = match (open, replaced) {
            (false, _) => Turn::Over,
            (true, true) if since > GRACE.num_seconds() => Turn::Reused,
            _ => Turn::GoesOn,
        };
        prop_assert_eq!(turn(now, at, open), expected);
    }
}

/// What somebody does with the tokens of a session.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Refreshes with one of the tokens so far.
    Refresh(prop::sample::Index),
    /// Waits so many seconds.
    Wait(u64),
}

/// What is known of a token: when it was exchanged, in seconds.
struct Known {
    token: String,
    replaced: Option<u64>,
}

/// Whatever is done in whatever order: the server does what a few lines of a model do.
#[test]
fn any_order_of_steps_ends_as_the_model_says() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let shop = runtime.block_on(shop());
    let step = prop_oneof![
        3 => any::<prop::sample::Index>().prop_map(Step::Refresh),
        1 => (1u64..9).prop_map(Step::Wait),
        1 => Just(Step::Wait(11)),
    ];
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let steps = prop::collection::vec(step, 1..14);
    let run = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async {
            // Far from the last case, so that attempts to sign in have come back.
            shop.app.clock.advance(Duration::from_secs(3600));
            let first = sign_in(&shop, "a@example.com").await;
            let (mut now, mut ended) = (0, false);
            let mut known = vec![Known {
                token: first.refresh,
                replaced: None,
            }];
            for step in steps {
                match step {
                    Step::Wait(seconds) => {
                        shop.app.clock.advance(Duration::from_secs(seconds));
                        now += seconds;
                    }
                    Step::Refresh(index) => {
                        let at = index.index(known.len());
                        let copy = known[at].replaced.is_some_and(|then| now - then > 10);
                        let expected = !ended && !copy;
                        ended |= copy;
                        let next = refresh(&shop, &known[at].token).await;
                        prop_assert_eq!(next.is_ok(), expected, "step {:?} at {}", step, now);
                        if let Ok(next) = next {
                            known[at].replaced.get_or_insert(now);
                            prop_assert!(is_believed(&shop, &next.access).await);
                            known.push(Known {
                                token: next.refresh,
                                replaced: None,
                            });
                        }
                    }
                }
            }
            Ok(())
        })
    });
    run.expect("the model agrees");
}
