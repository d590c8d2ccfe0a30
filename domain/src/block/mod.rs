//! The typed pieces a page is made of, and the limits of their fields.
//!
//! In JSON a block is an object whose `type` names its kind: `{"type":"hero","id":"hero",…}`.
//! Unknown types and unknown fields are refused. One file per kind holds its struct and its
//! [`BlockSpec`], the one place that knows its fields' limits: what is checked and what the editor
//! offers are both read from it.

mod action;
mod blank;
mod check;
mod cta;
mod faq;
mod features;
mod hero;
mod icon;
mod image;
mod logos;
mod preview;
mod pricing;
mod rich_text;
mod schema;
#[cfg(test)]
mod schema_tests;
mod testimonials;

use serde::{Deserialize, Serialize};

use crate::id::BlockId;
use crate::validation::Problems;

pub use action::Action;
pub use check::{check_block, check_fields};
pub use cta::Cta;
pub use faq::{Faq, Question};
pub use features::{Feature, Features};
pub use hero::Hero;
pub use icon::Icon;
pub use image::Image;
pub use logos::Logos;
pub use pricing::{Plan, Pricing};
pub use rich_text::RichText;
pub(crate) use schema::line;
pub use schema::{BlockSpec, FieldKind, FieldSpec};
pub use testimonials::{Testimonial, Testimonials};

/// One typed piece of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// The opening: what is offered, to whom, and the first thing to do.
    Hero(Hero),
    /// Names of customers or partners.
    Logos(Logos),
    /// What the product does, as a grid.
    Features(Features),
    /// What customers say.
    Testimonials(Testimonials),
    /// Plans and prices.
    Pricing(Pricing),
    /// Questions and answers.
    Faq(Faq),
    /// The closing call to action.
    Cta(Cta),
    /// Free text in Markdown.
    RichText(RichText),
}

impl Block {
    /// Every kind, in the order in which they are offered.
    pub const SPECS: [&'static BlockSpec; 8] = [
        &Hero::SPEC,
        &Logos::SPEC,
        &Features::SPEC,
        &Testimonials::SPEC,
        &Pricing::SPEC,
        &Faq::SPEC,
        &Cta::SPEC,
        &RichText::SPEC,
    ];

    /// The fields of the kind that JSON calls `type_name`.
    pub fn spec_of(type_name: &str) -> Option<&'static BlockSpec> {
        Self::SPECS
            .into_iter()
            .find(|spec| spec.type_name == type_name)
    }

    /// The block's name within its page.
    pub fn id(&self) -> &BlockId {
        match self {
            Self::Hero(block) => &block.id,
            Self::Logos(block) => &block.id,
            Self::Features(block) => &block.id,
            Self::Testimonials(block) => &block.id,
            Self::Pricing(block) => &block.id,
            Self::Faq(block) => &block.id,
            Self::Cta(block) => &block.id,
            Self::RichText(block) => &block.id,
        }
    }

    /// The fields of the block's kind.
    pub fn spec(&self) -> &'static BlockSpec {
        match self {
            Self::Hero(_) => &Hero::SPEC,
            Self::Logos(_) => &Logos::SPEC,
            Self::Features(_) => &Features::SPEC,
            Self::Testimonials(_) => &Testimonials::SPEC,
            Self::Pricing(_) => &Pricing::SPEC,
            Self::Faq(_) => &Faq::SPEC,
            Self::Cta(_) => &Cta::SPEC,
            Self::RichText(_) => &RichText::SPEC,
        }
    }

    /// The kind's name as JSON spells it.
    pub fn type_name(&self) -> &'static str {
        self.spec().type_name
    }

    /// Checks every field against its kind's [`BlockSpec`].
    pub fn validate(&self, problems: &mut Problems) {
        match serde_json::to_value(self) {
            Ok(json) => check_block(&json, problems),
            Err(error) => problems.add("", error.to_string()),
        }
    }

    /// Appends the texts that say what the block is about, most telling first.
    pub fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        match self {
            Self::Hero(block) => block.telling_texts(texts),
            Self::Logos(block) => block.telling_texts(texts),
            Self::Features(block) => block.telling_texts(texts),
            Self::Testimonials(block) => block.telling_texts(texts),
            Self::Pricing(block) => block.telling_texts(texts),
            Self::Faq(block) => block.telling_texts(texts),
            Self::Cta(block) => block.telling_texts(texts),
            Self::RichText(block) => block.telling_texts(texts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &[&str]) {
        let found: Vec<String> = match serde_json::from_str::<Block>(json) {
            Err(error) => vec![error.to_string()],
            Ok(block) => {
                let mut problems = Problems::new();
                block.validate(&mut problems);
                problems
                    .into_vec()
                    .iter()
                    .map(ToString::to_string)
                    .collect()
            }
        };
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} lacks {expected}");
        }
    }

    #[test]
    fn a_block_is_checked_field_by_field() {
        check(r#"{"type":"hero","id":"hero","headline":"Hello"}"#, &[]);
        check(
            r#"{"type":"hero","id":"hero","headline":"","points":["a","b","c","d","e"]}"#,
            &["headline: is empty", "points: has 5 entries"],
        );
        check(
            r#"{"type":"features","id":"f","heading":"H","items":[{"title":"t","text":"x"},{"title":"","text":"x"}]}"#,
            &["items[1].title: is empty"],
        );
    }

    #[test]
    fn unknown_types_fields_and_unsafe_addresses_are_refused() {
        check(
            r#"{"type":"carousel","id":"c"}"#,
            &["unknown variant `carousel`"],
        );
        check(
            r#"{"type":"hero","id":"hero","headline":"x","colour":"red"}"#,
            &["unknown field `colour`"],
        );
        check(
            r#"{"type":"cta","id":"c","heading":"x","primary":{"label":"Go","url":"javascript:alert(1)"}}"#,
            &["is not a safe address"],
        );
        check(
            r#"{"type":"hero","id":"Hero!","headline":"x"}"#,
            &["is not a block id"],
        );
    }

    #[test]
    fn the_type_name_is_the_one_json_uses() {
        let block: Block =
            serde_json::from_str(r#"{"type":"rich_text","id":"r","markdown":"*x*"}"#).unwrap();
        let json = serde_json::to_value(&block).unwrap();
        assert_eq!(json["type"], block.type_name());
    }
}
