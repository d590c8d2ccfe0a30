//! Landmarks, headings and ids.

use std::collections::BTreeSet;

use scraper::Html;
use serde_json::json;

use crate::{all, attributes, full_html, full_page, notice_html, page_of};

#[test]
fn a_page_has_landmarks_and_one_first_heading() {
    let document = Html::parse_document(&full_html());
    for (landmark, count) in [
        ("header", 1),
        ("main", 1),
        ("footer", 1),
        ("nav", 3),
        ("h1", 1),
    ] {
        assert_eq!(all(&document, landmark).len(), count, "{landmark}");
    }
    assert_eq!(attributes(&document, "html", "lang"), ["en"]);
    assert_eq!(
        attributes(&document, "body > a:first-child", "href"),
        ["#main_"]
    );
}

#[test]
fn every_section_is_named_by_its_heading_and_no_id_stands_twice() {
    let document = Html::parse_document(&full_html());
    let ids = attributes(&document, "[id]", "id");
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        ids.len(),
        "{ids:?}"
    );
    let sections = attributes(&document, "main > section", "aria-labelledby");
    assert_eq!(sections.len(), full_page().blocks.len());
    let referenced = ["aria-labelledby", "popovertarget"]
        .map(|name| attributes(&document, &format!("[{name}]"), name))
        .concat();
    for id in referenced {
        assert!(ids.contains(&id), "{id} is nobody's id");
    }
}

#[test]
fn headings_leave_no_level_out() {
    let check = |html: &str| {
        let document = Html::parse_document(html);
        let levels: Vec<u32> = all(&document, "h1,h2,h3,h4,h5,h6")
            .iter()
            .filter_map(|heading| heading.value().name()[1..].parse().ok())
            .collect();
        assert_eq!(levels.first(), Some(&1), "{levels:?}");
        assert!(
            levels.is_sorted_by(|before, after| *after <= before + 1),
            "{levels:?}"
        );
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    };
    check(&full_html());
    check(&notice_html(None));
    check(&page_of(
        &json!([{"type": "rich_text", "id": "r", "markdown": "# A\n\n## B"}]),
    ));
    check(&page_of(&json!([
        {"type": "hero", "id": "one", "headline": "One"},
        {"type": "hero", "id": "two", "headline": "Two"}
    ])));
}
