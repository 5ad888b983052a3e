//! What a password may be.

use merx::account::{Password, WeakPassword};
use proptest::prelude::*;

fn refusal(text: &str, hints: &[&str]) -> Option<WeakPassword> {
    Password::parse(text, hints).err()
}

#[test]
fn length_counts_and_kinds_of_characters_do_not() {
    assert_eq!(refusal("kiwiboat", &[]), None);
    assert_eq!(refusal("kiwiboa", &[]), Some(WeakPassword::TooShort { min: 8 }));
    assert_eq!(refusal("die Kuh läuft um den Teich", &[]), None);
    assert_eq!(refusal("牛が池の周りを走る", &[]), None);
    let long: String = "the cow runs around the pond ".chars().cycle().take(128).collect();
    assert_eq!(refusal(&long, &[]), None);
    assert_eq!(
        refusal(&(long.clone() + "x"), &[]),
        Some(WeakPassword::TooLong { max: 128 })
    );
    assert_eq!(
        refusal(&long.repeat(10_000), &[]),
        Some(WeakPassword::TooLong { max: 128 })
    );
    // Seven characters in many bytes are seven characters.
    assert_eq!(refusal("🐄🐄🐖🐎🐑🐓🐕", &[]), Some(WeakPassword::TooShort { min: 8 }));
}

#[test]
fn what_is_tried_first_is_refused() {
    let common = [
        "password",
        "Password1",
        "P@ssw0rd",
        "passw0rd!",
        "12345678",
        "123456789",
        "87654321",
        "11111111",
        "00000000",
        "qwertyui",
        "qwertyuiop",
        "Qwerty123",
        "1q2w3e4r",
        "1qaz2wsx",
        "asdfghjkl",
        "zxcvbnm1",
        "qwer1234",
        "abcd1234",
        "abc12345",
        "abcdefgh",
        "aaaaaaaa",
        "abababab",
        "12341234",
        "iloveyou",
        "iloveyou2",
        "letmein!",
        "letmein123",
        "welcome1",
        "Welcome2024!",
        "Summer2026",
        "winter2025!",
        "football",
        "baseball1",
        "superman",
        "batman123",
        "dragon123",
        "monkey12",
        "trustno1",
        "sunshine!",
        "princess",
        "charlie1",
        "michael7",
        "jennifer",
        "admin123",
        "administrator",
        "changeme",
        "changeme1",
        "secret123",
        "test1234",
        "testtest",
        "helloworld",
        "hello.world",
        "19840512",
        "12.05.1984",
        "20260101",
        "passwort",
        "passwort1",
        "hallo123",
        "motdepasse",
        "schalke04",
        "merx2026",
        "correcthorsebatterystaple",
        "01234567",
        "qwertzuiop",
        "azertyuiop",
        "111222333",
    ];
    let taken: Vec<_> = common
        .iter()
        .filter(|text| refusal(text, &[]) != Some(WeakPassword::Common))
        .collect();
    assert!(taken.is_empty(), "{taken:?}");
}

#[test]
fn what_is_not_guessed_first_is_taken() {
    let fine = [
        "four sheep on a green roof",
        "kiwiboat",
        "tulpenzwiebel",
        "9f8s7d6gq",
        "u7#kd9!x",
        "blue canoe 17",
        "marzipan-39",
        "quietwalnut",
        "73920184",
        "dromedar",
        "ein Pferd, zwei Hunde",
        "sunshine over the wet elephant",
    ];
    for text in fine {
        assert_eq!(refusal(text, &["someone@example.com", "Some", "One"]), None, "{text}");
    }
}

#[test]
fn nobody_is_their_own_password() {
    let hints = ["annemarie.huber@example.com", "Annemarie", "Huber"];
    for text in [
        "annemarie.huber@example.com",
        "Annemarie",
        "annemarie1",
        "AnnemarieHuber",
        "huberhuber",
        "Huber-123",
    ] {
        assert_eq!(refusal(text, &hints), Some(WeakPassword::LikeYou), "{text}");
    }
    for text in ["annemarie likes walnuts", "hubertus rides again", "anvilmarine"] {
        assert_eq!(refusal(text, &hints), None, "{text}");
    }
}

#[test]
fn a_password_shows_itself_to_nobody() {
    let password = Password::parse("four sheep on a green roof", &[]).expect("a password");
    assert!(!format!("{password:?}").contains("sheep"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_much_for_the_rules(text in ".{0,200}", hint in ".{0,40}") {
        match Password::parse(&text, &[&hint]) {
            Ok(_) => prop_assert!(text.chars().count() >= 2),
            Err(WeakPassword::TooShort { min }) => prop_assert_eq!(min, 8),
            Err(WeakPassword::TooLong { max }) => prop_assert_eq!(max, 128),
            Err(WeakPassword::Common | WeakPassword::LikeYou) => {}
        }
    }

    #[test]
    fn runs_and_repetitions_are_refused(start in 0usize..3, length in 8usize..10, times in 8usize..40, c in "[a-z0-9]") {
        let digits: String = "0123456789012".chars().skip(start).take(length).collect();
        prop_assert_eq!(Password::parse(&digits, &[]).err(), Some(WeakPassword::Common));
        let backwards: String = digits.chars().rev().collect();
        prop_assert_eq!(Password::parse(&backwards, &[]).err(), Some(WeakPassword::Common));
        prop_assert_eq!(Password::parse(&c.repeat(times), &[]).err(), Some(WeakPassword::Common));
    }
}
