//! A look at the text of a document, before the parser: one pass, without memory of its own.

use super::cost::{Limits, Quantity, Refusal, at_most};

/// Refuses a text that the parser must not see. It recurses on brackets until the stack ends, reads on to the end of
/// the text for every `"""` that is not closed, and needs a thousand times the memory of what it reads.
pub fn scan(document: &str, limits: &Limits) -> Result<(), Refusal> {
    at_most(Quantity::Bytes, document.len() as u64, limits.bytes)?;
    let mut scanner = Scanner {
        text: document.as_bytes(),
        at: 0,
    };
    let (mut tokens, mut directives, mut nesting) = (0u64, 0u64, 0u64);
    while let Some(token) = scanner.next()? {
        tokens += 1;
        match token {
            Token::Open => {
                nesting += 1;
                at_most(Quantity::Nesting, nesting, limits.nesting)?;
            }
            // The parser stops at a bracket that closes nothing.
            Token::Close => nesting = nesting.saturating_sub(1),
            Token::Directive => directives += 1,
            Token::Name(bytes) => at_most(Quantity::Name, bytes as u64, limits.name)?,
            Token::Other => {}
        }
    }
    at_most(Quantity::Tokens, tokens, limits.tokens)?;
    at_most(Quantity::Directives, directives, limits.directives)
}

enum Token {
    Open,
    Close,
    Directive,
    Name(usize),
    Other,
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// The next token, as the parser would read it.
    fn next(&mut self) -> Result<Option<Token>, Refusal> {
        self.skip_ignored()?;
        let start = self.at;
        let Some(byte) = self.peek(0) else { return Ok(None) };
        self.at += 1;
        let token = match byte {
            b'{' | b'(' | b'[' => Token::Open,
            b'}' | b')' | b']' => Token::Close,
            b'@' => Token::Directive,
            b'"' => {
                self.string(start)?;
                Token::Other
            }
            b'.' if self.rest().starts_with(b"..") => {
                self.at += 2;
                Token::Other
            }
            b'-' | b'0'..=b'9' => {
                self.number(byte);
                Token::Other
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
                self.skip_while(|b| b.is_ascii_alphanumeric() || b == b'_');
                Token::Name(self.at - start)
            }
            0 => return Err(Refusal::Nul),
            _ => Token::Other,
        };
        Ok(Some(token))
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    /// White space, commas, byte order marks and comments.
    fn skip_ignored(&mut self) -> Result<(), Refusal> {
        loop {
            self.skip_while(|b| matches!(b, b' ' | b',' | b'\t' | b'\n' | b'\r'));
            if self.rest().starts_with("\u{feff}".as_bytes()) {
                self.at += 3;
            } else if self.peek(0) == Some(b'#') {
                self.skip_while(|b| !matches!(b, b'\n' | b'\r' | 0));
                if self.peek(0) == Some(0) {
                    return Err(Refusal::Nul);
                }
            } else {
                return Ok(());
            }
        }
    }

    /// What follows the first byte of a number. `00` is two numbers to the parser.
    fn number(&mut self, first: u8) {
        let mut lead = first;
        if first == b'-' {
            let Some(digit @ b'0'..=b'9') = self.peek(0) else {
                return;
            };
            self.at += 1;
            lead = digit;
        }
        if lead != b'0' {
            self.skip_while(|b| b.is_ascii_digit());
        }
        if self.peek(0) == Some(b'.') && self.peek(1).is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
            self.skip_while(|b| b.is_ascii_digit());
        }
        if matches!(self.peek(0), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(self.peek(1), Some(b'+' | b'-')));
            if self.peek(1 + sign).is_some_and(|b| b.is_ascii_digit()) {
                self.at += 1 + sign;
                self.skip_while(|b| b.is_ascii_digit());
            }
        }
    }

    /// What follows the quotation mark at `start`.
    fn string(&mut self, start: usize) -> Result<(), Refusal> {
        let block = self.rest().starts_with(b"\"\"");
        if block {
            self.at += 2;
        }
        loop {
            match self.peek(0) {
                Some(0) => return Err(Refusal::Nul),
                Some(b'\\') if block && self.rest().starts_with(b"\\\"\"\"") => self.at += 4,
                Some(b'"') if block && self.rest().starts_with(b"\"\"\"") => {
                    self.at += 3;
                    return Ok(());
                }
                Some(b'\\') if !block => {
                    if is_nul_escape(self.rest()) {
                        return Err(Refusal::Nul);
                    }
                    self.at += 2;
                }
                Some(b'"') if !block => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\n' | b'\r') if !block => return Err(self.open_string(start)),
                Some(_) => self.at += 1,
                None => return Err(self.open_string(start)),
            }
        }
    }

    fn open_string(&self, start: usize) -> Refusal {
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
        // Bytes that continue a character are no column.
        let starts_character = |b: &&u8| (**b & 0b1100_0000) != 0b1000_0000;
        Refusal::OpenText {
            line: 1 + before.iter().filter(|&&b| b == b'\n').count(),
            column: 1 + before.iter().skip(line_start).filter(starts_character).count(),
        }
    }
}

/// Whether `text` starts with `\u0000` or `\u{0}`.
fn is_nul_escape(text: &[u8]) -> bool {
    if let Some(braced) = text.strip_prefix(b"\\u{") {
        let zeros = braced.iter().take_while(|&&b| b == b'0').count();
        return zeros > 0 && braced.get(zeros) == Some(&b'}');
    }
    text.starts_with(b"\\u0000")
}
