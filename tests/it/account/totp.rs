//! Codes of authenticator apps.

use std::time::Duration;

use chrono::DateTime;
use merx::account::mfa::{DIGITS, STEP_SECONDS, TotpSecret};
use merx::platform::clock::Clock;

/// The secret of RFC 6238, appendix B: `12345678901234567890`.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// The moments of the appendix and their codes; ours are the last six of the eight digits there.
const VECTORS: [(u64, &str); 6] = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
];

#[test]
fn the_codes_are_those_of_the_specification() {
    let secret = TotpSecret::from_base32(SECRET).expect("a secret");
    assert_eq!(secret.to_base32(), SECRET);
    for (seconds, code) in VECTORS {
        let code = &code[8 - usize::from(DIGITS)..];
        assert_eq!(secret.code_at(seconds).expect("a code"), code, "{seconds}");
        let moment = DateTime::from_timestamp(i64::try_from(seconds).expect("a moment"), 0);
        let clock = Clock::frozen(moment.expect("a moment"));
        let step = i64::try_from(seconds / STEP_SECONDS).expect("a step");
        assert_eq!(secret.step_of(code, &clock).expect("an answer"), Some(step));
    }
}

#[test]
fn a_clock_may_be_wrong_by_one_step_and_no_more() {
    let secret = TotpSecret::from_base32(SECRET).expect("a secret");
    let shown = 2_000_000_010;
    let code = secret.code_at(shown).expect("a code");
    let found = |ahead: i64| {
        let moment = DateTime::from_timestamp(i64::try_from(shown).expect("a moment") + ahead, 0);
        let clock = Clock::frozen(moment.expect("a moment"));
        secret.step_of(&code, &clock).expect("an answer").is_some()
    };
    let step = i64::try_from(STEP_SECONDS).expect("seconds");
    for (ahead, expected) in [
        (0, true),
        (step, true),
        (-step, true),
        (2 * step, false),
        (-2 * step, false),
    ] {
        assert_eq!(found(ahead), expected, "{ahead} s");
    }
}

#[test]
fn what_is_no_code_is_none() {
    let secret = TotpSecret::from_base32(SECRET).expect("a secret");
    let clock = Clock::frozen(DateTime::from_timestamp(59, 0).expect("a moment"));
    clock.advance(Duration::ZERO);
    for code in [
        "",
        "28708",
        "2870820",
        "28708a",
        "٢٨٧٠٨٢",
        "-87082",
        "+87082",
        "287 082",
    ] {
        assert_eq!(secret.step_of(code, &clock).expect("an answer"), None, "{code}");
    }
    assert!(TotpSecret::from_base32("1 is no base32").is_err());
}
