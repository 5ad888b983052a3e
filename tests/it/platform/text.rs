//! Slugs and e-mail addresses.

use merx::platform::text::{SLUG_MAX, normalise_email, sha256_hex, slugify};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_slug_is_plain(text in any::<String>()) {
        let slug = slugify(&text);
        prop_assert!(slug.chars().count() <= SLUG_MAX);
        let plain = |c: char| c == '-' || (c.is_alphanumeric() && !c.is_uppercase());
        prop_assert!(slug.chars().all(plain), "{slug}");
        prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"), "{slug}");
        prop_assert_eq!(slugify(&slug), slug, "a slug stays as it is");
    }

    #[test]
    fn an_address_is_stored_in_one_form(text in "[ \\t]?\\PC{0,12}@?\\PC{0,12}(\\.[a-zA-Z]{1,4})?[ \\n]?") {
        if let Some(address) = normalise_email(&text) {
            prop_assert_eq!(normalise_email(&address), Some(address.clone()));
            prop_assert_eq!(normalise_email(&text.to_uppercase()).is_some(), normalise_email(&text).is_some());
            prop_assert!(!address.contains(char::is_whitespace));
            prop_assert_eq!(address.matches('@').count(), 1);
        }
    }

    #[test]
    fn a_usual_address_is_taken(text in "[a-zA-Z0-9.+_-]{1,20}@[a-zA-Z0-9-]{1,20}\\.[a-zA-Z]{2,6}") {
        prop_assert_eq!(normalise_email(&format!(" {text} ")), Some(text.to_lowercase()));
    }
}

#[test]
fn slugs_are_readable() {
    assert_eq!(slugify("  Café au Lait — 250 g! "), "café-au-lait-250-g");
    assert_eq!(slugify("ÜBER_Größe"), "über-größe");
    assert_eq!(slugify("!!!"), "");
    // A capital that has no small letter.
    assert_eq!(slugify("\u{1d400} plan"), "plan");
}

#[test]
fn what_is_no_address_is_refused() {
    for text in [
        "",
        "a",
        "@b.c",
        "a@",
        "a@b",
        "a@b.",
        "a@.c",
        "a b@c.d",
        "a@b@c.d",
        "a@b..c",
        "a@b.c\u{0}",
    ] {
        assert_eq!(normalise_email(text), None, "{text:?}");
    }
    let long = format!("{}@example.com", "a".repeat(243));
    assert_eq!(normalise_email(&long), None);
    assert!(normalise_email(&long[1..]).is_some());
}

#[test]
fn hashes_are_hex() {
    // The example of FIPS 180-2.
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sha256_hex("abc"), expected);
}
