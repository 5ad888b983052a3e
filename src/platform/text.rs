//! Texts that name things.

/// Longest slug in characters.
pub const SLUG_MAX: usize = 200;

/// Makes a slug of `text`: lower-case letters and digits joined by single hyphens. Empty when there are none.
pub fn slugify(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        // Some capitals, such as mathematical ones, have no small letter.
        if c.is_alphanumeric() && !c.is_uppercase() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= SLUG_MAX {
            break;
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// An e-mail address in the form that is stored: trimmed, lower case. None when it cannot be one: it needs one `@`
/// between two parts, a dot in the second, at most 254 characters, and no space or control character.
pub fn normalise_email(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (local, domain) = text.rsplit_once('@')?;
    let labels = domain.split('.').count();
    let ok = !local.is_empty()
        && !local.contains('@')
        && labels >= 2
        && domain.split('.').all(|label| !label.is_empty())
        && text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    ok.then_some(text)
}

/// SHA-256 of `text` in hex.
pub fn sha256_hex(text: impl AsRef<[u8]>) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_ref())
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            use std::fmt::Write;
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
