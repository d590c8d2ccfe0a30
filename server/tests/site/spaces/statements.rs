//! No statement compares vectors of two spaces.

use std::fs;
use std::path::Path;

/// What pgvector compares two vectors by.
const OPERATORS: [&str; 4] = ["<=>", "<->", "<#>", "<+>"];

fn count(text: &str) -> usize {
    let counts = OPERATORS.map(|operator| text.matches(operator).count());
    counts.iter().sum()
}

/// Statements of the engine that measure a distance, as their text stands in the source.
///
/// Panics when a distance is measured elsewhere, where this test could not see it.
fn measuring() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/src");
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the sources are there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap_or_default();
            let seen = found.len();
            // Every statement is an argument of a macro or function that begins with `query`.
            for statement in source.split("sqlx::query").skip(1) {
                let end = statement.find(".await").unwrap_or(statement.len());
                let statement = &statement[..end];
                if count(statement) > 0 {
                    found.push((path.display().to_string(), statement.to_owned()));
                }
            }
            let inside: usize = found[seen..].iter().map(|(_, text)| count(text)).sum();
            let all: usize = source
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .map(count)
                .sum();
            assert_eq!(inside, all, "{}", path.display());
        }
    }
    found
}

#[test]
fn every_statement_that_measures_a_distance_names_the_space() {
    let statements = measuring();
    assert!(statements.len() >= 2, "decisions measure distances");
    for (file, statement) in statements {
        assert!(
            statement.contains("space_version = "),
            "{file}: {statement}"
        );
    }
}
