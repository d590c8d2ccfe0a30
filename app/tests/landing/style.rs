//! The style sheet has what the pages name, and a page is small.

use std::io::Write;

use app::landing::STYLE_SHEET;
use flate2::Compression;
use flate2::write::GzEncoder;
use scraper::Html;
use serde_json::{Value, json};

use crate::{attributes, full_html, notice_html, page_of};

/// What a page may weigh, compressed: the first flight of a TCP connection.
const BUDGET_BYTES: usize = 14 * 1024;

#[test]
fn every_class_is_in_the_style_sheet() {
    let other_shapes = page_of(&json!([
        {"type": "hero", "id": "h", "headline": "H", "image": {"url": "/a.png", "alt": "A"}},
        {"type": "features", "id": "f2", "heading": "F", "items": [
            {"title": "a", "text": "a"}, {"title": "b", "text": "b"}]},
        {"type": "testimonials", "id": "t1", "items": [{"quote": "q", "name": "n", "role": "r"}]},
        {"type": "testimonials", "id": "t2", "items": [
            {"quote": "q", "name": "n", "role": "r"}, {"quote": "q", "name": "n", "role": "r"}]},
        plans("p1", 1), plans("p2", 2), plans("p4", 4),
        {"type": "rich_text", "id": "r", "markdown": "a"}
    ]));
    let no_hero = page_of(&json!([{"type": "rich_text", "id": "r", "markdown": "a"}]));
    for html in [
        full_html(),
        other_shapes,
        no_hero,
        notice_html(Some("ab12")),
    ] {
        let document = Html::parse_document(&html);
        for class in attributes(&document, "[class]", "class")
            .iter()
            .flat_map(|c| c.split_whitespace())
        {
            assert!(
                has_rule(class),
                "{class:?} is not in the generated style sheet"
            );
        }
    }
    assert!(!has_rule("no-such-class"));
}

fn plans(id: &str, count: usize) -> Value {
    let plan =
        json!({"name": "n", "price": "1", "features": ["a"], "action": {"label": "l", "url": "/"}});
    json!({"type": "pricing", "id": id, "heading": "P", "plans": vec![plan; count]})
}

/// Whether the style sheet has a rule for exactly this class.
fn has_rule(class: &str) -> bool {
    let mut selector = ".".to_owned();
    for character in class.chars() {
        if !character.is_ascii_alphanumeric() && !matches!(character, '-' | '_') {
            selector.push('\\');
        }
        selector.push(character);
    }
    let ends = |rest: &str| {
        !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '\\'))
    };
    STYLE_SHEET
        .match_indices(&selector)
        .any(|(at, found)| ends(&STYLE_SHEET[at + found.len()..]))
}

/// The server's content policy allows the one style sheet and nothing else.
#[test]
fn no_element_brings_a_style_of_its_own() {
    for html in [full_html(), notice_html(Some("ab12"))] {
        let document = Html::parse_document(&html);
        assert!(attributes(&document, "[style]", "style").is_empty());
        assert_eq!(html.matches("<style").count(), 1);
    }
}

#[test]
fn a_page_with_every_block_fits_the_first_flight() {
    let html = full_html();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(html.as_bytes()).unwrap();
    let weight = encoder.finish().unwrap().len();
    assert!(
        weight <= BUDGET_BYTES,
        "{weight} bytes compressed, {BUDGET_BYTES} allowed"
    );
}
