//! The language of a request: quality values of RFC 9110, look-up of RFC 4647.

use crate::platform::locale::Locale;

/// Longest `Accept-Language` that is read, in bytes: what browsers send has less than a hundred.
const HEADER_MAX: usize = 1024;
/// The quality of a range that says nothing about it, in thousandths.
const QUALITY_MAX: u16 = 1000;

/// A language that a client reads, and how gladly.
struct Range<'a> {
    tag: &'a str,
    /// In thousandths; 0 is not at all.
    quality: u16,
}

impl Locale {
    /// The shipped language that `header`, an `Accept-Language`, likes best: `de-AT` finds `de`. What is malformed in it
    /// is passed over, and a header that is too long is not read. Where nothing fits, the default answers: a refusal in
    /// a foreign language is better than none. For the same reason `*` asks for nothing.
    pub fn negotiate(header: &str) -> Self {
        if header.len() > HEADER_MAX {
            return Self::default();
        }
        let mut ranges: Vec<Range<'_>> = header.split(',').filter_map(Range::parse).collect();
        // Stable: of equals the one that comes first.
        ranges.sort_by_key(|range| std::cmp::Reverse(range.quality));
        let accepted = |locale: &Self| !is_refused(&ranges, locale.tag());
        let wanted = ranges.iter().filter(|range| range.quality > 0);
        wanted
            .flat_map(|range| ever_shorter(range.tag))
            .filter_map(Self::of_tag)
            .find(accepted)
            .or_else(|| Self::all().find(accepted))
            .unwrap_or_default()
    }
}

impl<'a> Range<'a> {
    /// Reads `de-AT;q=0.8`. None for `*` and for what is malformed.
    fn parse(text: &'a str) -> Option<Self> {
        let (tag, weight) = text
            .split_once(';')
            .map_or((text, None), |(tag, weight)| (tag, Some(weight)));
        let tag = tag.trim_matches([' ', '\t']);
        let mut subtags = tag.split('-');
        let sized = |subtag: &str| (1..=8).contains(&subtag.len());
        let language = subtags
            .next()
            .is_some_and(|subtag| sized(subtag) && subtag.bytes().all(|b| b.is_ascii_alphabetic()));
        let plain =
            language && subtags.all(|subtag| sized(subtag) && subtag.bytes().all(|b| b.is_ascii_alphanumeric()));
        let quality = weight.map_or(Some(QUALITY_MAX), quality)?;
        plain.then_some(Self { tag, quality })
    }

    /// Whether it speaks of `tag`: `de` speaks of `de` and of `de-AT`.
    fn covers(&self, tag: &str) -> bool {
        let (range, tag) = (self.tag.as_bytes(), tag.as_bytes());
        tag.get(..range.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(range))
            && matches!(tag.get(range.len()), None | Some(b'-'))
    }
}

/// Whether the most precise of `ranges` that speaks of `tag` refuses it. `ranges` come best first, so that of two that
/// contradict each other the refusal counts.
fn is_refused(ranges: &[Range<'_>], tag: &str) -> bool {
    let covering = ranges.iter().filter(|range| range.covers(tag));
    covering
        .max_by_key(|range| range.tag.len())
        .is_some_and(|range| range.quality == 0)
}

/// Reads `q=0.8` as 800.
fn quality(weight: &str) -> Option<u16> {
    let weight = weight.trim_matches([' ', '\t']);
    let value = weight.strip_prefix("q=").or_else(|| weight.strip_prefix("Q="))?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(QUALITY_MAX),
        _ => None,
    }
}

/// `zh-Hant-CN`, `zh-Hant`, `zh`: subtags go from the end, and with them a single letter that only introduces them.
fn ever_shorter(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| {
        let (rest, _) = tag.rsplit_once('-')?;
        match rest.rsplit_once('-') {
            Some((front, single)) if single.len() == 1 => Some(front),
            _ => Some(rest),
        }
    })
}
