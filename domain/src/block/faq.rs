use serde::{Deserialize, Serialize};

use super::schema::{BlockSpec, FieldSpec, line, list, text};
use crate::id::BlockId;

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

impl Faq {
    pub(super) const SPEC: BlockSpec = BlockSpec {
        type_name: "faq",
        label: "Questions",
        purpose: "Questions and answers.",
        fields: &[
            line("heading", "Heading", 120).required(),
            list("items", "Questions", "question", (1, 20), &Question::FIELDS),
        ],
    };

    pub(super) fn telling_texts<'a>(&'a self, texts: &mut Vec<&'a str>) {
        texts.extend(self.items.iter().map(|item| item.question.as_str()));
    }
}

impl Question {
    const FIELDS: [FieldSpec; 2] = [
        line("question", "Question", 200).required(),
        text("answer", "Answer", 1_000).required(),
    ];
}
