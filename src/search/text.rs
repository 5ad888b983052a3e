//! HTML to plain text.

/// The text of `html`: tags become spaces, the common entities their characters, script and style nothing.
pub fn strip_html(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        rest = if from.starts_with('<') {
            text.push(' ');
            behind_tag(from)
        } else {
            let (character, behind) = entity(from);
            text.push(character);
            behind
        };
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What follows the tag that `from` begins with; a lone `<` is skipped.
fn behind_tag(from: &str) -> &str {
    let Some(end) = from.find('>') else {
        return &from[1..];
    };
    for hidden in ["script", "style"] {
        let name = from.get(1..=hidden.len());
        if name.is_some_and(|name| name.eq_ignore_ascii_case(hidden)) {
            let close = format!("</{hidden}");
            let lower = from.to_ascii_lowercase();
            let Some(at) = lower.find(&close) else { return "" };
            return from[at..].find('>').map_or("", |end| &from[at + end + 1..]);
        }
    }
    &from[end + 1..]
}

/// The character of the entity that `from` begins with, and what follows it.
fn entity(from: &str) -> (char, &str) {
    let plain = ('&', &from[1..]);
    let Some(end) = from.bytes().take(12).position(|b| b == b';') else {
        return plain;
    };
    let character = match &from[1..end] {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        name => match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
            Some(hex) => u32::from_str_radix(hex, 16).ok().and_then(char::from_u32),
            None => name
                .strip_prefix('#')
                .and_then(|number| number.parse().ok())
                .and_then(char::from_u32),
        },
    };
    character.map_or(plain, |character| (character, &from[end + 1..]))
}
