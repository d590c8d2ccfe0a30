//! The typed pieces a page is made of, and the limits of their fields.
//!
//! In JSON a block is an object whose `type` names its kind: `{"type":"hero","id":"hero",…}`.
//! Unknown types and unknown fields are refused.

use serde::{Deserialize, Serialize};

use crate::id::BlockId;
use crate::url::SafeUrl;
use crate::validation::Problems;

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

/// A button or link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What it says, at most 40 characters.
    pub label: String,
    /// Where it leads.
    pub url: SafeUrl,
}

/// A picture with the text that stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where the picture lies.
    pub url: SafeUrl,
    /// What it shows, for those who cannot see it; at most 200 characters.
    pub alt: String,
}

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

/// The signs a feature may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each name is the thing it draws")]
pub enum Icon {
    Bolt,
    Chart,
    Check,
    Clock,
    Code,
    Globe,
    Heart,
    Layers,
    Lock,
    Plug,
    Shield,
    Spark,
    Target,
    Users,
}

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

/// Questions and answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faq {
    /// Name of the block within its page.
    pub id: BlockId,
    /// At most 120 characters.
    pub heading: String,
    /// 1 to 20 questions.
    pub items: Vec<Question>,
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// At most 200 characters.
    pub question: String,
    /// At most 1,000 characters, several lines allowed.
    pub answer: String,
}

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

impl Block {
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

    /// The kind's name as JSON spells it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Hero(_) => "hero",
            Self::Logos(_) => "logos",
            Self::Features(_) => "features",
            Self::Testimonials(_) => "testimonials",
            Self::Pricing(_) => "pricing",
            Self::Faq(_) => "faq",
            Self::Cta(_) => "cta",
            Self::RichText(_) => "rich_text",
        }
    }

    /// Checks every field against its documented limit.
    pub fn validate(&self, problems: &mut Problems) {
        match self {
            Self::Hero(block) => block.validate(problems),
            Self::Logos(block) => {
                problems.optional_line("heading", block.heading.as_deref(), 120);
                problems.count("names", block.names.len(), 2, 12);
                problems.each("names", &block.names, |p, name| p.line("", name, 40));
            }
            Self::Features(block) => {
                problems.line("heading", &block.heading, 120);
                problems.optional_line("intro", block.intro.as_deref(), 400);
                problems.count("items", block.items.len(), 1, 12);
                problems.each("items", &block.items, |p, item| {
                    p.line("title", &item.title, 80);
                    p.line("text", &item.text, 300);
                });
            }
            Self::Testimonials(block) => {
                problems.optional_line("heading", block.heading.as_deref(), 120);
                problems.count("items", block.items.len(), 1, 6);
                problems.each("items", &block.items, |p, item| {
                    p.line("quote", &item.quote, 500);
                    p.line("name", &item.name, 80);
                    p.line("role", &item.role, 120);
                });
            }
            Self::Pricing(block) => block.validate(problems),
            Self::Faq(block) => {
                problems.line("heading", &block.heading, 120);
                problems.count("items", block.items.len(), 1, 20);
                problems.each("items", &block.items, |p, item| {
                    p.line("question", &item.question, 200);
                    p.paragraph("answer", &item.answer, 1_000);
                });
            }
            Self::Cta(block) => {
                problems.line("heading", &block.heading, 120);
                problems.optional_line("text", block.text.as_deref(), 300);
                validate_action(problems, "primary", Some(&block.primary));
                validate_action(problems, "secondary", block.secondary.as_ref());
            }
            Self::RichText(block) => {
                problems.optional_line("heading", block.heading.as_deref(), 120);
                problems.paragraph("markdown", &block.markdown, 20_000);
            }
        }
    }

    /// Appends the texts that say what the block is about, most telling first.
    pub fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        match self {
            Self::Hero(block) => {
                texts.push(&block.headline);
                texts.extend(block.subheadline.as_deref());
                texts.extend(block.eyebrow.as_deref());
                texts.extend(block.points.iter().map(String::as_str));
            }
            Self::Logos(block) => texts.extend(block.heading.as_deref()),
            Self::Features(block) => {
                texts.push(&block.heading);
                texts.extend(block.intro.as_deref());
                for item in &block.items {
                    texts.extend([item.title.as_str(), item.text.as_str()]);
                }
            }
            Self::Testimonials(block) => {
                texts.extend(block.items.iter().map(|item| item.quote.as_str()));
            }
            Self::Pricing(block) => {
                texts.push(&block.heading);
                texts.extend(block.intro.as_deref());
                texts.extend(
                    block
                        .plans
                        .iter()
                        .filter_map(|plan| plan.summary.as_deref()),
                );
            }
            Self::Faq(block) => {
                texts.extend(block.items.iter().map(|item| item.question.as_str()));
            }
            Self::Cta(block) => {
                texts.push(&block.heading);
                texts.extend(block.text.as_deref());
            }
            Self::RichText(block) => {
                texts.extend(block.heading.as_deref());
                texts.push(&block.markdown);
            }
        }
    }
}

impl Hero {
    fn validate(&self, problems: &mut Problems) {
        problems.optional_line("eyebrow", self.eyebrow.as_deref(), 60);
        problems.line("headline", &self.headline, 120);
        problems.optional_line("subheadline", self.subheadline.as_deref(), 300);
        validate_action(problems, "primary", self.primary.as_ref());
        validate_action(problems, "secondary", self.secondary.as_ref());
        problems.count("points", self.points.len(), 0, 4);
        problems.each("points", &self.points, |p, point| p.line("", point, 80));
        if let Some(image) = &self.image {
            problems.line("image.alt", &image.alt, 200);
        }
    }
}

impl Pricing {
    fn validate(&self, problems: &mut Problems) {
        problems.line("heading", &self.heading, 120);
        problems.optional_line("intro", self.intro.as_deref(), 400);
        problems.optional_line("note", self.note.as_deref(), 300);
        problems.count("plans", self.plans.len(), 1, 4);
        problems.each("plans", &self.plans, |p, plan| {
            p.line("name", &plan.name, 40);
            p.line("price", &plan.price, 40);
            p.optional_line("period", plan.period.as_deref(), 40);
            p.optional_line("summary", plan.summary.as_deref(), 160);
            p.optional_line("badge", plan.badge.as_deref(), 30);
            p.count("features", plan.features.len(), 1, 12);
            p.each("features", &plan.features, |p, line| p.line("", line, 120));
            validate_action(p, "action", Some(&plan.action));
        });
    }
}

fn validate_action(problems: &mut Problems, field: &str, action: Option<&Action>) {
    if let Some(action) = action {
        problems.within(field, |p| p.line("label", &action.label, 40));
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
