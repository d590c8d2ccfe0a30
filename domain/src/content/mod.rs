//! A page's content in one language, and what a variant changes of it.

mod json;
mod label;

use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::validation::Problems;

pub use label::field_label;

/// Most blocks a page may have.
const MAX_BLOCKS: usize = 24;
/// Longest title and description, in characters: what search engines show, with some room.
const MAX_TITLE: usize = 120;
const MAX_DESCRIPTION: usize = 320;
/// Characters handed to the embedding model. The most telling parts come first and fit; the rest
/// would dilute them, and a model's time grows with the text.
const MAX_EMBEDDED: usize = 480;
/// What is wrong with an empty override.
const CHANGES_NOTHING: &str = "changes nothing; override the title, the description or a block";

/// What a page says in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageContent {
    /// The document's title, at most 120 characters.
    pub title: String,
    /// The description search engines show, at most 320 characters.
    pub description: String,
    /// The page from top to bottom; ids are unique.
    pub blocks: Vec<Block>,
}

/// What a variant changes: texts of its own, and blocks that replace those of the same id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentOverride {
    /// Replaces the page's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Replaces the page's description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Each replaces the page's block of the same id and type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Block>,
}

impl PageContent {
    /// Checks texts, number and uniqueness of the blocks, and each block.
    pub fn validate(&self, problems: &mut Problems) {
        problems.line("title", &self.title, MAX_TITLE);
        problems.line("description", &self.description, MAX_DESCRIPTION);
        problems.count("blocks", self.blocks.len(), 1, MAX_BLOCKS);
        validate_blocks(&self.blocks, problems);
    }

    /// The page as a variant shows it.
    #[must_use]
    pub fn with_override(&self, change: &ContentOverride) -> Self {
        let replaced = |block: &Block| {
            change
                .blocks
                .iter()
                .find(|own| own.id() == block.id())
                .unwrap_or(block)
                .clone()
        };
        Self {
            title: change.title.clone().unwrap_or_else(|| self.title.clone()),
            description: change
                .description
                .clone()
                .unwrap_or_else(|| self.description.clone()),
            blocks: self.blocks.iter().map(replaced).collect(),
        }
    }
}

impl ContentOverride {
    /// Checks the override by itself; [`Self::validate_against`] checks it against its page.
    pub fn validate(&self, problems: &mut Problems) {
        problems.optional_line("title", self.title.as_deref(), MAX_TITLE);
        problems.optional_line("description", self.description.as_deref(), MAX_DESCRIPTION);
        if self == &Self::default() {
            problems.add("", CHANGES_NOTHING);
        }
        validate_blocks(&self.blocks, problems);
    }

    /// Checks that every overriding block replaces one of the page's, of the same type.
    pub fn validate_against(&self, page: &PageContent, problems: &mut Problems) {
        problems.each("blocks", &self.blocks, |p, own| {
            match page.blocks.iter().find(|block| block.id() == own.id()) {
                None => {
                    let ids: Vec<&str> = page.blocks.iter().map(|b| b.id().as_str()).collect();
                    p.add(
                        "id",
                        format!(
                            "the page has no block {:?}; it has {}",
                            own.id().as_str(),
                            ids.join(", ")
                        ),
                    );
                }
                Some(block) if block.type_name() != own.type_name() => p.add(
                    "type",
                    format!(
                        "is {:?}, but the page's block {:?} is {:?}",
                        own.type_name(),
                        own.id().as_str(),
                        block.type_name()
                    ),
                ),
                Some(_) => {}
            }
        });
    }

    /// The override without blocks that the page does not have, or has with another type; `None` when
    /// nothing is left.
    pub fn fitting(&self, page: &PageContent) -> Option<Self> {
        let fits = |own: &&Block| {
            let mut blocks = page.blocks.iter();
            blocks.any(|block| block.id() == own.id() && block.type_name() == own.type_name())
        };
        let fitting = Self {
            blocks: self.blocks.iter().filter(fits).cloned().collect(),
            ..self.clone()
        };
        (fitting != Self::default()).then_some(fitting)
    }

    /// The text that stands for this variant in an embedding space: the most telling parts first,
    /// at most 480 characters, cut between two parts.
    pub fn embedding_text(&self) -> String {
        let mut texts: Vec<&str> = Vec::new();
        texts.extend(self.title.as_deref());
        texts.extend(self.description.as_deref());
        for block in &self.blocks {
            block.telling_texts(&mut texts);
        }
        let mut joined = String::new();
        let mut length = 0;
        for text in texts {
            let added = text.chars().count() + 2;
            if length > 0 && length + added > MAX_EMBEDDED {
                break;
            }
            if length > 0 {
                joined.push_str(". ");
            }
            joined.push_str(text.trim_end_matches('.'));
            length += added;
        }
        joined
    }
}

