//! What of a query is kept. No I/O.

/// Stands in the log in place of a query that may tell who somebody is.
pub const WITHHELD: &str = "[withheld]";
/// Longest query that is kept in characters.
const QUERY_MAX: usize = 200;
/// Digits of a telephone number with the code of its country.
const ABROAD: std::ops::RangeInclusive<usize> = 8..=15;
/// The same with the two zeros in front that some dial before it.
const DIALLED_ABROAD: std::ops::RangeInclusive<usize> = 11..=17;
/// Digits of a telephone number that begins with a zero for the country itself.
const AT_HOME: std::ops::RangeInclusive<usize> = 9..=12;
/// Characters of an IBAN.
const ACCOUNT: std::ops::RangeInclusive<usize> = 15..=34;
/// The lengths of IBANs by country, as in SWIFT's registry.
const ACCOUNTS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 \
    DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 \
    KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 \
    PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 \
    YE30";

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

/// Whether `text` may hold an e-mail address, a telephone number, or the number of a card or an account. Rather one query
/// too many is taken for personal than one too few: such a query is searched with like all others, and only not kept.
pub fn is_personal(text: &str) -> bool {
    has_address(text) || has_account(text) || runs(text).iter().any(|run| run.holds_phone() || run.holds_card())
}

/// Something, `@`, something: also with spaces or with `(at)` around.
fn has_address(text: &str) -> bool {
    let text = text
        .to_lowercase()
        .replace("(at)", "@")
        .replace("[at]", "@")
        .replace('\u{ff20}', "@");
    text.match_indices('@').any(|(at, _)| {
        let before = text[..at].trim_end().chars().next_back();
        let behind = text[at + 1..].trim_start();
        before.is_some_and(char::is_alphanumeric) && behind.chars().next().is_some_and(char::is_alphanumeric)
    })
}

/// Digits with nothing between them.
#[derive(Default)]
struct Group {
    /// What stands between them and the group before.
    behind: String,
    digits: String,
}

/// Groups of digits with spaces, hyphens, dots, brackets or slashes between them.
struct Run {
    /// Whether a plus stands in front.
    plus: bool,
    groups: Vec<Group>,
}

/// The digit that `c` is: in Latin, Arabic, Persian, Devanagari or full-width script.
fn digit(c: char) -> Option<char> {
    const ZEROS: [char; 5] = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    let value = |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10);
    ZEROS
        .iter()
        .find_map(value)
        .and_then(|value| char::from_digit(value, 10))
}

fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '.' | '(' | ')' | '/' | '_' | '\u{b7}' | '\u{2010}'..='\u{2015}' | '\u{2212}'
        )
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut open, mut plus, mut between) = (false, false, String::new());
    for c in text.chars() {
        match digit(c) {
            Some(digit) => {
                if !open {
                    let groups = vec![Group::default()];
                    runs.push(Run { plus, groups });
                }
                if let Some(run) = runs.last_mut() {
                    run.push(digit, std::mem::take(&mut between));
                }
                (open, plus) = (true, false);
            }
            None if open && is_between(c) => between.push(c),
            None => {
                (open, plus) = (
                    false,
                    matches!(c, '+' | '\u{ff0b}') || (plus && (c.is_whitespace() || c == '(')),
                );
                between.clear();
            }
        }
    }
    runs
}

impl Run {
    fn push(&mut self, digit: char, behind: String) {
        if !behind.is_empty() {
            let digits = String::new();
            self.groups.push(Group { behind, digits });
        }
        if let Some(group) = self.groups.last_mut() {
            group.digits.push(digit);
        }
    }

    /// Whether some of its groups in a row are a telephone number. What a hyphen or a dot stands in front of is no
    /// beginning of one, but the middle of a code.
    fn holds_phone(&self) -> bool {
        let begins = |at: &usize| self.groups[*at].behind.chars().all(char::is_whitespace);
        (0..self.groups.len()).filter(begins).any(|from| {
            let plus = self.plus && from == 0;
            let mut digits = 0;
            // No number has more of them: so a group is looked at with a few others, and not with all behind it.
            let mut ends = (from..self.groups.len()).take_while(|to| {
                digits += self.groups[*to].digits.len();
                digits <= *DIALLED_ABROAD.end()
            });
            ends.any(|to| is_phone(plus, &self.groups[from..=to]))
        })
    }

