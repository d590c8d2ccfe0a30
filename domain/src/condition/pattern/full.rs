//! The engine of servers: fast, and with every table of Unicode.

use regex::RegexBuilder;

use super::TOO_LARGE;
use crate::condition::limits::MAX_PATTERN_BYTES;

pub(in crate::condition) use regex::Regex;

/// Bytes the lazily built automaton of one regular expression may take before it is built afresh.
const MAX_AUTOMATON_BYTES: usize = 1024 * 1024;

pub(super) fn compile(translated: &str, ignore_case: bool) -> Result<Regex, String> {
    RegexBuilder::new(translated)
        .case_insensitive(ignore_case)
        .size_limit(MAX_PATTERN_BYTES)
        .dfa_size_limit(MAX_AUTOMATON_BYTES)
        .build()
        .map_err(|error| describe(&error))
}

fn describe(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return TOO_LARGE.into();
    }
    let text = error.to_string();
    let reason = text.rsplit("error: ").next().unwrap_or(&text).trim();
    format!("this pattern is not a valid regular expression: {reason}")
}
