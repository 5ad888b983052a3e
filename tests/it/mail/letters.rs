//! Every letter in every language, with samples.

use merx::mail::letter::{Letter, NAMES, Ordered, OrderedLine, Secret, render, render_named};
use merx::platform::locale::Locale;

const SHOP: &str = "Tea & Cake";

fn secret(page: &str, minutes: i64) -> Secret {
    Secret {
        code: "k3hf2x8k3w2v5m0q7zt".to_owned(),
        link: Some(format!("https://shop.example/{page}#token=k3hf2x8k3w2v5m0q7zt")),
        minutes,
    }
}

fn page(page: &str) -> Option<String> {
    Some(format!("https://shop.example/{page}"))
}

fn order(discount: Option<&str>, address: Option<Vec<String>>) -> Letter {
    let line = |quantity, name: &str, total: &str| OrderedLine {
        quantity,
        name: name.to_owned(),
        total: total.to_owned(),
    };
    Letter::OrderConfirmation(Box::new(Ordered {
        number: "10001".to_owned(),
        lines: vec![line(2, "Cup <b>\"Blue\"</b>", "€9.00"), line(1, "Tea & Sugar", "€4.50")],
        subtotal: "€13.50".to_owned(),
        discount: discount.map(str::to_owned),
        delivery: "€4.90".to_owned(),
        tax_included: discount.is_none(),
        tax: "€2.94".to_owned(),
        total: "€18.40".to_owned(),
        address,
    }))
}

/// Each letter at least once; those with a choice in them, each way.
fn samples() -> Vec<(&'static str, Letter)> {
    let lines = ["Ada Byron", "1 Main St", "12345 Springfield", "US"];
    vec![
        ("full", Letter::VerifyEmail(secret("account/verify", 24 * 60))),
        (
            "code alone",
            Letter::VerifyEmail(Secret {
                link: None,
                ..secret("", 60)
            }),
        ),
        (
            "full",
            Letter::AlreadyRegistered {
                link: page("account/sign-in"),
            },
        ),
        ("full", Letter::ResetPassword(secret("account/password", 30))),
        (
            "full",
            Letter::PasswordChanged {
                link: page("account/forgotten"),
            },
        ),
        ("full", Letter::ChangeEmail(secret("account/email", 24 * 60))),
        (
            "full",
            Letter::EmailChanged {
                new_email: "n***@example.com".to_owned(),
                link: page("account/forgotten"),
            },
        ),
        (
            "by somebody",
            Letter::StaffInvite {
                secret: secret("staff/invitation", 7 * 24 * 60),
                invited_by: Some("Grace <grace@example.com>".to_owned()),
            },
        ),
        (
            "by nobody",
            Letter::StaffInvite {
                secret: secret("staff/invitation", 7 * 24 * 60),
                invited_by: None,
            },
        ),
        ("full", Letter::AccountErased {}),
        (
            "sold out",
            Letter::PaymentReturned {
                amount: "€18.40".to_owned(),
                sold_out: true,
            },
        ),
        (
            "too late",
            Letter::PaymentReturned {
                amount: "€18.40".to_owned(),
                sold_out: false,
            },
        ),
        (
            "full",
            Letter::ReconciliationDiffers {
                gateway: "stripe".to_owned(),
                differences: vec!["captured_amount pi_1: €18.40 / €18.39".to_owned()],
            },
        ),
        ("full", order(Some("€1.00"), Some(lines.map(str::to_owned).to_vec()))),
        ("short", order(None, None)),
    ]
}

#[test]
fn every_letter_reads_as_it_did() {
    for locale in Locale::all() {
        for (which, letter) in samples() {
            let written = render(&letter, locale, SHOP).expect("the templates hold");
            let name = format!("{}, {which}, {}", letter.name(), locale.tag()).replace(", ", "-");
            let whole = format!("Subject: {}\n\n{}\n{}", written.subject, written.text, written.html);
            insta::assert_snapshot!(name.replace(' ', "_"), whole);
        }
    }
}

#[test]
fn no_letter_is_without_a_sample() {
    let samples = samples();
    let shown: Vec<_> = samples.iter().map(|(_, letter)| letter.name()).collect();
    for name in NAMES {
        assert!(shown.contains(name), "{name} is never written");
    }
}

#[test]
fn what_a_letter_lacks_is_an_error() {
    for locale in Locale::all() {
        for (which, letter) in samples() {
            let name = letter.name();
            let full = serde_json::to_value(&letter).expect("JSON");
            render_named(name, locale, full.clone(), SHOP).expect("nothing is missing");
            for key in full.as_object().expect("an object").keys() {
                let mut less = full.clone();
                less.as_object_mut().expect("an object").remove(key);
                let written = render_named(name, locale, less, SHOP);
                assert!(written.is_err(), "{name} ({which}) does without {key} in {locale:?}");
            }
        }
    }
    assert!(render_named("unheard_of", Locale::default(), serde_json::json!({}), SHOP).is_err());
}

#[test]
fn what_others_wrote_is_no_html_and_no_header() {
    let evil = "Eve\r\nBcc: all@example.com\u{2028}X: y <script>alert(1)</script>";
    let letter = Letter::StaffInvite {
        secret: secret("staff/invitation", 60),
        invited_by: Some(evil.to_owned()),
    };
    for locale in Locale::all() {
        let written = render(&letter, locale, evil).expect("the templates hold");
        assert!(!written.html.contains("<script"), "{}", written.html);
        assert!(written.html.contains("&lt;script&gt;"));
        // The name of the shop is part of this subject.
        assert!(written.subject.contains("Bcc:"), "{}", written.subject);
        assert!(
            !written.subject.contains(['\r', '\n', '\u{2028}']),
            "{:?}",
            written.subject
        );
    }
    let long = render(&letter, Locale::default(), &"long ".repeat(500)).expect("the templates hold");
    assert!(long.subject.chars().count() <= 150);
}
