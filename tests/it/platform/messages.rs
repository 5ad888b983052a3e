//! The texts of messages: every language has all that the code says, with the same variables, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};
use merx::platform::locale::{Arg, Locale, Message};
use merx::platform::money::Money;
use merx::platform::page::PageError;

/// Names of messages with their variables.
type Texts = BTreeMap<String, Variables>;

/// Names of variables with the words by which a text chooses its form, if it does. Plural forms are no such words: each
/// language has its own.
type Variables = BTreeMap<String, BTreeSet<String>>;

/// How Fluent names plural forms.
const PLURALS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// Texts that are the same in all languages.
const INTERNATIONAL: [&str; 2] = ["as-is", "at"];

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The texts of a file of Fluent.
fn texts(file: &str, source: &str) -> Texts {
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{file}: {errors:?}"));
    let mut texts = Texts::new();
    for entry in resource.body {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => continue,
            other => panic!("{file}: neither a message nor a comment: {other:?}"),
        };
        let id = message.id.name;
        assert!(message.attributes.is_empty(), "{file}: {id} has attributes");
        let mut variables = Variables::new();
        collect(&message.value.expect("a message has a text"), &mut variables);
        let before = texts.insert(id.to_owned(), variables);
        assert!(before.is_none(), "{file}: {id} comes twice");
    }
    texts
}

/// Adds the variables of `pattern`.
fn collect(pattern: &Pattern<&str>, variables: &mut Variables) {
    fn inline<'a>(
        expression: &InlineExpression<&str>,
        variables: &'a mut Variables,
    ) -> Option<&'a mut BTreeSet<String>> {
        match expression {
            InlineExpression::VariableReference { id } => Some(variables.entry(id.name.to_owned()).or_default()),
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => None,
            other => panic!("texts hold variables and literals, not {other:?}"),
        }
    }
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            Expression::Inline(expression) => {
                inline(expression, variables);
            }
            Expression::Select { selector, variants } => {
                let words = variants.iter().filter_map(|variant| match &variant.key {
                    VariantKey::Identifier { name } if !PLURALS.contains(name) => Some((*name).to_owned()),
                    _ => None,
                });
                inline(selector, variables).expect("a variable chooses").extend(words);
                variants.iter().for_each(|v| collect(&v.value, variables));
            }
        }
    }
}