fn validate_blocks(blocks: &[Block], problems: &mut Problems) {
    problems.each("blocks", blocks, |p, block| block.validate(p));
    repeated_ids(blocks.iter().map(|b| Some(b.id().as_str())), problems);
}

fn repeated_ids<'a>(ids: impl Iterator<Item = Option<&'a str>>, problems: &mut Problems) {
    let mut before = Vec::new();
    for (index, id) in ids.enumerate() {
        let Some(id) = id else { continue };
        if before.contains(&id) {
            problems.add(
                &format!("blocks[{index}].id"),
                format!("{id:?} stands twice; give each block its own id"),
            );
        }
        before.push(id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> PageContent {
        serde_json::from_value(serde_json::json!({
            "title": "Analytics", "description": "See what happens.",
            "blocks": [
                {"type": "hero", "id": "hero", "headline": "See more"},
                {"type": "cta", "id": "close", "heading": "Ready?",
                 "primary": {"label": "Start", "url": "/start"}}
            ]
        }))
        .unwrap()
    }

    fn change(json: serde_json::Value) -> ContentOverride {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn what_a_page_has_no_place_for_can_be_left_out() {
        let hero = serde_json::json!({"type": "hero", "id": "hero", "headline": "Audit-ready"});
        let lost = serde_json::json!({"type": "hero", "id": "close", "headline": "Now a hero"});
        let gone = serde_json::json!({"type": "hero", "id": "gone", "headline": "Gone"});
        let both = change(serde_json::json!({"blocks": [gone, hero, lost]}));
        let fitting = both.fitting(&page()).unwrap();
        assert_eq!(fitting, change(serde_json::json!({"blocks": [hero]})));
        let nothing = change(serde_json::json!({"blocks": [gone]}));
        assert_eq!(nothing.fitting(&page()), None);
        let titled = change(serde_json::json!({"title": "T", "blocks": [gone]}));
        assert_eq!(
            titled.fitting(&page()),
            Some(change(serde_json::json!({"title": "T"})))
        );
    }

    #[test]
    fn an_override_replaces_only_what_it_names() {
        let change = change(serde_json::json!({
            "title": "Analytics for banks",
            "blocks": [{"type": "hero", "id": "hero", "headline": "Audit-ready"}]
        }));
        let shown = page().with_override(&change);
        assert_eq!(shown.title, "Analytics for banks");
        assert_eq!(shown.description, "See what happens.");
        assert_eq!(shown.blocks[0], change.blocks[0]);
        assert_eq!(shown.blocks[1], page().blocks[1]);
    }

    #[test]
    fn an_override_must_fit_its_page() {
        let check = |json: serde_json::Value, expected: &[&str]| {
            let mut problems = Problems::new();
            change(json).validate_against(&page(), &mut problems);
            let found: Vec<String> = problems
                .into_vec()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(found, expected);
        };
        check(
            serde_json::json!({"blocks": [{"type": "hero", "id": "hero", "headline": "x"}]}),
            &[],
        );
        check(
            serde_json::json!({"blocks": [{"type": "hero", "id": "top", "headline": "x"}]}),
            &[r#"blocks[0].id: the page has no block "top"; it has hero, close"#],
        );
        check(
            serde_json::json!({"blocks": [{"type": "hero", "id": "close", "headline": "x"}]}),
            &[r#"blocks[0].type: is "hero", but the page's block "close" is "cta""#],
        );
    }

    #[test]
    fn a_block_id_stands_once() {
        let mut twice = page();
        twice.blocks.push(twice.blocks[0].clone());
        let mut problems = Problems::new();
        twice.validate(&mut problems);
        insta::assert_snapshot!(
            problems.into_vec()[0],
            @r#"blocks[2].id: "hero" stands twice; give each block its own id"#
        );
    }

    #[test]
    fn the_embedding_text_leads_with_what_tells_most_and_is_bounded() {
        let text = change(serde_json::json!({
            "title": "For banks",
            "blocks": [
                {"type": "hero", "id": "hero", "headline": "Audit-ready."},
                {"type": "rich_text", "id": "r", "markdown": "x".repeat(5_000)}
            ]
        }))
        .embedding_text();
        assert_eq!(text, "For banks. Audit-ready");
    }
}
