use serde::{Deserialize, Serialize};

use super::schema::{BlockSpec, line, markdown};
use crate::id::BlockId;

/// Free text in Markdown. Raw HTML inside it is shown as text, never run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RichText {
    /// Name of the block within its page.
    pub id: BlockId,
    /// At most 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// At most 20,000 characters.
    pub markdown: String,
}

impl RichText {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "rich_text",
        label: "Text",
        purpose: "Free text in Markdown.",
        fields: &[
            line("heading", "Heading", 120),
            markdown("markdown", "Text", 20_000).required(),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.extend(self.heading.as_deref());
        texts.push(&self.markdown);
    }
}
