//! The code of a gift card. Pure but for the randomness it is given.

use crate::platform::id::Ids;
use crate::platform::text::sha256_hex;

/// Letters and digits of a code: without I, L, O and U, which are misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code: 100 bits.
const LENGTH: usize = 20;
/// Characters between two hyphens.
const GROUP: usize = 4;
/// Longest text that is read as a code.
const TEXT_MAX: usize = 64;

/// The code of a gift card, as it is compared: capitals and digits alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(String);

impl Code {
    /// An unguessable code.
    pub fn new(ids: &Ids) -> Self {
        let bytes = ids.bytes::<LENGTH>();
        Self(
            bytes
                .iter()
                .map(|byte| ALPHABET[usize::from(byte & 31)] as char)
                .collect(),
        )
    }

    /// Reads what somebody typed: case, spaces and hyphens do not matter, and letters that look like digits are those. None
    /// when it cannot be a code.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > TEXT_MAX {
            return None;
        }
        let mut code = String::with_capacity(LENGTH);
        for c in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let c = match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                c if c.is_ascii() && ALPHABET.contains(&(c as u8)) => c,
                _ => return None,
            };
            code.push(c);
        }
        (code.len() == LENGTH).then_some(Self(code))
    }

    /// What is kept of it.
    pub fn hash(&self) -> String {
        sha256_hex(["gift card", &self.0].join("\0"))
    }

    /// Its last four characters, by which people tell cards apart.
    pub fn ending(&self) -> &str {
        &self.0[LENGTH - GROUP..]
    }

    /// As it is handed out: in groups of four.
    pub fn shown(&self) -> String {
        let mut shown = String::with_capacity(LENGTH + LENGTH / GROUP);
        for (i, c) in self.0.chars().enumerate() {
            if i > 0 && i % GROUP == 0 {
                shown.push('-');
            }
            shown.push(c);
        }
        shown
    }
}
