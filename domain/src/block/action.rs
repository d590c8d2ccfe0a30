use serde::{Deserialize, Serialize};

use super::schema::{FieldSpec, line, url};
use crate::url::SafeUrl;

/// A button or link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// What it says, at most 40 characters.
    pub label: String,
    /// Where it leads.
    pub url: SafeUrl,
}

impl Action {
    /// Its fields and their limits.
    pub const FIELDS: [FieldSpec; 2] = [
        line("label", "Label", 40).required(),
        url("url", "Leads to").required(),
    ];
}
