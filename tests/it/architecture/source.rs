//! Source files as the rules see them: code without comments and texts, and the module paths that it names.

use std::path::Path;

/// A source file.
pub struct Source {
    /// Its path from the root of the repository, with `/`.
    pub path: String,
    /// Its text with comments and the contents of literals blanked out; lines stay where they are.
    pub code: String,
}

/// A path such as `crate::catalog::Product` in a `use` or in the middle of the code.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// The line, from 1.
    pub line: usize,
    /// The parts behind `crate`.
    pub parts: Vec<String>,
}

impl Source {
    /// The file `path` with `text`.
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            code: blank(text),
        }
    }

    /// All Rust files below `folder` of the repository at `root`.
    pub fn below(root: &Path, folder: &str) -> Vec<Self> {
        let mut files = Vec::new();
        let mut folders = vec![root.join(folder)];
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
            for entry in entries {
                let path = entry.expect("an entry of the folder").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|e| e == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                    let from_root = path.strip_prefix(root).expect("it lies below the root");
                    files.push(Self::new(&from_root.to_string_lossy().replace('\\', "/"), &text));
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    /// The folders and the file name behind `src/`.
    pub fn parts(&self) -> Vec<&str> {
        self.path.split('/').skip(1).collect()
    }

    /// The module on the top level that the file belongs to: `catalog` for `src/catalog/draft.rs`.
    pub fn top(&self) -> &str {
        self.parts().first().map_or("", |part| part.trim_end_matches(".rs"))
    }

    /// Whether it is GraphQL: `src/graphql/`, `src/http/graphql/`, a domain's `graphql.rs` or `graphql/`.
    pub fn is_graphql(&self) -> bool {
        let parts = self.parts();
        match parts.as_slice() {
            ["graphql", ..] => true,
            ["http", second, ..] => *second == "graphql",
            // Of a domain, or of a part of it that has a face of its own.
            [_, inside @ ..] => inside.iter().any(|part| matches!(*part, "graphql" | "graphql.rs")),
            [] => false,
        }
    }

    /// The lines that contain `needle`.
    pub fn lines_with(&self, needle: &str) -> Vec<usize> {
        let numbered = self.code.lines().enumerate();
        numbered
            .filter(|(_, line)| line.contains(needle))
            .map(|(i, _)| i + 1)
            .collect()
    }

    /// The lines that contain the identifier `word`.
    pub fn lines_with_word(&self, word: &str) -> Vec<usize> {
        let mut lines: Vec<usize> = words(&self.code, word)
            .into_iter()
            .map(|at| line_of(&self.code, at))
            .collect();
        lines.dedup();
        lines
    }

    /// All paths that start with `crate::` or `super::`, `use` groups taken apart.
    pub fn named(&self) -> Vec<Named> {
        let mut named = Vec::new();
        for at in words(&self.code, "crate") {
            if let Some(rest) = self.code[at + "crate".len()..].strip_prefix("::") {
                expand(&self.code, rest, Vec::new(), &mut named);
            }
        }
        for at in words(&self.code, "super") {
            // The first `super` of a chain only.
            if self.code[..at].ends_with("::") {
                continue;
            }
            let mut module = self.module();
            let mut rest = &self.code[at..];
            while let Some(behind) = rest.strip_prefix("super::") {
                module.pop();
                rest = behind;
            }
            expand(&self.code, rest, module, &mut named);
        }
        named
    }

    /// The module path of the file.
    fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> = self
            .parts()
            .iter()
            .map(|p| p.trim_end_matches(".rs").to_owned())
            .collect();
        if matches!(parts.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            parts.pop();
        }
        parts
    }
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the identifier `word` stands in `code`.
fn words(code: &str, word: &str) -> Vec<usize> {
    let stands_alone = |at: &usize| {
        !code[..*at].chars().next_back().is_some_and(is_word)
            && !code[*at + word.len()..].chars().next().is_some_and(is_word)
    };
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(stands_alone)
        .collect()
}

/// Adds the paths that begin at `rest`, a tail of `code`: `a::b`, or each member of `{a, b::{c, d}}`. Gives what follows.
fn expand<'a>(code: &str, rest: &'a str, mut parts: Vec<String>, named: &mut Vec<Named>) -> &'a str {
    let line = line_of(code, code.len() - rest.len());
    let mut rest = rest.trim_start();
    if let Some(mut members) = rest.strip_prefix('{') {
        loop {
            members = members.trim_start();
            if let Some(behind) = members.strip_prefix('}') {
                return behind;
            }
            let behind = expand(code, members, parts.clone(), named).trim_start();
            let behind = behind.strip_prefix(',').unwrap_or(behind);
            if behind.len() == members.len() || behind.is_empty() {
                return behind;
            }
            members = behind;
        }
    }
    let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    let (part, behind) = rest.split_at(end);
    if !part.is_empty() {
        parts.push(part.to_owned());
    }
    rest = behind;
    if let Some(more) = rest.strip_prefix("::") {
        if more.starts_with(|c: char| is_word(c) || c == '{') {
            return expand(code, more, parts, named);
        }
        rest = more;
    }
    named.push(Named { line, parts });
    // `use a as b` in a group.
    let after = rest.trim_start();
    match after.strip_prefix("as ") {
        Some(alias) => alias.trim_start().trim_start_matches(is_word),
        None => rest.strip_prefix('*').unwrap_or(rest),
    }
}

/// Blanks comments and the contents of texts.
fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hidden = literal_or_comment(rest, out.chars().next_back());
        let shown = if hidden == 0 { first.len_utf8() } else { hidden };
        let (piece, behind) = rest.split_at(shown);
        if hidden == 0 {
            out.push_str(piece);
        } else {
            out.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        }
        rest = behind;
    }
    out
}

/// The length of the comment, text or character that `rest` starts with, else 0.
fn literal_or_comment(rest: &str, before: Option<char>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    if rest.starts_with('"') {
        return quoted(rest, '"');
    }
    if rest.starts_with('r') && !before.is_some_and(|c| is_word(c) && c != 'b') {
        let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
        if rest[1 + hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let start = 2 + hashes;
            return rest[start..]
                .find(&close)
                .map_or(rest.len(), |end| start + end + close.len());
        }
    }
    // A character, not a lifetime: `'x'` or an escape.
    let mut after = rest.chars().skip(1);
    if rest.starts_with('\'') && (after.next() == Some('\\') || after.next() == Some('\'')) {
        return quoted(rest, '\'');
    }
    0
}

/// The length of a literal that starts and ends with `quote`.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}
