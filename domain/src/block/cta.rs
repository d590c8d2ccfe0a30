use serde::{Deserialize, Serialize};

use super::Action;
use super::schema::{BlockSpec, group, line};
use crate::id::BlockId;

/// The closing call to action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cta {
    /// Name of the block within its page.
    pub id: BlockId,
    /// At most 120 characters.
    pub heading: String,
    /// At most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The main thing to do.
    pub primary: Action,
    /// The other thing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secondary: Option<Action>,
}

impl Cta {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "cta",
        label: "Call to action",
        purpose: "The closing call to action.",
        fields: &[
            line("heading", "Heading", 120).required(),
            line("text", "Text", 300),
            group("primary", "Main button", &Action::FIELDS).required(),
            group("secondary", "Second button", &Action::FIELDS),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.push(&self.heading);
        texts.extend(self.text.as_deref());
    }
}
