//! Who did something, in words.

/// What the log calls those who are no person, as it stands within a sentence.
const IMPERSONAL: [(&str, &str); 2] = [
    ("command line", "the command line"),
    ("import", "an import"),
];

/// A person's name, or what stands for nobody's, within a sentence.
pub(super) fn author(name: &str) -> &str {
    let impersonal = IMPERSONAL.iter().find(|(known, _)| *known == name);
    impersonal.map_or(name, |(_, words)| words)
}

/// The same as a sentence begins, and where it stands alone.
pub(super) fn author_first(name: &str) -> String {
    let words = author(name);
    if words == name {
        return name.to_owned();
    }
    let (first, rest) = words.split_at(1);
    first.to_uppercase() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_as_the_sentence_wants_it_and_people_as_they_write_themselves() {
        let check = |name: &str, within: &str, first: &str| {
            assert_eq!((author(name), &*author_first(name)), (within, first));
        };
        check("command line", "the command line", "The command line");
        check("import", "an import", "An import");
        check("ann de Vries", "ann de Vries", "ann de Vries");
        check("", "", "");
    }
}
