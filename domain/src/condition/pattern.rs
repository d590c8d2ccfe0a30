//! Regular expressions in JavaScript's syntax.

#[cfg(test)]
mod agreement;
#[cfg(not(target_arch = "wasm32"))]
mod full;
#[cfg(any(target_arch = "wasm32", test))]
mod letters;
#[cfg(any(target_arch = "wasm32", test))]
mod small;

use std::iter::Peekable;
use std::str::Chars;

use super::error::Problem;
use super::limits::MAX_TEXT;

#[cfg(not(target_arch = "wasm32"))]
use full as engine;
#[cfg(target_arch = "wasm32")]
use small as engine;

pub(super) use engine::Regex;

/// Compiles a pattern written in JavaScript's syntax into an automaton of bounded size that runs
/// in time linear in the text.
pub(super) fn compile(pattern: &str, ignore_case: bool) -> Result<Regex, Problem> {
    let translated = translate(pattern)?;
    engine::compile(&translated, ignore_case).map_err(Problem::BadPattern)
}

/// The pattern in the syntax of the `regex` crate.
fn translate(pattern: &str) -> Result<String, Problem> {
    let length = pattern.chars().count();
    if length > MAX_TEXT {
        return Err(Problem::TextTooLong { length });
    }
    Translation::of(pattern).map_err(|problem| Problem::BadPattern(problem.into()))
}

const TOO_LARGE: &str = "this pattern is too large once it is compiled: use smaller repetitions";

const LOOKAROUND: &str = "lookahead and lookbehind are not supported, because patterns must run in linear time: \
     use two conditions, one of them under $not";
const BACKREFERENCE: &str = "backreferences are not supported, because patterns must run in linear time: \
     spell the repeated part out";

/// Rewrites the few places where JavaScript and the `regex` crate read the same characters differently.
///
/// `\d` and `\w` are ASCII in JavaScript, which also keeps the automaton small; a brace that is no
/// repetition, and `[`, `&` and `~` inside a class, stand for themselves.
struct Translation<'p> {
    rest: Peekable<Chars<'p>>,
    output: String,
}

impl<'p> Translation<'p> {
    fn of(pattern: &'p str) -> Result<String, &'static str> {
        let mut translation = Self {
            rest: pattern.chars().peekable(),
            output: String::with_capacity(pattern.len()),
        };
        while let Some(character) = translation.rest.next() {
            match character {
                '\\' => translation.escape(false)?,
                '[' => translation.class()?,
                '(' => translation.group()?,
                '{' if !translation.repeats() => translation.output.push_str("\\{"),
                other => translation.output.push(other),
            }
        }
        Ok(translation.output)
    }

    /// What follows a backslash.
    fn escape(&mut self, in_class: bool) -> Result<(), &'static str> {
        match self.rest.next() {
            Some('d') => self.output.push_str("[0-9]"),
            Some('D') => self.output.push_str("[^0-9]"),
            Some('w') => self.output.push_str("[0-9A-Za-z_]"),
            Some('W') => self.output.push_str("[^0-9A-Za-z_]"),
            Some('b') if in_class => self.output.push_str("\\x08"),
            Some('b') => self.output.push_str("(?-u:\\b)"),
            Some('0') => self.output.push_str("\\x00"),
            Some('1'..='9') if !in_class => return Err(BACKREFERENCE),
            Some('k') if self.rest.peek() == Some(&'<') => return Err(BACKREFERENCE),
            Some(angle @ ('<' | '>')) => self.output.push(angle),
            Some(other) => {
                self.output.push('\\');
                self.output.push(other);
            }
            None => self.output.push('\\'),
        }
        Ok(())
    }

