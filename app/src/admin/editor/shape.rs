//! What the editor on the screen and the server tell each other.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What somebody has written of a variant; it need not be valid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// Its name for people.
    pub name: String,
    /// The key of the segment it is for; empty is any.
    pub segment: String,
    /// What it changes of its page, as JSON.
    pub content: Value,
}

/// A variant as the editor opens it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Its row; `None` is a new one.
    pub id: Option<i64>,
    /// The revision from which the person begins; 0 for a new one.
    pub base: i32,
    /// Under which what is typed is kept on the server.
    pub key: String,
    /// The window, which keeps a draft of its own.
    pub tab: String,
    /// The page's external id.
    pub page: String,
    /// The variant's language.
    pub locale: String,
    /// What the page says in that language, as JSON.
    pub page_content: Value,
    /// Every segment: its key and its name.
    pub segments: Vec<(String, String)>,
    /// What is saved.
    pub saved: Written,
    /// What is typed and not saved yet; `None` when there is nothing of it.
    pub typed: Option<Written>,
}

/// What a save made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// The variant's row.
    pub id: i64,
    /// Its newest revision.
    pub revision: i32,
}

/// What somebody else saved meanwhile, beside what the person has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Theirs {
    /// The newest revision.
    pub revision: i32,
    /// Who saved it.
    pub author: String,
    /// What they wrote.
    pub written: Written,
    /// Where it is not what the person has.
    pub differences: Vec<Difference>,
}

/// A field that says one thing in what is saved and another in what somebody has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What people call the field.
    pub field: String,
    /// What is saved; `None` is nothing.
    pub saved: Option<String>,
    /// What the person has; `None` is nothing.
    pub mine: Option<String>,
}
