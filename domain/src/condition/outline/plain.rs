use super::Operator;

/// A pattern's question in words, as `starts with north or south`, where it asks only for plain texts; otherwise
/// `None`.
pub(super) fn plain_words(operator: Operator, pattern: &str) -> Option<String> {
    let (is_negated, case) = match operator {
        Operator::Matches => (false, ""),
        Operator::MatchesAnyCase => (false, ", in any case"),
        Operator::MatchesNot => (true, ""),
        Operator::MatchesNotAnyCase => (true, ", in any case"),
        _ => return None,
    };
    let (place, texts) = parts(pattern)?;
    let [verb, negated] = match place {
        Place::Whole => ["is", "is not"],
        Place::Start => ["starts with", "does not start with"],
        Place::End => ["ends with", "does not end with"],
        Place::Word => ["contains the word", "does not contain the word"],
        Place::Anywhere => ["contains", "does not contain"],
    };
    let verb = if is_negated { negated } else { verb };
    Some(format!("{verb} {}{case}", one_of(&texts)))
}

/// Where in the value a text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Whole,
    Start,
    End,
    /// Between hyphens.
    Word,
    Anywhere,
}

fn parts(pattern: &str) -> Option<(Place, Vec<&str>)> {
    if let Some(inner) = within(pattern, "(^|-)", "(-|$)") {
        return Some((Place::Word, one_text_or_group(inner)?));
    }
    let (start, rest) = match pattern.strip_prefix('^') {
        Some(rest) => (true, rest),
        None => (false, pattern),
    };
    let (end, rest) = match rest.strip_suffix('$') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let place = match (start, end) {
        (true, true) => Place::Whole,
        (true, false) => Place::Start,
        (false, true) => Place::End,
        (false, false) => return Some((Place::Anywhere, texts(group(rest).unwrap_or(rest))?)),
    };
    Some((place, one_text_or_group(rest)?))
}

/// Beside an anchor only a group may have several texts: `^a|b` anchors the first alone.
fn one_text_or_group(pattern: &str) -> Option<Vec<&str>> {
    match group(pattern) {
        Some(inner) => texts(inner),
        None => texts(pattern).filter(|texts| texts.len() == 1),
    }
}

fn group(pattern: &str) -> Option<&str> {
    within(pattern, "(?:", ")").or_else(|| within(pattern, "(", ")"))
}

fn within<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.strip_prefix(before)?.strip_suffix(after)
}

fn texts(alternatives: &str) -> Option<Vec<&str>> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '/');
    let texts: Vec<&str> = alternatives.split('|').collect();
    let all_plain = texts
        .iter()
        .all(|text| !text.trim().is_empty() && text.chars().all(is_plain));
    all_plain.then_some(texts)
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(texts: &[&str]) -> String {
    match texts {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_plain_texts_reads_like_words() {
        let check = |operator, pattern, expected: &str| {
            let words = plain_words(operator, pattern);
            assert_eq!(words.as_deref(), Some(expected), "{pattern}");
        };
        check(Operator::Matches, "^enterprise", "starts with enterprise");
        check(Operator::Matches, "^(a|b)", "starts with a or b");
        check(Operator::Matches, "-b2b$", "ends with -b2b");
        check(Operator::Matches, "^(?:a|b)$", "is a or b");
        check(Operator::Matches, "a|b|c", "contains a, b or c");
        check(
            Operator::MatchesAnyCase,
            "(^|-)(food|bakery|käse)(-|$)",
            "contains the word food, bakery or käse, in any case",
        );
        check(
            Operator::MatchesNotAnyCase,
            "(^|-)food(-|$)",
            "does not contain the word food, in any case",
        );
        check(Operator::MatchesNot, "fleet", "does not contain fleet");
    }

    #[test]
    fn any_other_pattern_stays_one() {
        for pattern in [
            "", "^", "^a|b", "a|b$", "a||b", "a.b", "(a", "(a|b)c", "(a)|(b)", "a+", "[ab]",
            "^(a|b)|c", "\\d", "(?i)a", "^$",
        ] {
            assert_eq!(plain_words(Operator::Matches, pattern), None, "{pattern}");
        }
        assert_eq!(plain_words(Operator::Is, "a"), None);
    }
}
