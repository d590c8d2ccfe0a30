//! Content that is being written: JSON that may not be content yet.
//!
//! Every problem is found at once, at the dotted path of its field, in the browser as on the
//! server.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ContentOverride, MAX_BLOCKS, MAX_DESCRIPTION, MAX_TITLE, PageContent, repeated_ids};
use crate::block::{Block, FieldSpec, check_block, check_fields, line};
use crate::validation::{Problem, Problems};

const TITLE: FieldSpec = line("title", "Title", MAX_TITLE)
    .hint("In the browser’s tab and at the top of a search result.");
const DESCRIPTION: FieldSpec =
    line("description", "Description", MAX_DESCRIPTION).hint("Below the title in a search result.");

impl PageContent {
    /// The page's own texts; its blocks have their own fields.
    pub const FIELDS: [FieldSpec; 2] = [TITLE.required(), DESCRIPTION.required()];
    /// Most blocks a page may have.
    pub const MAX_BLOCKS: usize = MAX_BLOCKS;

    /// Everything that keeps `json` from being a page's content.
    pub fn problems_of(json: &Value) -> Vec<Problem> {
        check(json, |content, blocks, problems| {
            check_fields(&Self::FIELDS, content, &["blocks"], problems);
            problems.count("blocks", blocks.len(), 1, MAX_BLOCKS);
        })
    }

    /// The content that `json` is about to become: what cannot be shown yet is left out.
    pub fn for_preview(json: &Value) -> Self {
        let text = |name| {
            json.get(name)
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned()
        };
        Self {
            title: text("title"),
            description: text("description"),
            blocks: blocks_for_preview(json),
        }
    }

    /// Reads content that somebody wrote.
    ///
    /// # Errors
    /// Everything that keeps `json` from being a page's content.
    pub fn from_json(json: &Value) -> Result<Self, Vec<Problem>> {
        read(json, Self::problems_of(json))
    }
}

impl ContentOverride {
    /// The texts of a page that a variant may replace.
    pub const FIELDS: [FieldSpec; 2] = [TITLE, DESCRIPTION];

    /// Everything that keeps `json` from being an override by itself.
    pub fn problems_of(json: &Value) -> Vec<Problem> {
        check(json, |content, blocks, problems| {
            check_fields(&Self::FIELDS, content, &["blocks"], problems);
            let texts = content.keys().any(|name| name != "blocks");
            if !texts && blocks.is_empty() {
                problems.add("", super::CHANGES_NOTHING);
            }
        })
    }

    /// The override that `json` is about to become: what cannot be shown yet is left out.
    pub fn for_preview(json: &Value) -> Self {
        let text = |name| Some(json.get(name)?.as_str()?.to_owned());
        Self {
            title: text("title"),
            description: text("description"),
            blocks: blocks_for_preview(json),
        }
    }

    /// Reads an override that somebody wrote, which may still not fit its page.
    ///
    /// # Errors
    /// Everything that keeps `json` from being an override.
    pub fn from_json(json: &Value) -> Result<Self, Vec<Problem>> {
        read(json, Self::problems_of(json))
    }
}

fn blocks_for_preview(json: &Value) -> Vec<Block> {
    let blocks = json.get("blocks").and_then(Value::as_array);
    let blocks = blocks.map_or(&[][..], Vec::as_slice);
    blocks.iter().filter_map(Block::for_preview).collect()
}

fn check(
    json: &Value,
    own: impl FnOnce(&Map<String, Value>, &[Value], &mut Problems),
) -> Vec<Problem> {
    let mut problems = Problems::new();
    let Some(content) = json.as_object() else {
        problems.add("", "is not an object; write title, description and blocks");
        return problems.into_vec();
    };
    let blocks = match content.get("blocks") {
        None => &[][..],
        Some(Value::Array(blocks)) => blocks,
        Some(_) => {
            problems.add("blocks", "is not a list");
            return problems.into_vec();
        }
    };
    own(content, blocks, &mut problems);
    problems.each("blocks", blocks, |p, block| check_block(block, p));
    let ids = blocks.iter().map(|block| block.get("id")?.as_str());
    repeated_ids(ids, &mut problems);
    problems.into_vec()
}

fn read<T: DeserializeOwned>(json: &Value, problems: Vec<Problem>) -> Result<T, Vec<Problem>> {
    if !problems.is_empty() {
        return Err(problems);
    }
    T::deserialize(json).map_err(|error| {
        let mut problems = Problems::new();
        problems.add("", error.to_string());
        problems.into_vec()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn page() -> Value {
        json!({
            "title": "Analytics", "description": "See what happens.",
            "blocks": [
                {"type": "hero", "id": "hero", "headline": "See more"},
                {"type": "faq", "id": "faq", "heading": "Asked often",
                 "items": [{"question": "Why?", "answer": "Because."}]}
            ]
        })
    }

    fn fields(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|p| p.field.as_str()).collect()
    }

    #[test]
    fn a_page_is_read_or_every_problem_of_it_is_named() {
        let check = |at: &str, value: Value, expected: &[&str]| {
            let mut json = page();
            *json.pointer_mut(at).unwrap() = value;
            match PageContent::from_json(&json) {
                Ok(content) => assert_eq!(serde_json::to_value(content).unwrap(), json),
                Err(problems) => assert_eq!(fields(&problems), expected),
            }
        };
        check("/title", json!("Analytics for all"), &[]);
        check("", json!([]), &[""]);
        check("", json!({}), &["title", "description", "blocks"]);
        check("/blocks", json!("x"), &["blocks"]);
        check("/blocks/1/id", json!("hero"), &["blocks[1].id"]);
        check(
            "/blocks",
            json!([{"type": "hero", "id": "h", "headline": "", "image": {"url": "/a.png"}}]),
            &["blocks[0].headline", "blocks[0].image.alt"],
        );
        check(
            "/blocks/1/items/0",
            json!({"question": "x".repeat(201), "answer": ""}),
            &["blocks[1].items[0].question", "blocks[1].items[0].answer"],
        );
    }

    #[test]
    fn an_override_needs_one_change_and_no_more() {
        let check = |json: Value, expected: &[&str]| {
            assert_eq!(fields(&ContentOverride::problems_of(&json)), expected);
            assert_eq!(
                ContentOverride::from_json(&json).is_ok(),
                expected.is_empty()
            );
        };
        check(json!({"title": "T"}), &[]);
        check(
            json!({"blocks": [{"type": "hero", "id": "hero", "headline": "x"}]}),
            &[],
        );
        check(json!({}), &[""]);
        check(json!({"blocks": []}), &[""]);
        check(json!({"title": ""}), &["title"]);
        check(json!({"titel": "T"}), &["titel"]);
    }
}
