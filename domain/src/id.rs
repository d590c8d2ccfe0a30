//! Identifiers: numbers the database gives, and the names people give.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

numeric_id!(
    /// A page's row number.
    PageId
);
numeric_id!(
    /// A segment's row number.
    SegmentId
);
numeric_id!(
    /// A variant's row number.
    VariantId
);
numeric_id!(
    /// A person's row number.
    UserId
);
numeric_id!(
    /// The catalog's revision: grows with each published change.
    Revision
);

/// A name that breaks the rule of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{given:?} is not a {kind}: use {rule}")]
pub struct NameError {
    given: String,
    kind: &'static str,
    rule: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $max:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// Most bytes of such a name.
            pub const MAX_BYTES: usize = $max;

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                let allowed: fn(char) -> bool = $allowed;
                let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
                if starts_well && text.len() <= $max && text.chars().all(allowed) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError {
                        given: text.chars().take(80).collect(),
                        kind: $kind,
                        rule: $rule,
                    })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The name of a segment in cookies, headers and files, such as `enterprise`.
    SegmentKey,
    "segment key",
    "1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit",
    64,
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);
name!(
    /// The name of a block within its page, such as `hero`.
    BlockId,
    "block id",
    "1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit",
    64,
    |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);
name!(
    /// The name by which an import knows a page or a variant again.
    ExternalId,
    "record id",
    "1 to 128 letters, digits and any of . _ : / -, starting with a letter or digit",
    128,
    |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '/' | '-')
);

impl SegmentKey {
    /// The segment of everybody whom no other segment claims.
    pub const DEFAULT: &'static str = "default";

    /// The key that a name for people suggests; `None` when nothing of it may stand in a key.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut key = String::new();
        for letter in name.to_lowercase().chars() {
            match letter {
                'a'..='z' | '0'..='9' => key.push(letter),
                'ä' => key.push_str("ae"),
                'ö' => key.push_str("oe"),
                'ü' => key.push_str("ue"),
                'ß' => key.push_str("ss"),
                _ if key.is_empty() || key.ends_with('-') => {}
                _ => key.push('-'),
            }
        }
        key.truncate(64);
        key.trim_end_matches('-').parse().ok()
    }

    /// Whether this is the segment of everybody else.
    pub fn is_default(&self) -> bool {
        self.as_str() == Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_key_is_a_short_slug() {
        let check = |text: &str, valid: bool| {
            assert_eq!(text.parse::<SegmentKey>().is_ok(), valid, "{text:?}");
        };
        check("enterprise", true);
        check("seg-03", true);
        check("", false);
        check("-x", false);
        check("Enterprise", false);
        check("<script>", false);
        check(&"x".repeat(65), false);
    }

    #[test]
    fn a_name_for_people_suggests_a_key() {
        let check = |name: &str, expected: Option<&str>| {
            let key = SegmentKey::from_name(name);
            assert_eq!(key.as_ref().map(SegmentKey::as_str), expected, "{name}");
        };
        check("Small & mid-sized fleets", Some("small-mid-sized-fleets"));
        check(" Österreich (Süden)! ", Some("oesterreich-sueden"));
        check("Ярославль", None);
        check("", None);
        check(&"x y ".repeat(40), Some(&"x-y-".repeat(16)[..63]));
    }

    #[test]
    fn a_refused_name_says_the_rule() {
        insta::assert_snapshot!(
            "Big Corp".parse::<SegmentKey>().unwrap_err(),
            @r#""Big Corp" is not a segment key: use 1 to 64 lower-case letters, digits and hyphens, starting with a letter or digit"#
        );
    }
}
