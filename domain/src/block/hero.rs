use serde::{Deserialize, Serialize};

use super::schema::{BlockSpec, group, line, lines};
use super::{Action, Image};
use crate::id::BlockId;

/// The opening of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hero {
    /// Name of the block within its page.
    pub id: BlockId,
    /// A few words above the headline, at most 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eyebrow: Option<String>,
    /// The promise, at most 120 characters.
    pub headline: String,
    /// The promise explained, at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subheadline: Option<String>,
    /// The main thing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<Action>,
    /// The other thing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary: Option<Action>,
    /// Up to 4 short reassurances of at most 80 characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<String>,
    /// A picture beside the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
}

impl Hero {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "hero",
        label: "Hero",
        purpose: "The opening: what is offered, to whom, and the first thing to do.",
        fields: &[
            line("eyebrow", "Eyebrow", 60).hint("A few words above the headline."),
            line("headline", "Headline", 120).required(),
            line("subheadline", "Subheadline", 300),
            group("primary", "Main button", &Action::FIELDS),
            group("secondary", "Second button", &Action::FIELDS),
            lines("points", "Reassurances", "reassurance", (0, 4), 80),
            group("image", "Picture", &Image::FIELDS),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.push(&self.headline);
        texts.extend(self.subheadline.as_deref());
        texts.extend(self.eyebrow.as_deref());
        texts.extend(self.points.iter().map(String::as_str));
    }
}
