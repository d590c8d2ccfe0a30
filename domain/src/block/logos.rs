use serde::{Deserialize, Serialize};

use super::schema::{BlockSpec, line, lines};
use crate::id::BlockId;

/// Names of customers or partners, set as word marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logos {
    /// Name of the block within its page.
    pub id: BlockId,
    /// A line above them, at most 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// 2 to 12 names of at most 40 characters.
    pub names: Vec<String>,
}

impl Logos {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "logos",
        label: "Logos",
        purpose: "Names of customers or partners.",
        fields: &[
            line("heading", "Heading", 120),
            lines("names", "Names", "name", (2, 12), 40),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.extend(self.heading.as_deref());
    }
}
