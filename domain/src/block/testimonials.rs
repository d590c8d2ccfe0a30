use serde::{Deserialize, Serialize};

use super::schema::{BlockSpec, FieldSpec, line, list};
use crate::id::BlockId;

/// What customers say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Testimonials {
    /// Name of the block within its page.
    pub id: BlockId,
    /// At most 120 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// 1 to 6 testimonials.
    pub items: Vec<Testimonial>,
}

/// One customer's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Testimonial {
    /// At most 500 characters.
    pub quote: String,
    /// Who says it, at most 80 characters.
    pub name: String,
    /// What they do and where, at most 120 characters.
    pub role: String,
}

impl Testimonials {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "testimonials",
        label: "Testimonials",
        purpose: "What customers say.",
        fields: &[
            line("heading", "Heading", 120),
            list(
                "items",
                "Testimonials",
                "testimonial",
                (1, 6),
                &Testimonial::FIELDS,
            ),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.extend(self.items.iter().map(|item| item.quote.as_str()));
    }
}

impl Testimonial {
    const FIELDS: [FieldSpec; 3] = [
        line("quote", "Quote", 500).required(),
        line("name", "Name", 80).required(),
        line("role", "Role", 120)
            .required()
            .hint("What they do, and where."),
    ];
}