    /// What follows `[`, up to its `]`.
    fn class(&mut self) -> Result<(), &'static str> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            // An empty class matches nothing, and its negation every character.
            self.output
                .push_str(if negated { "(?s:.)" } else { "[a&&b]" });
            return Ok(());
        }
        self.output.push_str(if negated { "[^" } else { "[" });
        while let Some(character) = self.rest.next() {
            match character {
                ']' => {
                    self.output.push(']');
                    break;
                }
                '\\' => self.escape(true)?,
                plain @ ('[' | '&' | '~') => {
                    self.output.push('\\');
                    self.output.push(plain);
                }
                other => self.output.push(other),
            }
        }
        Ok(())
    }

    /// What follows `(`: refuses lookaround, leaves everything else to the `regex` crate.
    fn group(&mut self) -> Result<(), &'static str> {
        let mut ahead = self.rest.clone();
        if ahead.next() == Some('?') {
            match (ahead.next(), ahead.next()) {
                (Some('=' | '!'), _) | (Some('<'), Some('=' | '!')) => return Err(LOOKAROUND),
                _ => {}
            }
        }
        self.output.push('(');
        Ok(())
    }

    /// Whether the brace just read begins a repetition such as `{2}`, `{2,}` or `{2,3}`.
    fn repeats(&self) -> bool {
        let mut ahead = self.rest.clone();
        let digits = |ahead: &mut Peekable<Chars<'p>>| {
            let mut any = false;
            while ahead.next_if(char::is_ascii_digit).is_some() {
                any = true;
            }
            any
        };
        if !digits(&mut ahead) {
            return false;
        }
        if ahead.next_if_eq(&',').is_some() {
            digits(&mut ahead);
        }
        ahead.next() == Some('}')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        let regex =
            compile(pattern, false).unwrap_or_else(|problem| panic!("{pattern}: {problem}"));
        assert_eq!(regex.is_match(text), expected, "{pattern} on {text:?}");
    }

    fn refuse(pattern: &str, reason: &str) {
        let message = compile(pattern, false).expect_err(pattern).to_string();
        assert!(message.contains(reason), "{pattern}: {message}");
    }

    #[test]
    fn patterns_are_read_as_javascript_reads_them() {
        check(r"^\d+$", "42", true);
        check(r"^\d+$", "٤٢", false);
        check(r"^[\w-]+$", "a-b_1", true);
        check(r"^\w$", "é", false);
        check(r"\bsale\b", "the sale ends", true);
        check(r"\bé", "é", false);
        check(r"^[^\d]$", "x", true);
        check(r"^\D\W$", "x-", true);
        check(r"^{{name}}$", "{{name}}", true);
        check(r"^a{2}b{1,}c{0,1}$", "aabb", true);
        check(r"^a{,2}$", "a{,2}", true);
        check(r"^[[&&a~~]+$", "[&a~", true);
        check(r"\<b\>", "<b>", true);
        check(r"https?:\/\/", "https://example.com", true);
        check("[]", "anything", false);
        check("^[^]$", "\n", true);
        check(r"[\b]", "\u{8}", true);
        check(r"\u0041\x42", "AB", true);
        check(r"(?<year>\d{4})-(?:\d\d)", "2026-11", true);
    }

    #[test]
    fn what_cannot_run_in_linear_time_is_refused_with_a_way_out() {
        refuse("(?=a)", "under $not");
        refuse("(?!a)", "under $not");
        refuse("(?<=a)b", "under $not");
        refuse("(?<!a)b", "under $not");
        refuse(r"(a)\1", "backreferences");
        refuse(r"(?<x>a)\k<x>", "backreferences");
    }

    #[test]
    fn broken_and_oversized_patterns_are_refused() {
        refuse("(", "unclosed group");
        refuse("[a", "unclosed character class");
        refuse("*", "repetition operator missing expression");
        refuse("\\", "incomplete escape sequence");
        refuse("((a{1,100}){1,100}){1,100}", "too large");
        refuse(&"a".repeat(1_001), "1001 characters");
    }

    #[test]
    fn a_catastrophic_pattern_is_harmless() {
        check("^(a+)+$", &("a".repeat(10_000) + "b"), false);
    }
}