    /// Digits of the length of a card's number that begin like one and whose check digit is right, somewhere in the run.
    /// Codes of goods have up to 14 digits and begin otherwise.
    fn holds_card(&self) -> bool {
        let digits = self.groups.iter().flat_map(|group| group.digits.chars());
        let digits: Vec<u32> = digits.filter_map(|c| c.to_digit(10)).collect();
        (14..=19).any(|length| {
            digits
                .windows(length)
                .any(|card| begins_like_card(card) && passes_luhn(card))
        })
    }
}

/// Whether `groups` are a telephone number as people write them: with the code of the country, with a zero in front of
/// that of the place, or in the groups that are usual where there is no such zero.
fn is_phone(plus: bool, groups: &[Group]) -> bool {
    let number: String = groups.iter().map(|group| group.digits.as_str()).collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.digits.len()).collect();
    if plus && ABROAD.contains(&number.len()) {
        return true;
    }
    if number.starts_with("00") {
        return DIALLED_ABROAD.contains(&number.len());
    }
    match (number.strip_prefix('0'), lengths.as_slice()) {
        (Some(_), [_]) => matches!(number.len(), 10 | 11) || (number.len() == 12 && !is_code(&number)),
        (Some(_), lengths) => {
            let place = lengths.first().is_some_and(|first| (2..=6).contains(first));
            AT_HOME.contains(&number.len()) && place && lengths.iter().all(|length| *length > 1)
        }
        (None, [10]) => is_american(&number) && !is_isbn(&number),
        (None, [11]) => number.strip_prefix('1').is_some_and(is_american),
        (None, [3, 3, 4] | [3, 7]) => begins_with(&number, '2'..='9'),
        (None, [1, 3, 3, 4]) => number.starts_with('1'),
        (None, lengths) => {
            let same = groups[1..].iter().all(|group| group.behind == groups[1].behind);
            same && match lengths {
                [3, 3, 3] | [3, 2, 2, 2] => begins_with(&number, '5'..='9'),
                [5, 5] | [1, 2, 2, 2, 2] => begins_with(&number, '6'..='9'),
                [3, 2, 3] => begins_with(&number, '4'..='9'),
                [2, 2, 2, 2] => begins_with(&number, '2'..='9'),
                [2, 3, 2, 2] | [2, 5, 4] | [2, 4, 4] | [3, 4, 4] => true,
                _ => false,
            }
        }
    }
}

fn begins_with(number: &str, digits: std::ops::RangeInclusive<char>) -> bool {
    number.chars().next().is_some_and(|first| digits.contains(&first))
}

/// Ten digits of North America: neither the code of the place nor that behind it begins with 0 or 1.
fn is_american(number: &str) -> bool {
    number.len() == 10 && begins_with(number, '2'..='9') && begins_with(&number[3..], '2'..='9')
}

/// Twelve digits that are the code of something to sell by their check digit, and do not begin like a German mobile.
fn is_code(number: &str) -> bool {
    let weighted = |(at, c): (usize, char)| c.to_digit(10).unwrap_or_default() * if at % 2 == 0 { 3 } else { 1 };
    let mobile = ["015", "016", "017"].iter().any(|code| number.starts_with(code));
    !mobile && number.chars().enumerate().map(weighted).sum::<u32>() % 10 == 0
}

/// Ten digits that name a book by their check digit.
fn is_isbn(number: &str) -> bool {
    let weighted = number
        .chars()
        .zip((1..=10).rev())
        .map(|(c, weight)| c.to_digit(10).unwrap_or_default() * weight);
    weighted.sum::<u32>() % 11 == 0
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

/// An IBAN, in one piece or in groups.
fn has_account(text: &str) -> bool {
    let words = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_ascii_uppercase).collect();
    (0..words.len()).any(|from| {
        let mut joined = String::new();
        let parts = words[from..].iter().enumerate().map_while(|(at, word)| {
            joined.push_str(word);
            (joined.len() <= *ACCOUNT.end()).then(|| is_account(&joined) && (at == 0 || has_length_of_account(&joined)))
        });
        parts.into_iter().any(|found| found)
    })
}

/// Whether an account of its country is as long: what stands in groups might be some words.
fn has_length_of_account(account: &str) -> bool {
    let of_country = |entry: &str| entry.strip_prefix(&account[..2])?.parse::<usize>().ok();
    ACCOUNTS.split_whitespace().find_map(of_country) == Some(account.len())
}

/// An IBAN: its remainder by 97 is 1 when its first four characters stand behind the others.
fn is_account(word: &str) -> bool {
    if !ACCOUNT.contains(&word.len()) {
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
