//! Words that are nearly another: how many letters must change.

/// Compares a word with the terms of a dictionary. Terms come sorted, so that neighbours share a beginning: what was
/// worked out for that is kept.
pub(super) struct Near {
    word: Vec<char>,
    max: usize,
    seen: Vec<char>,
    /// Row `i`: the distances between the first `i` letters of the term and each beginning of the word.
    rows: Vec<Vec<usize>>,
}

/// Changes that a word may have: none below 4 letters, 1 below 8, else 2. Digits are never a typo: another number is
/// another thing.
pub(super) fn changes_of(word: &str) -> usize {
    if word.bytes().any(|b| b.is_ascii_digit()) {
        return 0;
    }
    match word.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

/// `word` with each two neighbouring letters swapped, once each. A code may be mistyped like this too.
pub(super) fn swaps_of(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let swapped = |i: usize| {
        let mut letters = letters.clone();
        letters.swap(i, i + 1);
        letters.into_iter().collect()
    };
    let differ = |i: &usize| letters[*i] != letters[i + 1];
    (0..letters.len().saturating_sub(1))
        .filter(differ)
        .map(swapped)
        .collect()
}

impl Near {
    /// Compares with `word`, up to `max` changes.
    pub(super) fn new(word: &str, max: usize) -> Self {
        let word: Vec<char> = word.chars().collect();
        Self {
            rows: vec![(0..=word.len()).collect()],
            word,
            max,
            seen: Vec::new(),
        }
    }

    /// The letters that must be changed, added, left out or swapped with their neighbour; none above the maximum.
    pub(super) fn distance(&mut self, term: &str) -> Option<usize> {
        let mut same = 0;
        let mut length = 0;
        let mut comparing = true;
        for (i, c) in term.chars().enumerate() {
            length = i + 1;
            comparing = comparing && self.seen.get(i) == Some(&c);
            if comparing {
                same = length;
            }
        }
        if length.abs_diff(self.word.len()) > self.max {
            return None;
        }
        self.seen.truncate(same);
        self.rows.truncate(same + 1);
        for c in term.chars().skip(same) {
            if self.hopeless() {
                return None;
            }
            self.push(c);
        }
        let distance = self.rows.last()?.last().copied()?;
        (distance <= self.max).then_some(distance)
    }

    /// Whether no term that begins like this can come near. A swap looks two rows back.
    fn hopeless(&self) -> bool {
        let least = |row: &Vec<usize>| row.iter().copied().min().unwrap_or_default();
        let last = self.rows.len() - 1;
        least(&self.rows[last]) > self.max && (last == 0 || least(&self.rows[last - 1]) >= self.max)
    }

    fn push(&mut self, c: char) {
        let i = self.rows.len();
        let mut row = Vec::with_capacity(self.word.len() + 1);
        row.push(i);
        for j in 1..=self.word.len() {
            let above = &self.rows[i - 1];
            let cost = usize::from(self.word[j - 1] != c);
            let mut best = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + cost);
            if i > 1 && j > 1 && self.word[j - 2] == c && self.seen[i - 2] == self.word[j - 1] {
                best = best.min(self.rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        self.rows.push(row);
        self.seen.push(c);
    }
}