/// The texts of a language.
fn shipped(locale: Locale) -> Texts {
    let file = format!("locales/{}/errors.ftl", locale.tag());
    let source = std::fs::read_to_string(repository().join(&file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    texts(&file, &source)
}

/// All Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// The parts of `inside`, the text behind the opening parenthesis of a macro, up to its end, cut at commas.
fn arguments(inside: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quoted, mut escaped) = (vec![String::new()], 0, false, false);
    for c in inside.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("a part").push(c);
    }
    let parts = parts.iter().map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

/// The messages that `code` makes, with the names of their arguments.
fn uses(code: &str) -> Vec<(String, BTreeSet<String>)> {
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let start = "message!(";
    let found = code.match_indices(start).map(|(at, _)| {
        let mut arguments = arguments(&code[at + start.len()..]).into_iter();
        let id = arguments.next().unwrap_or_default();
        let names = arguments.map(|a| a.split('=').next().unwrap_or_default().trim().to_owned());
        (id.trim_matches('"').to_owned(), names.collect())
    });
    found.collect()
}

#[test]
fn all_languages_say_the_same_with_the_same_variables() {
    let english = shipped(Locale::default());
    assert!(english.len() > 50, "{} texts", english.len());
    for locale in Locale::all() {
        assert_eq!(shipped(locale), english, "{locale:?} against English");
    }
    let folders = std::fs::read_dir(repository().join("locales")).expect("the languages");
    for folder in folders.map(|entry| entry.expect("an entry").file_name()) {
        let tag = folder.to_string_lossy();
        assert!(Locale::of_tag(&tag).is_some(), "locales/{tag} is not shipped");
    }
}

#[test]
fn the_code_uses_what_is_there_and_all_of_it() {
    let english = shipped(Locale::default());
    let mut used = BTreeSet::new();
    for path in sources(&repository().join("src")) {
        let code = std::fs::read_to_string(&path).expect("a source file");
        let path = path.strip_prefix(repository()).expect("below the root").display();
        for (id, names) in uses(&code) {
            let known = english.get(&id).map(|variables| variables.keys().cloned().collect());
            assert_eq!(Some(&names), known.as_ref(), "{path}: {id}");
            used.insert(id);
        }
        let macros_own = path.to_string().ends_with("platform/locale/message.rs");
        assert!(
            macros_own || !code.contains("Message::new("),
            "{path}: write message!, which this test can read"
        );
    }
    let left_over: Vec<_> = english.keys().filter(|id| !used.contains(*id)).collect();
    assert!(left_over.is_empty(), "nobody says {left_over:?}");
}

#[test]
fn each_quantity_of_a_document_has_its_word() {
    let code = std::fs::read_to_string(repository().join("src/http/graphql/cost/mod.rs")).expect("the quantities");
    let names = code
        .split("fn name(self) -> &'static str {")
        .nth(1)
        .expect("their names");
    let names = names.lines().take_while(|line| *line != "    }");
    let names: BTreeSet<String> = names
        .filter_map(|line| Some(line.split('"').nth(1)?.to_owned()))
        .collect();
    assert!(names.len() > 10, "{names:?}");
    assert_eq!(shipped(Locale::default())["document-cost"]["quantity"], names);
}

#[test]
fn the_scanner_reads_the_macro() {
    let code = "// message!(\"no\")\nf(message!(\"a\")); message!(\n \"b\",\n x = g(1, \")\"),\n y = message!(\"c\", z = 1),\n)";
    let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<BTreeSet<_>>();
    let expected = [("a", names(&[])), ("b", names(&["x", "y"])), ("c", names(&["z"]))];
    assert_eq!(uses(code), expected.map(|(id, names)| (id.to_owned(), names)));
}

/// What a variable may hold; several numbers where the plural form depends on it.
fn samples(variable: &str) -> Vec<Arg> {
    let text = |text: &str| vec![Arg::from(text)];
    match variable {
        "people" => [1, 3].map(|n: i64| Arg::from(n)).into(),
        "buyers" | "count" | "days" | "of" | "percent" | "sold" => [0, 1, 3].map(|n: i64| Arg::from(n)).into(),
        "day" => text("2026-12-09"),
        "permissions" => text("orders.read"),
        "available" => [0, 1, 3].map(|n: i64| Arg::from(n)).into(),
        "min" => vec![Arg::from(1_i64)],
        "max" => vec![Arg::from(500_i64)],
        "call" | "length" | "values" | "version" | "seconds" | "found" | "most" => vec![Arg::from(250_i64)],
        "total" | "left" | "missing" | "due" | "balance" => {
            vec![Money::new(123_450, "EUR".parse().expect("a currency")).into()]
        }
        "reason" => vec![PageError::Cursor.message().into()],
        "sku" => text("MUG-1"),
        "slug" | "channel" => text("moon"),
        "key" | "other" => text("colour"),
        "option" => text("Size"),
        "fragment" => text("Parts"),
        "currency" => text("CHF"),
        "country" => text("XX"),
        "name" => text("first"),
        "place" => text("where.price.gte"),
        "wanted" => text("range"),
        "text" => text("PersistedQueryNotFound"),
        "prefix" => text("product"),
        "request" => text("0190a1b2"),
        other => panic!("what may ${other} hold? add a sample"),
    }
}

/// The message `id` with each combination of samples.
fn sampled(id: &str, variables: &Variables) -> Vec<Message> {
    let mut all: Vec<Vec<(&'static str, Arg)>> = vec![Vec::new()];
    for (variable, words) in variables {
        let name: &'static str = String::leak(variable.clone());
        let values: Vec<Arg> = if words.is_empty() {
            samples(name)
        } else {
            words.iter().map(|word| Arg::from(word.as_str())).collect()
        };
        let more = |args: Vec<(&'static str, Arg)>| {
            values.clone().into_iter().map(move |sample| {
                let mut args = args.clone();
                args.push((name, sample));
                args
            })
        };
        all = all.into_iter().flat_map(more).collect();
    }
    let id: &'static str = String::leak(id.to_owned());
    all.into_iter().map(|args| Message::new(id, args)).collect()
}

#[test]
fn texts_are_complete() {
    for (id, variables) in shipped(Locale::default()) {
        for message in sampled(&id, &variables) {
            let english = message.to_string();
            for locale in Locale::all() {
                let text = message.render(locale);
                assert!(!text.contains(['{', '}', '$', '\u{2068}', '\u{2069}']), "{id}: {text}");
                assert!(
                    !text.trim().is_empty() && text.trim() == text && text != id,
                    "{id}: {text:?}"
                );
                assert!(!text.ends_with('.'), "{id}: texts are joined with others: {text}");
                let translated = locale == Locale::default() || INTERNATIONAL.contains(&id.as_str());
                assert!(translated || text != english, "{id}: {locale:?} is English");
            }
        }
    }
}

#[test]
fn what_is_missing_shows_the_name_of_the_message() {
    let without = Message::new("units-left", Vec::new());
    let unknown = Message::new("no-such-text", Vec::new());
    for locale in Locale::all() {
        assert_eq!(without.render(locale), "units-left");
        assert_eq!(unknown.render(locale), "no-such-text");
    }
}

#[test]
fn texts_of_others_are_shown_as_they_are() {
    let message = Message::new("slug-taken", vec![("slug", "{ $x } \u{202e}<b>".into())]);
    assert_eq!(message.to_string(), "slug \"{ $x } \u{202e}<b>\" is taken");
}

#[test]
fn the_texts() {
    let mut all = String::new();
    for (id, variables) in shipped(Locale::default()) {
        let _ = writeln!(all, "{id}");
        let mut seen = BTreeSet::new();
        for message in sampled(&id, &variables) {
            for locale in Locale::all() {
                let text = message.render(locale);
                if seen.insert((locale.tag(), text.clone())) {
                    let _ = writeln!(all, "  {}: {text}", locale.tag());
                }
            }
        }
    }
    insta::assert_snapshot!(all);
}
