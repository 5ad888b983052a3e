//! Which words a shopper gave up for which others. No I/O.

/// Longest side of a pair in words.
const WORDS_MAX: usize = 3;
/// Letters from which on two words that differ by little count as one that was misspelt.
const LETTERS_MIN: usize = 4;

/// The words that `found_by` has in the place of others of `given_up`: of `red notebook` and `red laptop` the last ones.
/// None when one only says more than the other, when a word was finished or spelt better, or when too much differs: such
/// a change tells nothing about words that mean the same.
pub fn swapped(given_up: &str, found_by: &str) -> Option<(String, String)> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (before, behind) = (words(given_up), words(found_by));
    let left: Vec<&str> = only_in(&before, &behind);
    let right: Vec<&str> = only_in(&behind, &before);
    let fits = |side: &[&str]| (1..=WORDS_MAX).contains(&side.len());
    if !fits(&left) || !fits(&right) {
        return None;
    }
    let (left, right) = (left.join(" "), right.join(" "));
    let marks = |text: &str| !text.chars().any(char::is_alphabetic);
    if marks(&left) || marks(&right) || left.starts_with(&right) || right.starts_with(&left) {
        return None;
    }
    let length = left.chars().count().max(right.chars().count());
    let near = if length < LETTERS_MIN {
        0
    } else if length < 8 {
        1
    } else {
        2
    };
    (distance(&left, &right) > near).then_some((left, right))
}

fn only_in<'a>(words: &'a [String], others: &[String]) -> Vec<&'a str> {
    let missing = words.iter().filter(|word| !others.contains(word));
    missing.map(String::as_str).collect()
}

/// Letters to add, to take away or to exchange.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
