//! What of a query is kept, which words count as exchanged, and how a first page is laid out. Pure.

use merx::search::insight::{WITHHELD, going_on, keepable, swapped};

#[test]
fn what_may_tell_who_somebody_is_is_not_kept() {
    for personal in [
        "ada@example.com",
        "order of Ada.Byron+shop@example.co.uk please",
        "ada @ example.com",
        "ada(at)example.com",
        "4242 4242 4242 4242",
        "4242-4242-4242-4242",
        "card 378282246310005 declined",
        "+49 170 1234567",
        "+1 (555) 010-9999",
        "0049 170 1234567",
        "DE89370400440532013000",
        "gb82west12345698765432",
        // An account in groups.
        "DE89 3704 0044 0532 0130 00",
        "iban: de89-3704-0044-0532-0130-00 please",
        "GB82 WEST 1234 5698 7654 32",
        "NO93 8601 1117 947",
        // A telephone at home.
        "0170 1234567",
        "01701234567",
        "015112345678",
        "call 5 0170 1234567",
        "030/1234567",
        "(0170) 123 45 67",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "0612345678",
        "020 7946 0958",
        "07911 123456",
        "(555) 010-9999",
        "555.201.9999",
        "5552019999",
        "612 345 678",
        "98765 43210",
        "79 123 45 67",
        "138 1234 5678",
        "13812345678",
        // Other spaces, hyphens and digits.
        "4242\u{a0}4242\u{2009}4242 4242",
        "4242\u{2013}4242\u{2013}4242\u{2013}4242",
        "4242_4242_4242_4242",
        "3782 822463 10005",
        "visa 4242 4242 4242 4242 12/27 123",
        "\u{ff14}\u{ff12}\u{ff14}\u{ff12} 4242 4242 4242",
        "ada\u{ff20}example.com",
    ] {
        assert_eq!(keepable(personal), WITHHELD, "{personal}");
    }
}

#[test]
fn what_tells_nothing_of_anybody_is_kept() {
    for (typed, kept) in [
        ("  Red  SHOES ", "red shoes"),
        ("17\" monitor", "17\" monitor"),
        ("ddr4 3200 16gb", "ddr4 3200 16gb"),
        ("5901234123457", "5901234123457"),
        ("hdmi 2.1 @ 120hz", "hdmi 2.1 @ 120hz"),
        ("sku 12345678", "sku 12345678"),
        ("012345678905", "012345678905"),
        ("5 901234 123457", "5 901234 123457"),
        ("978-3-16-148410-0", "978-3-16-148410-0"),
        ("978-0-306-40615-7", "978-0-306-40615-7"),
        ("1920 1080 monitor", "1920 1080 monitor"),
        ("205/55 16 tyre", "205/55 16 tyre"),
        ("2024-11-22", "2024-11-22"),
        ("de10 mountain bike frame 26", "de10 mountain bike frame 26"),
        ("hp15 notebook 16 gb 512", "hp15 notebook 16 gb 512"),
        ("", ""),
    ] {
        if typed.contains('@') {
            // Rather one query too many withheld than an address kept.
            assert_eq!(keepable(typed), WITHHELD);
        } else {
            assert_eq!(keepable(typed), kept, "{typed}");
        }
    }
    assert_eq!(keepable(&"x".repeat(500)).len(), 200);
}

#[test]
fn a_long_row_of_digits_is_looked_through_to_its_end() {
    let row = "1 ".repeat(250);
    assert_eq!(keepable(&row), "1 ".repeat(100));
    // The longer one has as many digits as a number may have.
    for personal in ["0170 1234567", "00 491701234567891"] {
        assert_eq!(keepable(&format!("{row}{personal}")), WITHHELD, "{personal}");
        assert_eq!(keepable(&format!("{personal} {row}")), WITHHELD, "{personal}");
    }
}

#[test]
fn exchanged_words_are_told_from_finished_and_mended_ones() {
    let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
    assert_eq!(swapped("sofa", "couch"), pair("sofa", "couch"));
    assert_eq!(swapped("red notebook", "red laptop"), pair("notebook", "laptop"));
    assert_eq!(swapped("cell phone", "smartphone"), pair("cell phone", "smartphone"));
    for (before, behind) in [
        ("headp", "headphones"),
        ("headphnes", "headphones"),
        ("lamp", "table lamp"),
        ("table lamp", "lamp"),
        ("lamp", "lamp"),
        ("ssd 500", "ssd 1000"),
        ("a b c d", "e f g h"),
        ("red shoe", "shoe red"),
    ] {
        assert_eq!(swapped(before, behind), None, "{before} -> {behind}");
    }
}

#[test]
fn popular_queries_go_on_like_what_is_typed() {
    let popular: Vec<String> = ["usb hub", "desk lamp", "lamp", "lampshade"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(going_on(&popular, " LAM", 8), ["lamp", "lampshade", "desk lamp"]);
    assert_eq!(going_on(&popular, "lam", 1), ["lamp"]);
    assert_eq!(going_on(&popular, "amp", 8), Vec::<&str>::new());
    assert_eq!(going_on(&popular, " ", 8), Vec::<&str>::new());
}
