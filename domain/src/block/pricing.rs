use serde::{Deserialize, Serialize};

use super::Action;
use super::schema::{BlockSpec, FieldSpec, group, line, lines, list};
use crate::id::BlockId;

/// Plans side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pricing {
    /// Name of the block within its page.
    pub id: BlockId,
    /// At most 120 characters.
    pub heading: String,
    /// At most 400 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intro: Option<String>,
    /// 1 to 4 plans.
    pub plans: Vec<Plan>,
    /// Small print, at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// At most 40 characters.
    pub name: String,
    /// As shown, currency included: `€49`; at most 40 characters.
    pub price: String,
    /// What the price is for: `per month`; at most 40 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// At most 160 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Marks the plan as the recommended one: `Most popular`; at most 30 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<String>,
    /// 1 to 12 lines of at most 120 characters.
    pub features: Vec<String>,
    /// How to choose it.
    pub action: Action,
}

impl Pricing {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "pricing",
        label: "Pricing",
        purpose: "Plans and prices, side by side.",
        fields: &[
            line("heading", "Heading", 120).required(),
            line("intro", "Introduction", 400),
            list("plans", "Plans", "plan", (1, 4), &Plan::FIELDS),
            line("note", "Small print", 300),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.push(&self.heading);
        texts.extend(self.intro.as_deref());
        let summaries = self.plans.iter().filter_map(|plan| plan.summary.as_deref());
        texts.extend(summaries);
    }
}

impl Plan {
    const FIELDS: [FieldSpec; 7] = [
        line("name", "Name", 40).required(),
        line("price", "Price", 40)
            .required()
            .hint("As shown, with its currency: €49"),
        line("period", "Period", 40).hint("What the price is for: per month"),
        line("summary", "Summary", 160),
        line("badge", "Badge", 30).hint("Marks the recommended plan: Most popular"),
        lines("features", "What is included", "line", (1, 12), 120),
        group("action", "Button", &Action::FIELDS).required(),
    ];
}
