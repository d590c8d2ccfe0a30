use serde::{Deserialize, Serialize};

use super::Icon;
use super::schema::{BlockSpec, FieldSpec, icon, line, list};
use crate::id::BlockId;

/// A grid of features.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// Name of the block within its page.
    pub id: BlockId,
    /// At most 120 characters.
    pub heading: String,
    /// At most 400 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intro: Option<String>,
    /// 1 to 12 features.
    pub items: Vec<Feature>,
}

/// One feature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The sign beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// At most 80 characters.
    pub title: String,
    /// At most 300 characters.
    pub text: String,
}

impl Features {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "features",
        label: "Features",
        purpose: "What the product does, as a grid.",
        fields: &[
            line("heading", "Heading", 120).required(),
            line("intro", "Introduction", 400),
            list("items", "Features", "feature", (1, 12), &Feature::FIELDS),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.push(&self.heading);
        texts.extend(self.intro.as_deref());
        for item in &self.items {
            texts.extend([item.title.as_str(), item.text.as_str()]);
        }
    }
}

impl Feature {
    const FIELDS: [FieldSpec; 3] = [
        icon("icon", "Icon"),
        line("title", "Title", 80).required(),
        line("text", "Text", 300).required(),
    ];
}
