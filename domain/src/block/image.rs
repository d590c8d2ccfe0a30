use serde::{Deserialize, Serialize};

use super::schema::{FieldSpec, line, picture};
use crate::url::SafeUrl;

/// A picture with the text that stands for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Image {
    /// Where the picture lies; see [`SafeUrl::may_be_picture`].
    pub url: SafeUrl,
    /// What it shows, for those who cannot see it; at most 200 characters.
    pub alt: String,
}

impl Image {
    /// Its fields and their limits.
    pub const FIELDS: [FieldSpec; 2] = [
        picture("url", "Address of the picture").required(),
        line("alt", "What it shows", 200)
            .required()
            .hint("Read to those who cannot see the picture."),
    ];
}
