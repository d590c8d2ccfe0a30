//! The engine of browsers: 190 kB less to download, slower, and without tables of Unicode.
//!
//! What `regex-lite` reads otherwise than the `regex` crate is spelt out for it: spaces, letters
//! beyond ASCII when case is disregarded, and sets inside of sets. The few things that cannot be
//! spelt out are refused here, and only here.

use std::fmt::Write as _;

use regex_lite::RegexBuilder;

use super::TOO_LARGE;
use super::letters::related;
use crate::condition::limits::MAX_PATTERN_BYTES;

pub(in crate::condition) use regex_lite::Regex;

/// The same limit as the full engine has; what recurses here is the compiler.
const MAX_NESTING: u32 = 250;

pub(super) fn compile(translated: &str, ignore_case: bool) -> Result<Regex, String> {
    let spelt_out = Spelling::of(translated, ignore_case)?;
    RegexBuilder::new(&spelt_out)
        .case_insensitive(ignore_case)
        .size_limit(MAX_PATTERN_BYTES)
        .nest_limit(MAX_NESTING)
        .build()
        .map_err(|error| describe(&error.to_string()))
}

fn describe(error: &str) -> String {
    if error.contains("size limit") {
        return TOO_LARGE.into();
    }
    format!("this pattern is not a valid regular expression: {error}")
}

pub(super) const UNTRIED: &str =
    "this pattern cannot be tried in the browser; the server checks it when it is saved";

/// White space, as the members of a set.
const SPACE: &str =
    r"\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}";
/// Everything else.
const NOT_SPACE: &str = r"\x00-\x08\x0E-\x1F!-\x{84}\x{86}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF}";
/// Everything but word characters and the two letters whose case is a word character's.
const NOT_WORD_OF_ANY_CASE: &str = r"\x00-/:-@\[-\^`\{-\x{17E}\x{180}-\x{2129}\x{212B}-\x{10FFFF}";

/// Rewrites a pattern of the `regex` crate, as the translation makes it.
struct Spelling<'p> {
    rest: &'p str,
    output: String,
    ignore_case: bool,
}

impl<'p> Spelling<'p> {
    fn of(translated: &'p str, ignore_case: bool) -> Result<String, &'static str> {
        let mut spelling = Self {
            rest: translated,
            output: String::with_capacity(translated.len()),
            ignore_case,
        };
        while !spelling.rest.is_empty() {
            spelling.token()?;
        }
        Ok(spelling.output)
    }

    fn token(&mut self) -> Result<(), &'static str> {
        const FIXED: &[(&str, &str)] = &[
            (r"(?-u:\b)", r"\b"),
            (r"(?s:.)", r"[\x00-\x{10FFFF}]"),
            (r"[a&&b]", r"[^\x00-\x{10FFFF}]"),
        ];
        for (from, to) in FIXED {
            if self.takes(from) {
                self.output.push_str(to);
                return Ok(());
            }
        }
        if let Some(after) = self.rest.strip_prefix("(?") {
            let plain = [":", "<", "P<"].iter().any(|it| after.starts_with(it));
            if !plain {
                return Err(UNTRIED);
            }
        }
        if self.takes("[") {
            return self.set();
        }
        if let Some(space) = self.space() {
            let set = if space { SPACE } else { NOT_SPACE };
            let _ = write!(self.output, "[{set}]");
            return Ok(());
        }
        match self.character()? {
            (Some(letter), _) if self.has_relatives(letter) => {
                self.output.push('[');
                self.output.push(letter);
                related(letter, &mut self.output);
                self.output.push(']');
            }
            (_, text) => self.output.push_str(text),
        }
        Ok(())
    }

    /// What follows `[`, up to its `]`.
    fn set(&mut self) -> Result<(), &'static str> {
        self.output.push('[');
        if self.takes("^") {
            self.output.push('^');
        }
        let mut relatives = String::new();
        while !self.rest.is_empty() {
            if self.takes("]") {
                self.output.push_str(&relatives);
                self.output.push(']');
                return Ok(());
            }
            if self.rest.starts_with("--") {
                return Err(UNTRIED);
            }
            if let Some(inner) = self.inner_set() {
                self.output.push_str(inner);
            } else if let Some(space) = self.space() {
                self.output.push_str(if space { SPACE } else { NOT_SPACE });
            } else {
                self.range(&mut relatives)?;
            }
        }
        // Without its end the set is refused.
        Ok(())
    }

    /// One character or a range of them, with the letters that it stands for as well.
    fn range(&mut self, relatives: &mut String) -> Result<(), &'static str> {
        let (first, text) = self.character()?;
        self.output.push_str(text);
        let is_range = self.rest.starts_with('-')
            && !self.rest.starts_with("-]")
            && !self.rest.starts_with("--");
        let mut last = first;
        if is_range {
            self.takes("-");
            let (end, text) = self.character()?;
            self.output.push('-');
            self.output.push_str(text);
            last = end;
        }
        if let (Some(first), Some(last)) = (first, last) {
            let letters = (first..=last).filter(|letter| self.has_relatives(*letter));
            letters.for_each(|letter| related(letter, relatives));
        }
        Ok(())
    }

    /// A set inside a set, which only the translation of `\d`, `\w` and their opposites makes.
    fn inner_set(&mut self) -> Option<&'static str> {
        if self.takes("[0-9A-Za-z_]") {
            Some(if self.ignore_case {
                r"\wſ\x{212A}"
            } else {
                r"\w"
            })
        } else if self.takes("[^0-9A-Za-z_]") {
            Some(if self.ignore_case {
                NOT_WORD_OF_ANY_CASE
            } else {
                r"\W"
            })
        } else if self.takes("[0-9]") {
            Some(r"\d")
        } else if self.takes("[^0-9]") {
            Some(r"\D")
        } else {
            None
        }
    }

    /// Whether `\s` (true) or `\S` (false) comes next.
    fn space(&mut self) -> Option<bool> {
        if self.takes(r"\s") {
            Some(true)
        } else {
            self.takes(r"\S").then_some(false)
        }
    }

    /// The next character or escape: which letter it stands for, as far as that is known, and how
    /// it is written. Nothing at the end of the pattern.
    fn character(&mut self) -> Result<(Option<char>, &'p str), &'static str> {
        let mut characters = self.rest.chars();
        let Some(first) = characters.next() else {
            return Ok((None, ""));
        };
        if first != '\\' {
            return Ok((Some(first), self.take(first.len_utf8())));
        }
        let second = characters.next();
        let length = 1 + second.map_or(0, char::len_utf8);
        let digits = match second {
            Some('p' | 'P' | 'B') => return Err(UNTRIED),
            Some('x') => 2,
            Some('u') => 4,
            Some('U') => 8,
            Some(other) if other.is_ascii_punctuation() => {
                return Ok((Some(other), self.take(length)));
            }
            _ => return Ok((None, self.take(length))),
        };
        let hex = &self.rest[length..];
        let (hex, length) = match hex.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some((hex, _)) => (hex, length + hex.len() + 2),
            None => match hex.get(..digits) {
                Some(hex) => (hex, length + digits),
                None => return Ok((None, self.take(length))),
            },
        };
        let letter = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        Ok((letter, self.take(length)))
    }

    fn has_relatives(&self, letter: char) -> bool {
        self.ignore_case && (!letter.is_ascii() || "kKsS".contains(letter))
    }

    fn takes(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take(&mut self, length: usize) -> &'p str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }
}
