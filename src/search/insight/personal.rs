//! What of a query is kept. No I/O.

/// Stands in the log in place of a query that may tell who somebody is.
pub const WITHHELD: &str = "[withheld]";
/// Longest query that is kept in characters.
const QUERY_MAX: usize = 200;
/// Digits of a telephone number at least.
const PHONE_MIN: usize = 8;

/// `text` as the log keeps and compares it: lower case, one space between words. [`WITHHELD`] when it may hold an e-mail
/// address, a telephone number, or the number of a card or an account.
pub fn keepable(text: &str) -> String {
    if is_personal(text) {
        return WITHHELD.to_owned();
    }
    let text = text.to_lowercase();
    let mut kept = String::new();
    for word in text.split_whitespace() {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept.chars().filter(|c| !c.is_control()).take(QUERY_MAX).collect()
}

fn is_personal(text: &str) -> bool {
    has_address(text) || has_phone(text) || has_card(text) || text.split_whitespace().any(is_account)
}

/// Something, `@`, something: also with spaces or with `(at)` around.
fn has_address(text: &str) -> bool {
    let text = text.to_lowercase().replace("(at)", "@").replace("[at]", "@");
    text.match_indices('@').any(|(at, _)| {
        let before = text[..at].trim_end().chars().next_back();
        let behind = text[at + 1..].trim_start();
        before.is_some_and(char::is_alphanumeric) && behind.chars().next().is_some_and(char::is_alphanumeric)
    })
}

/// The runs of digits of `text`, over spaces, hyphens, dots and brackets, with whether a plus stands in front.
fn runs(text: &str) -> Vec<(bool, String)> {
    let mut runs: Vec<(bool, String)> = Vec::new();
    let (mut open, mut plus) = (false, false);
    for c in text.chars() {
        match c.to_digit(10) {
            Some(_) => {
                if !open {
                    runs.push((plus, String::new()));
                }
                if let Some((_, run)) = runs.last_mut() {
                    run.push(c);
                }
                (open, plus) = (true, false);
            }
            None if open && matches!(c, ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}') => {}
            None => (open, plus) = (false, c == '+' || (plus && matches!(c, ' ' | '('))),
        }
    }
    runs
}

fn has_phone(text: &str) -> bool {
    let is_phone = |(plus, run): &(bool, String)| {
        let long = (PHONE_MIN..=15).contains(&run.len());
        long && (*plus || (run.starts_with("00") && run.len() > 10))
    };
    runs(text).iter().any(is_phone)
}

/// Digits of the length of a card's number that begin like one and whose check digit is right, somewhere in a run. Codes
/// of goods have up to 14 digits and begin otherwise.
fn has_card(text: &str) -> bool {
    runs(text).iter().any(|(_, run)| {
        let digits: Vec<u32> = run.chars().filter_map(|c| c.to_digit(10)).collect();
        (14..=19).any(|length| {
            digits
                .windows(length)
                .any(|card| begins_like_card(card) && passes_luhn(card))
        })
    })
}

fn begins_like_card(digits: &[u32]) -> bool {
    let issuers = match digits.len() {
        14 | 15 => 3..=3,
        16 => 2..=6,
        _ => 4..=6,
    };
    digits.first().is_some_and(|first| issuers.contains(first))
}

fn passes_luhn(digits: &[u32]) -> bool {
    let doubled = |(i, digit): (usize, &u32)| match (i % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    digits.iter().rev().enumerate().map(doubled).sum::<u32>() % 10 == 0 && digits.iter().any(|d| *d != 0)
}

/// An IBAN: its remainder by 97 is 1 when its first four characters stand behind the others.
fn is_account(word: &str) -> bool {
    let word = word.to_ascii_uppercase();
    if !(15..=34).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    let (head, rest) = word.split_at(4);
    let shaped =
        head.bytes().take(2).all(|b| b.is_ascii_uppercase()) && head.bytes().skip(2).all(|b| b.is_ascii_digit());
    let remainder = rest.chars().chain(head.chars()).fold(0u32, |remainder, c| {
        let value = c.to_digit(36).unwrap_or_default();
        (remainder * if value > 9 { 100 } else { 10 } + value) % 97
    });
    shaped && remainder == 1
}
